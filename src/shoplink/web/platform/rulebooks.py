"""Rulebooks: each number with the sentence it comes from, two compared, a new one checked, one put in force."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from msgspec import Struct
from msgspec.structs import asdict

from shoplink.core import Rulebook, RulebookError, differences
from shoplink.core.facts import Market
from shoplink.core.instant import format_instant, shift
from shoplink.core.rulebook import Quota, Slots
from shoplink.flows.look import look_at
from shoplink.flows.rulebooks import NameTakenError, default_rulebook, install_rulebook, installed_rulebooks
from shoplink.store.read.refusal import activations
from shoplink.web.access import PLATFORM
from shoplink.web.command import Sent, send
from shoplink.web.frame import Menu
from shoplink.web.page import page
from shoplink.web.platform.parameters import SIDES, title_of
from shoplink.web.view_models import Instant, ReasonRow, show_instant, show_reasons
from shoplink.web.visit import Answer, Shown, Visit
from shoplink.wording.language import Language
from shoplink.wording.say_help import say_reason_title
from shoplink.wording.sentences import N_

_TEXT_MAX = 64 * 1024


class Activated(Struct, frozen=True):
    """A rulebook put in force in a market."""

    market: str
    name: str
    start: Instant
    state: str


class Books(Struct, frozen=True):
    """Every rulebook, and where each is, was or will be in force; the text of a new one as it was typed."""

    names: list[str]
    default: str
    activated: list[Activated]
    text: str
    problem: str


class ParameterRow(Struct, frozen=True):
    """A parameter: its title, its value, and the sentence that it comes from; `other` where it is compared."""

    key: str
    title: str
    value: str
    source: str
    other: str
    differs: bool


class Book(Struct, frozen=True):
    """A rulebook in full, perhaps beside another one."""

    name: str
    digest: str
    rows: list[ParameterRow]
    others: list[tuple[str, bool]]
    compared: str
    market: str
    start: str
    problem: str
    reasons: list[ReasonRow]


@page("platform/rulebooks", PLATFORM, posts=True, menu=Menu(icon="book", title=N_("Rulebooks")))
def rulebooks(visit: Visit) -> Answer:
    """The rulebooks; the form checks the text of a new one, and adds it if that is asked."""
    text, problem = visit.typed.get("text", "")[:_TEXT_MAX], ""
    if visit.posted:
        try:
            added = install_rulebook(text, _("the text"))
        except (RulebookError, NameTakenError) as error:
            problem = str(error)
        else:
            return visit.go(
                "platform.rulebook",
                said=_("The rulebook is added; it is in force nowhere yet."),
                book_name=added.name,
            )
    view = Books(
        names=sorted(installed_rulebooks()),
        default=default_rulebook().name,
        activated=_activated(visit),
        text=text,
        problem=problem,
    )
    return Shown("platform/rulebooks.html", view, status=422 if problem else 200)


def _activated(visit: Visit) -> list[Activated]:
    world = look_at().world
    rows = []
    for each in activations():
        now = world.rulebook(each.market).name == each.name and each.effective_from <= visit.now
        later = each.effective_from > visit.now
        state = _("from then on") if later else _("in force") if now else _("replaced")
        market = visit.language.country(each.market)
        rows.append(Activated(market, each.name, show_instant(visit, each.effective_from), state))
    return rows


@page("platform/rulebooks/<str:book_name>", PLATFORM, posts=True)
def rulebook(visit: Visit, book_name: str) -> Answer:
    """One rulebook, compared `?with=` another; the form puts it in force in a market from an instant."""
    books = installed_rulebooks()
    book = books.get(book_name)
    if book is None:
        raise Http404
    sent, problem = None, ""
    if visit.posted:
        start, problem = _start(visit)
        if not problem:
            market: Market = visit.typed.get("market", "").strip().upper()
            sent = send(visit, "activate_rulebook", name=book_name, market=market, effective_from=start)
            if sent.accepted:
                return visit.go("platform.rulebooks", said=_("Put in force."))
    other = books.get(visit.asked.get("with", ""))
    status = 422 if problem else sent.status if sent else 200
    return Shown("platform/rulebook.html", _book(visit, book, other, sorted(books), sent, problem), status)


def _start(visit: Visit) -> tuple[str, str]:
    """The instant typed, in the reader's time zone, or now; what is wrong with it."""
    text = visit.typed.get("start", "").strip()
    if not text:
        # A moment ahead: the command is decided a moment from now, and nothing starts in the past.
        return format_instant(shift(visit.now, timedelta(seconds=2))), ""
    try:
        start: datetime | None = parse_datetime(text)
    except ValueError:
        start = None
    if start is None:
        return "", _("This is no date and time.")
    return format_instant(start if start.tzinfo else timezone.make_aware(start)), ""


def _book(  # noqa: PLR0913, PLR0917 (what the page is made of)
    visit: Visit, book: Rulebook, other: Rulebook | None, names: list[str], sent: Sent | None, problem: str
) -> Book:
    values, beside = asdict(book.parameters), asdict(other.parameters) if other else {}
    differing = {key for key, _before, _after in differences(book, other)} if other else set()
    rows = [
        ParameterRow(
            key=key,
            title=title_of(key),
            value=_written(value, visit.language),
            source=book.sources[key],
            other=_written(beside[key], visit.language) if other else "",
            differs=key in differing,
        )
        for key, value in values.items()
    ]
    return Book(
        name=book.name,
        digest=book.digest,
        rows=rows,
        others=[(each, other is not None and each == other.name) for each in names if each != book.name],
        compared=other.name if other else "",
        market=visit.typed.get("market", ""),
        start=visit.typed.get("start", ""),
        problem=problem or (sent.problem if sent else ""),
        reasons=show_reasons(visit, sent.reasons if sent else ()),
    )


def _written(value: Any, said: Language) -> str:  # noqa: PLR0911 (a kind of value a line)
    """A parameter's value for people."""
    match value:
        case Slots(official=official, marketing=marketing):
            return f"{official} / {marketing}"
        case Quota(limit=limit, days=days):
            return _("{limit} in {days} days").format(limit=limit, days=days)
        case bool():
            return _("yes") if value else _("no")
        case frozenset():
            return "\n".join(_named(each, said) for each in sorted(value)) or "–"
        case "no limit":
            return _("no limit")
        case "stays open":
            return _("stays open")
        case _:
            return str(value)


def _named(member: str, said: Language) -> str:
    """A member of a set of reasons, of sides, or of countries."""
    if member in SIDES:
        return _(SIDES[member])
    return said.country(member) if len(member) == 2 else say_reason_title(member, said)  # noqa: PLR2004 (ISO 3166-1)
