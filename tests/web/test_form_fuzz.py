"""Every form of the consoles, sent by everybody with anything in it: nothing breaks, and what is refused is not stored.

The forms are those that the pages show; a page that takes forms and shows none in this world is sent those of all others.
`make soak` sends forty of each where the gate sends four.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from itertools import cycle
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings

from shoplink.core.facts import Actor
from shoplink.demo import personas
from shoplink.flows.people import membership, sign_in_link
from shoplink.flows.people.second_factor_reset import request_reset
from shoplink.store.database.sql import query
from shoplink.web.page.declare import PAGES, DeclaredPage
from tests.browser.tour import STOPS
from tests.databases import KINDS, copy_of, fresh_demo, use
from tests.mailbox import receiving
from tests.rule import rule
from tests.web.form_values import DEEP_TOML, Sent, posts
from tests.web.persona import browser_of
from tests.web.rendered_forms import RenderedForm, forms_seen
from tests.web.test_second_factor import OTHER_KEY
from tests.web.test_sign_in import activated, code_in
from tests.web.visitor import Browser, person

PLATFORM = Actor("platform", "operator")
HERS, HANDED_OFF, HALF, ASKED, FORGETFUL, MOVING, INVITED = (
    *("lin", "hand-off", "half in"),
    *("asked for a code", "forgetful", "moving", "invited"),
)
NOT_IN = {None, HALF, ASKED, FORGETFUL, INVITED}
ROLES = (None, "mei", "lan", "callum", "zhou", "wei", "alex", HERS, HANDED_OFF)
"""Who sends each form: a stranger, sellers, creators, support, the platform, a seller with an authenticator app, and
somebody whom the back office hands off. (Members of a shop or an account have no ranks.)"""

TABLES = (
    *(
        "event",
        "membership",
        "member_invitation",
        "api_key",
        "waiver",
        "link",
        "ticket",
        "ticket_message",
        "ticket_note",
        "item",
    ),
    *(
        "content",
        "product",
        "rulebook",
        "activation",
        "sign_in_link",
        "second_factor_reset",
        "mfa_authenticator",
    ),
    *("account_emailaddress", "calendar_address", "mail_choice"),
)
WORDS = re.compile(
    r"Traceback|psycopg|sqlite3?\.|IntegrityError|DataError|OperationalError|ProgrammingError|UnicodeEncodeError"
    r"|\b(?:Value|Key|Type|Attribute|Validation|Recursion|Index)Error\b|msgspec|tomllib|allauth|UNIQUE constraint"
    r"|\b(?:SELECT|INSERT INTO|UPDATE) \w+|<class |object at 0x|Expected `|Object (?:missing|contains)|Invalid (?:value|enum)"
    r"|Ensure this value|Ensure that|Enter a valid|Enter a whole|Select a valid choice|Null characters|at line \d+"
    r"|This field is required|No file was submitted|The submitted"
)
LIBRARY_PAGES = ("/sign-in/", "/sign-up/", "/sign-out/", "/settings/address/", "/settings/security/")
"""Pages whose answer to a wrong form is 200, with the form in it."""


NOWHERE = "(shown nowhere)"
SHOWN_NOWHERE = {
    "account_inactive",
    "account_password_reset_completed",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_list_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "openid_connect_callback",
    "openid_connect_login",
    "platform.order_run",
    "seller.order_run",
    "seller.products",
    "socialaccount_connections",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "tiktok_callback",
    "tiktok_login",
}
"""Pages that take forms, none of which is shown in this world: they are sent the fields of all others."""


class World(NamedTuple):
    """The database, what each role's browser holds, and every form with the role that was shown it."""

    url: str
    cookies: dict[str | None, Any]
    forms: dict[str, tuple[str | None, RenderedForm]]


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A copy of the demo world with everybody in it, in use."""
    with override_settings(PAGES_PER_SECOND=1_000_000, PAGES_BURST=1_000_000):
        made = _made(request.param)
        with copy_of(made.url):
            yield made


@cache
def _made(kind: str) -> World:
    """The world on a kind of database, made once: everybody's browser, and every form that is shown to anybody."""
    url = fresh_demo(kind)
    use(url)
    with receiving() as mailbox:
        clients: dict[str | None, Client] = {role: browser_of(role) for role in (None, *personas.PERSONAS)}
        places: dict[tuple[str | None, str], None] = {}
        for stop in STOPS:
            if stop.before is not None:
                clients[stop.persona].post(stop.before[0], dict(parse_qsl(stop.before[1])))
            places[stop.persona, stop.address()] = None
        clients |= _others(mailbox, places)
    forms: dict[str, tuple[str | None, RenderedForm]] = {}
    for role, path in places:
        for form in forms_seen(clients[role], path):
            forms.setdefault(_kind(form), (role, form))
    everything = {name: values for _, form in forms.values() for name, values in form.fields.items()}
    shown = {form.route for _, form in forms.values()}
    for page in PAGES.values():
        if "POST" in page.methods and page.name not in shown:
            path = reverse(page.name, kwargs=_names_in(page))
            forms[f"{page.name} {NOWHERE}"] = (HERS, RenderedForm(page.name, path, everything, {}, (), ()))
    return World(url, {role: client.cookies for role, client in clients.items()}, forms)


