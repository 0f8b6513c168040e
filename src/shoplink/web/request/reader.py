"""The reader's language and time zone, active while a page is made."""

from collections.abc import Callable
from http import HTTPStatus
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from shoplink.flows import clock
from shoplink.network import zone_of_country
from shoplink.store.models import Person
from shoplink.store.people.membership import change_language, change_reading
from shoplink.store.read.names import markets_of
from shoplink.web.request.access import places_of
from shoplink.web.request.network import network_of
from shoplink.wording import Language, Tag, language_for

LANGUAGE_COOKIE = "language"
ZONE_COOKIE = "zone"
YEAR_SECONDS = 365 * 24 * 3600

CODES: dict[Tag, str] = {"zh": "zh-hans", "en": "en"}
"""Our languages, by the codes of Django and HTML."""
_TAGS: dict[str, Tag] = {code: tag for tag, code in CODES.items()}

SWITCH = "switch_language"
"""A button with this name shows its form again in the language of its value, and keeps what was typed."""


class Reader:
    """Middleware: takes language and time zone from the person, else from a cookie, else from the browser and its network."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap the next handler."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language and time zone."""
        if request.path.startswith("/v1/"):
            return self._get_response(request)
        switched = switched_to(request)
        tag = switched or tag_of(request)
        with translation.override(CODES[tag]), timezone.override(reader_zone(request)):
            response = self._get_response(request)
        response.headers.setdefault("Content-Language", CODES[tag])
        if switched:
            set_cookie(response, request, LANGUAGE_COOKIE, CODES[switched])
            refused = response.status_code >= HTTPStatus.BAD_REQUEST
            if not refused and request.user.is_authenticated and request.user.language:
                # A language that was chosen in the settings is changed there too.
                change_language(request.user.person_id, switched)
        return response


def switched_to(request: HttpRequest) -> Tag | None:
    """The language of the form's language switch, if that button was pressed."""
    return _TAGS.get(request.POST.get(SWITCH, "")) if request.method == "POST" else None


def tag_of(request: HttpRequest) -> Tag:
    """The reader's language: Chinese if the person or their browser prefers any kind of Chinese, else English."""
    own = getattr(getattr(request, "user", None), "language", "")
    return _chosen(own) or tag_of_browser(request)


def tag_of_browser(request: HttpRequest) -> Tag:
    """The language without a look-up of the person: from the cookie, else from the browser."""
    if chosen := _chosen(request.COOKIES.get(LANGUAGE_COOKIE, "")):
        return chosen
    for name, quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        spoken = name.split("-")[0]
        if quality > 0 and spoken in CODES:
            return language_for(spoken).tag
    return "en"


def _chosen(name: str) -> Tag | None:
    return _TAGS.get(name) or (language_for(name).tag if name in CODES else None)


def tag_now() -> Tag:
    """Which language is active. It asks nobody, so it can be told while the database is away."""
    return _TAGS.get(translation.get_language() or "", "en")


def language_now() -> Language:
    """The language that is active, for a reader at this instant."""
    return language_for(tag_now()).as_of(clock.now())


def reader_zone(request: HttpRequest) -> ZoneInfo:
    """The reader's time zone: from their settings, else from the browser, else from a country, else UTC.

    The country is that of the visitor's network, else the market of the person's first place.
    """
    for source in (_own_zone, _zone_of_browser, _zone_of_network, _zone_of_market):
        zone = _zone(source(request))
        if zone is not None:
            return zone
    return ZoneInfo("UTC")


def _own_zone(request: HttpRequest) -> str:
    return getattr(request.user, "time_zone", "")


def _zone_of_browser(request: HttpRequest) -> str:
    return request.COOKIES.get(ZONE_COOKIE, "")


def _zone_of_network(request: HttpRequest) -> str:
    return zone_of_country(network_of(request).region)


def _zone_of_market(request: HttpRequest) -> str:
    mine = places_of(request)
    markets = markets_of(mine.shops[:1], mine.accounts[:1]) if mine.shops or mine.accounts else []
    return zone_of_country(markets[0]) if markets else ""


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name.replace("%2F", "/")) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def keep_preferences(request: HttpRequest, person: Person) -> None:
    """Store the language and time zone of the browser, if the person has set none: e-mails need them."""
    if not (person.language and person.time_zone):
        person.language = tag_of(request)
        person.time_zone = person.time_zone or str(_zone(_zone_of_browser(request)) or "")
        change_reading(person.person_id, person.language, person.time_zone)


def set_cookie(response: HttpResponse, request: HttpRequest, name: str, value: str) -> None:
    """Store one of the reader's choices in a cookie, for a year."""
    response.set_cookie(
        name, value, max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
    )
