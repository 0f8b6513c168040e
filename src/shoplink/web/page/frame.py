"""The frame around every page: the reader's places, the menu of the current place, and the reader's choices."""

from datetime import timedelta
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from msgspec import Struct

from shoplink.core.instant import format_instant
from shoplink.demo.personas import is_demo
from shoplink.flows.sandbox.clock import is_sandbox, read_clock
from shoplink.store.people.inbox import unread_count
from shoplink.store.read.names import names
from shoplink.web.request.access import places_of
from shoplink.web.request.network import DEMO_CHOICES
from shoplink.web.request.reader import CODES
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.instant import show_deadline

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")


class Menu(NamedTuple):
    """A declared menu entry: its icon and its untranslated title.

    Entries are sorted by `rank`, then by the order of their declaration.
    """

    icon: str
    title: str
    rank: int = 0


MENUS: dict[str, dict[str, Menu]] = {}
"""For each place, its menu entries by the names of their pages, in the order of declaration."""


class MenuItem(Struct, frozen=True):
    """A menu entry with its address."""

    url: str
    icon: str
    title: str
    current: bool


class PlaceItem(Struct, frozen=True):
    """A place that the person may switch to."""

    kind: str
    url: str
    name: str
    current: bool


class NetworkLine(Struct, frozen=True):
    """The country of the visitor's network ('' if unknown), and the source that says so."""

    country: str
    source: str
    choices: list[tuple[str, str, bool]]


class ClockLine(Struct, frozen=True):
    """What a sandbox's clock says, to the minute, and how long it is until something is due ('' if nothing is).

    `moved`: by how many microseconds it was moved in all.
    """

    now: str
    next_due_in: str
    moved: int


class Frame(Struct, frozen=True):
    """The frame of one page; `person` is the name of the signed-in person, which may be empty."""

    language: str
    theme: str
    now: str
    demo: bool
    clock: ClockLine | None
    zone: str
    signed_in: bool
    person: str
    place: str
    places: list[PlaceItem]
    place_now: PlaceItem | None
    menu: list[MenuItem]
    network: NetworkLine | None
    unread: int
    inbox_url: str
    settings_url: str
    sign_in_url: str
    sign_out_url: str


def frame_of(visit: Visit) -> Frame:
    """The frame of a visit. Runs a fixed number of SQL statements."""
    request = visit.request
    match = request.resolver_match
    place = (match.url_name or "").partition(".")[0] if match else ""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    person = request.user if request.user.is_authenticated else None
    demo = is_demo()
    places = _places(visit) if person else []
    return Frame(
        language=CODES[visit.language.tag],
        theme=theme if theme in THEMES else "auto",
        now=format_instant(visit.now.replace(second=0, microsecond=0)),
        demo=demo,
        clock=_clock(visit) if is_sandbox() else None,
        zone=_zone(visit),
        signed_in=person is not None,
        person=(person.name or person.email or "") if person else "",
        place=place,
        places=places,
        place_now=next((each for each in places if each.current), None),
        menu=_menu(visit, place),
        network=_network(visit, choose=demo) if demo or place in {"seller", "creator"} else None,
        unread=unread_count(person.person_id) if person else 0,
        inbox_url=_url("people.inbox", {}) if person else "",
        settings_url=_url("people.settings", {}) if person else "",
        sign_in_url=_url("account_login", {}),
        sign_out_url=_url("account_logout", {}),
    )


def _clock(visit: Visit) -> ClockLine:
    reading = read_clock()
    due_at = reading.next_due_at
    return ClockLine(
        visit.language.instant(visit.now, visit.zone),
        "" if due_at is None else show_deadline(visit, due_at).left,
        reading.moved_by // timedelta(microseconds=1),
    )


def _zone(visit: Visit) -> str:
    """The reader's time zone: 北京时间 by its name, others by their offset and place, such as `GMT−6 (America/Chicago)`."""
    name, place = visit.language.zone(visit.zone, visit.now), str(visit.zone)
    return name if name in {"北京时间", place} else f"{name} ({place})"


def _places(visit: Visit) -> list[PlaceItem]:
    may = places_of(visit.request)
    shops, accounts = names(may.shops, may.accounts)
    here = visit.request.path
    items = [(f"/seller/{shop_id}/", "seller", shops.get(shop_id) or shop_id) for shop_id in may.shops]
    items += [
        (f"/creator/{account_id}/", "creator", accounts.get(account_id) or account_id)
        for account_id in may.accounts
    ]
    items += [("/support/", "support", "")] if may.support else []
    items += [("/platform/", "platform", "")] if may.platform else []
    return [PlaceItem(kind, url, name, here.startswith(url)) for url, kind, name in items]


def _menu(visit: Visit, place: str) -> list[MenuItem]:
    """The entries of the place's menu that have an address in this visit."""
    named = dict(visit.route_values)
    may = places_of(visit.request) if MENUS.get(place) else None
    if may and place == "seller" and len(may.shops) == 1:
        named.setdefault("shop_id", may.shops[0])
    if may and place == "creator" and len(may.accounts) == 1:
        named.setdefault("account_id", may.accounts[0])
    items = []
    for name, entry in sorted(MENUS.get(place, {}).items(), key=lambda one: one[1].rank):
        url = _url(name, named)
        if url:
            items.append(MenuItem(url, entry.icon, gettext(entry.title), url == visit.request.path))
    return items


def _url(name: str, named: dict[str, str]) -> str:
    """The address of a page, with the shop or account of the visit if its route needs one; '' if there is none."""
    subjects = ({key: value} for key, value in named.items() if key in {"shop_id", "account_id"})
    for subject in ({}, *subjects):
        try:
            return reverse(name, kwargs=subject)
        except NoReverseMatch:
            continue
    return ""


def _network(visit: Visit, *, choose: bool) -> NetworkLine:
    network, language = visit.network, visit.language
    country = language.country(network.region) if network.region else ""
    choices = [
        (code, language.country(code) if code != "unknown" else "", code == (network.region or "unknown"))
        for code in DEMO_CHOICES
    ]
    return NetworkLine(country, network.source, choices if choose else [])