def _others(mailbox: Any, places: dict[tuple[str | None, str], None]) -> dict[str | None, Client]:
    """People in the middle of signing in, and with everything that secures a sign-in; adds the pages that they see."""
    people = {name: Browser() for name in (HERS, HANDED_OFF, HALF, ASKED, FORGETFUL, MOVING, INVITED)}
    lin = person("lin@example.com", ("shop", "hh-home-gb"))
    people[HERS].sign_in(lin.email or "")
    activated(people[HERS])
    request_reset(PLATFORM, lin.person_id)
    people[HALF].sign_in(lin.email or "")
    person("moving@example.com")
    people[MOVING].sign_in("moving@example.com")
    people[MOVING].reauthenticate()
    people[MOVING].send("/settings/address/", email="moved@example.com", action_add="")
    for name in (ASKED, FORGETFUL):
        people[name].send("/sign-in/forgotten/", email="moving@example.com")
    people[FORGETFUL].send("/sign-in/forgotten/code/", code=code_in(mailbox, "moving@example.com"))
    link = sign_in_link.issue_sign_in_link(PLATFORM, "shop", "hh-home-gb", subject="u1")
    again = sign_in_link.issue_sign_in_link(PLATFORM, "shop", "hh-home-gb", subject="u2")
    assert isinstance(link, sign_in_link.NewSignInLink)
    assert isinstance(again, sign_in_link.NewSignInLink)
    people[HANDED_OFF].send(f"/sign-in/link/{link.secret}/")
    join, sign_up = _invited("hh-tea-gb", "lin@example.com"), _invited("hh-home-gb", "fresh@example.com")
    pages = {
        HERS: (
            *(
                f"/settings/security/{path}"
                for path in ("", "password/", "app/remove/", "codes/new/", "passkeys/add/")
            ),
            *("/sign-in/again/", "/sign-in/again/second-step/", "/settings/", "/seller/hh-home-gb/members/"),
            *("/settings/security/sessions/", join),
        ),
        HALF: ("/sign-in/second-step/",),
        MOVING: ("/sign-in/code/", "/settings/address/"),
        ASKED: ("/sign-in/forgotten/code/",),
        FORGETFUL: ("/sign-in/forgotten/new/",),
        INVITED: (f"/sign-up/?next={sign_up}", f"/sign-in/link/{again.secret}/"),
        HANDED_OFF: ("/settings/", "/seller/hh-home-gb/members/"),
    }
    places.update({(name, path): None for name, paths in pages.items() for path in paths})
    return {name: browser for name, browser in people.items()}  # noqa: C416 (of another type)


def _invited(shop_id: str, email: str) -> str:
    made = membership.invite(PLATFORM, "shop", shop_id, email)
    assert isinstance(made, membership.Invitation)
    return f"/join/{made.secret}/"


def _kind(form: RenderedForm) -> str:
    buttons = sorted(f"{name}={value}" for name, value in form.buttons if name in {"do", "answer"})
    return " ".join([form.route, *sorted(name.partition(".")[0] for name in form.fields), *buttons])


def _names_in(page: DeclaredPage) -> dict[str, str]:
    own = {"shop_id": "hh-home-gb", "account_id": "zhou.zhou"}
    return {
        name: own.get(name, "1" if kind == "int" else "nothing")
        for kind, name in re.findall(r"<(?:(\w+):)?(\w+)>", page.route)
    }


def _places_of(role: str | None) -> tuple[tuple[str, str], ...]:
    """The places of a role, as (place, id)."""
    if persona := personas.PERSONAS.get(role or ""):
        return persona.places
    return (("shop", "hh-home-gb"),) if role in {HERS, HANDED_OFF} else ()


def _may(role: str | None, form: RenderedForm) -> bool:
    """Whether a role may use the page that a form is sent to, by the table of permissions."""
    who = PAGES[form.route].access.who
    mine = _places_of(role)
    there = urlsplit(form.path).path.split("/")
    subject = there[2] if len(there) > 2 else ""
    signed_in = role not in NOT_IN
    return {
        "anyone": True,
        "any person signed in": signed_in,
        "any person who signs in with an address": signed_in and role != HANDED_OFF,
        "sellers of the shop": ("shop", subject) in mine,
        "the creator": ("creator", subject) in mine,
        "support": ("support", "") in mine,
        "platform": ("platform", "") in mine,
    }[who]


def _stored() -> list[Any]:
    counted = ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)  # noqa: S608 (names of this test)
    people = (
        "SELECT person_id, name, email, language, time_zone, is_active, password FROM person ORDER BY number"
    )
    return [query(f"SELECT {counted}"), query(people)]


class Sender:
    """Sends forms as one role, and looks at each answer."""

    def __init__(self, world: World, role: str | None, language: str = "en", *, csrf: bool = False) -> None:
        """A browser that holds what the role's browser held when the forms were read."""
        self.role = role
        self.client = Client(
            enforce_csrf_checks=csrf,
            raise_request_exception=False,
            headers={"Accept-Language": language},
            SERVER_NAME="localhost",
        )
        self.client.cookies = world.cookies[role].copy()

    def send(self, form: RenderedForm, sent: Sent) -> Any:
        """The answer to a form, which is never an error of the service and says nothing of the inside."""
        answer: Any = self.client.post(form.path, sent.body, content_type=sent.kind)
        self.shown = (self.role, form.path, sent, answer.status_code, answer.headers.get("Location"))
        assert answer.status_code < 500, (*self.shown, getattr(answer, "exc_info", ""))
        typed = sent.body.decode("utf-8", "replace")
        said = [found for found in WORDS.findall(_said(answer.content.decode())) if found not in typed]
        assert not said, (*self.shown, said)
        return answer

    def send_in(self, form: RenderedForm, sent: Sent) -> bool:
        """Send a form in one's own place: what is refused is not stored. Returns whether anything may have changed."""
        before = _stored()
        answer = self.send(form, sent)
        after = _stored()
        assert all(_is_by(self.role, by) for by in _causes(after, before)), (
            *self.shown,
            _causes(after, before),
        )
        if answer.status_code >= 400 or _is_sent_away(answer) or _is_shown_again(form, answer):
            assert after == before, self.shown
        return bool(after != before or answer.status_code == 302)


def _causes(after: list[Any], before: list[Any]) -> list[dict[str, Any]]:
    """Who has caused the events that came between; the first count is that of events."""
    new = after[0][0][0] - before[0][0][0]
    found = query("SELECT data FROM event ORDER BY number DESC LIMIT %s", new)
    return [json.loads(data).get("by") or {} for (data,) in found]


def _is_by(role: str | None, by: dict[str, Any]) -> bool:
    """Whether somebody in this role may have caused an event: in a place of theirs, or about themselves."""
    if by["kind"] == "clock" or (by["kind"], by["id"]) == ("platform", "shoplink"):
        return True
    if by["kind"] in {"support", "platform"}:
        return by["id"] == by["person"] and (role == HERS or (by["kind"], "") in _places_of(role))
    invited = ("shop", "hh-tea-gb") if role == HERS else None
    return (by["kind"], by["id"]) in {*_places_of(role), invited}


def _said(page: str) -> str:
    """What a page says, without its scripts and tags."""
    return unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL))


def _is_sent_away(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/?"))


def _is_shown_again(form: RenderedForm, answer: Any) -> bool:
    """Whether a page of the library shows its form again, as it does to somebody who has got it wrong."""
    ours = not form.path.startswith(LIBRARY_PAGES) or answer.status_code != 200
    shown = None if ours or not answer.context else answer.context.get("form")
    return bool(getattr(shown, "is_bound", False))


def _as_shown(form: RenderedForm) -> Sent:
    """The form as a browser would send it at once, with its first button."""
    pairs = [(name, value) for name, values in form.fields.items() for value in values]
    return Sent(urlencode([*pairs, *form.buttons[:1]]).encode(), "application/x-www-form-urlencoded")


def _drawn(form: RenderedForm, count: int, use: Callable[[Sent], None]) -> None:
    """Use so many drawn posts of a form."""

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(posts(form))
    def run(sent: Sent) -> None:
        use(sent)

    run()


def _language(number: int) -> str:
    return ("en", "zh-CN")[number % 2]


@rule("R46")
def test_no_form_breaks_whatever_is_in_it_and_what_is_refused_is_not_stored(world: World) -> None:
    each = max(settings().max_examples // 25, 1)
    taken, wrong = 0, []
    remaining = [*enumerate(world.forms.values())]
    while remaining:
        with copy_of(world.url):
            changed: list[bool] = []
            while remaining and not any(changed):
                number, (role, form) = remaining.pop()
                sender = Sender(world, role, _language(number))
                try:
                    _drawn(form, each, lambda sent: changed.append(sender.send_in(form, sent)))  # noqa: B023 (used at once)
                except AssertionError as error:
                    wrong.append(str(error))
            taken += any(changed)
    assert not wrong, "\n\n".join([f"{len(wrong)} forms:", *wrong])
    assert taken > len(world.forms) // 4, "they are filled in well enough to be taken now and then"


def test_a_form_of_somebody_elses_place_is_not_there_whatever_is_in_it(world: World) -> None:
    before, sent_by = _stored(), dict.fromkeys(ROLES, 0)
    for number, (_, form) in enumerate(world.forms.values()):
        strangers = [role for role in ROLES if not _may(role, form)]
        drawn: list[Sent] = [_as_shown(form)]
        _drawn(form, max(len(strangers) - 1, 1), drawn.append)
        for role, sent in zip(strangers, cycle(drawn), strict=False):
            sender = Sender(world, role, _language(number))
            answer = sender.send(form, sent)
            assert answer.status_code in {403, 404} or _is_sent_away(answer), sender.shown
            sent_by[role] += 1
        assert _stored() == before, form.path
    assert min(sent_by.values()) > 10, sent_by


def test_no_form_is_taken_without_its_token(world: World) -> None:
    before = _stored()
    for role, form in world.forms.values():
        assert Sender(world, role, csrf=True).send(form, _as_shown(form)).status_code == 403, form.path
    assert _stored() == before


def test_every_form_of_before_the_secret_key_was_lost_is_answered(world: World) -> None:
    with (
        override_settings(SECRET_KEY=OTHER_KEY, SECRET_KEY_FALLBACKS=[]),
        copy_of(world.url),
    ):
        for number, (role, form) in enumerate(world.forms.values()):
            Sender(world, role, _language(number)).send(form, _as_shown(form))


def test_a_rulebook_of_any_depth_is_refused_in_our_words(world: World) -> None:
    (form,) = [form for _, form in world.forms.values() if form.route == "platform.rulebooks"]
    for text in DEEP_TOML:
        sent = Sent(urlencode({"text": text}).encode(), "application/x-www-form-urlencoded")
        assert Sender(world, "alex").send(form, sent).status_code == 422, text[:20]


def test_each_form_that_is_declared_is_sent(world: World) -> None:
    declared = {page.name for page in PAGES.values() if "POST" in page.methods}
    assert {form.route for _, form in world.forms.values()} == declared
    assert {name.split()[0] for name in world.forms if name.endswith(NOWHERE)} == SHOWN_NOWHERE
