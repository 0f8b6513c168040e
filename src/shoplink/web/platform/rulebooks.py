"""Rulebooks: their parameters with sources, comparing two, adding one, activating one in a market."""

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
from shoplink.core.precondition.subjects import RulebooksOfMarket
from shoplink.core.rulebook import Quota, Slots
from shoplink.flows.look import CurrentState, look_at
from shoplink.flows.precondition import newest_instant, token_of_states
from shoplink.flows.rulebooks import NameTakenError, default_rulebook, install_rulebook, installed_rulebooks
from shoplink.store.read.refusal import activations
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.platform.parameters import SIDES, title_of
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.command import CommandResult, send, try_command
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording.language import Language
from shoplink.wording.say_help import say_reason_title
from shoplink.wording.sentences import N_

_TEXT_MAX = 64 * 1024


class ActivationRow(Struct, frozen=True):
    """The activation of a rulebook in a market."""

    market: str
    name: str
    start: Instant
    state: str


class RulebooksPage(Struct, frozen=True):
    """Every rulebook, all activations, and the input of the form that adds a rulebook."""

    names: list[str]
    default: str
    activated: list[ActivationRow]
    text: str
    problem: str


class ParameterRow(Struct, frozen=True):
    """A parameter: its title, its value and its source; `other` is the value in the rulebook compared with."""

    key: str
    title: str
    value: str
    source: str
    other: str
    differs: bool


class RulebookPage(Struct, frozen=True):
    """A rulebook in full, compared with another one if chosen.

    Once the form is filled in, `market_now` says what is in force in its market, `seen` is the token of that, and `asked` what
    was asked for.
    """

    asked: str
    seen: str
    market_now: list[str]
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
def rulebooks(visit: Visit) -> PageResponse:
    """The rulebooks; the form checks the text of a new one and adds it."""
    text, problem = visit.form.get("text", "")[:_TEXT_MAX], ""
    if visit.submitted:
        try:
            added = install_rulebook(text, _("the text"))
        except (RulebookError, NameTakenError) as error:
            problem = str(error)
        else:
            return visit.redirect(
                "platform.rulebook",
                message=_("The rulebook is added. It is not in force in any market yet."),
                book_name=added.name,
            )
    view = RulebooksPage(
        names=sorted(installed_rulebooks()),
        default=default_rulebook().name,
        activated=_activations(visit),
        text=text,
        problem=problem,
    )
    return PageContent("platform/rulebooks.html", view, status=422 if problem else 200)


def _activations(visit: Visit) -> list[ActivationRow]:
    world = look_at().world
    rows = []
    for each in activations():
        now = world.rulebook(each.market).name == each.name and each.effective_from <= visit.now
        later = each.effective_from > visit.now
        state = _("scheduled") if later else _("in force") if now else _("replaced")
        market = visit.language.country(each.market)
        rows.append(ActivationRow(market, each.name, show_instant(visit, each.effective_from), state))
    return rows


@page("platform/rulebooks/<str:book_name>", PLATFORM, posts=True)
def rulebook(visit: Visit, book_name: str) -> PageResponse:
    """One rulebook, compared with the one in `?with=`; the form activates it in a market from an instant."""
    books = installed_rulebooks()
    book = books.get(book_name)
    if book is None:
        raise Http404
    result, problem = None, ""
    if visit.submitted:
        start, problem = _start(visit)
        if not problem:
            fields = {"name": book_name, "market": _market(visit), "effective_from": start}
            if visit.form.get("previewed", "") != _asked(visit):
                result = try_command(visit, "activate_rulebook", **fields)
            else:
                shown = RulebooksOfMarket(market=_market(visit))
                result = send(visit, "activate_rulebook", seen=shown, **fields)
                if result.accepted:
                    return visit.redirect("platform.rulebooks", message=_("Activated."))
    other = books.get(visit.query.get("with", ""))
    status = 422 if problem else result.status if result else 200
    return PageContent(
        "platform/rulebook.html", _book(visit, book, other, sorted(books), result, problem), status
    )


def _market(visit: Visit) -> Market:
    return visit.form.get("market", "").strip().upper()


def _asked(visit: Visit) -> str:
    """What was asked for: its sender is shown first what is in force in this market."""
    return f"{_market(visit)} {visit.form.get('start', '').strip()}"


def _preview(visit: Visit, seen: CurrentState) -> list[str]:
    """Which rulebooks are in force and to start in the form's market, in words."""
    (_since, now), *coming = seen.world.rulebooks_of(_market(visit))
    words = [_("In force now: {name}").format(name=now)]
    for start, name in coming:
        at = visit.language.instant(start, visit.zone)
        words.append(_("From {at}: {name}").format(at=at, name=name))
    return words


def _start(visit: Visit) -> tuple[str, str]:
    """The start in the form, by default now and in the reader's time zone, and a problem with it ('' if there is none)."""
    text = visit.form.get("start", "").strip()
    if not text:
        # Slightly in the future: the command is decided a moment from now, and no activation may start in the past.
        return format_instant(shift(visit.now, timedelta(seconds=2))), ""
    try:
        start: datetime | None = parse_datetime(text)
    except ValueError:
        start = None
    if start is None:
        return "", _("This is not a date and time.")
    return format_instant(start if start.tzinfo else timezone.make_aware(start)), ""


def _book(  # noqa: PLR0913, PLR0917 (what the page shows)
    visit: Visit,
    book: Rulebook,
    other: Rulebook | None,
    names: list[str],
    result: CommandResult | None,
    problem: str,
) -> RulebookPage:
    values, beside = asdict(book.parameters), asdict(other.parameters) if other else {}
    differing = {key for key, _before, _after in differences(book, other)} if other else set()
    rows = [
        ParameterRow(
            key=key,
            title=title_of(key),
            value=_show_value(value, visit.language),
            source=book.sources[key],
            other=_show_value(beside[key], visit.language) if other else "",
            differs=key in differing,
        )
        for key, value in values.items()
    ]
    ready = result is not None and (result.accepted or result.stale)
    seen = look_at() if ready else None
    return RulebookPage(
        asked=_asked(visit) if seen else "",
        seen=_token(visit, seen) if seen else "",
        market_now=_preview(visit, seen) if seen else [],
        name=book.name,
        digest=book.digest,
        rows=rows,
        others=[(each, other is not None and each == other.name) for each in names if each != book.name],
        compared=other.name if other else "",
        market=visit.form.get("market", ""),
        start=visit.form.get("start", ""),
        problem=problem or (result.problem if result else ""),
        reasons=show_reasons(visit, result.reasons if result else ()),
    )


def _token(visit: Visit, seen: CurrentState) -> str:
    state = RulebooksOfMarket(market=_market(visit)).state(seen.world)
    return token_of_states(newest_instant(), state)


def _show_value(value: Any, language: Language) -> str:  # noqa: PLR0911 (one return for each kind of value)
    """A parameter's value in the reader's language."""
    match value:
        case Slots(official=official, marketing=marketing):
            return f"{official} / {marketing}"
        case Quota(limit=limit, days=days):
            return _("{limit} in {days} days").format(limit=limit, days=days)
        case bool():
            return _("yes") if value else _("no")
        case frozenset():
            return "\n".join(_show_member(each, language) for each in sorted(value)) or "–"
        case "no limit":
            return _("no limit")
        case "stays open":
            return _("stays open")
        case _:
            return str(value)


def _show_member(member: str, language: Language) -> str:
    """A member of a set of reasons, sides or countries."""
    if member in SIDES:
        return _(SIDES[member])
    return language.country(member) if len(member) == 2 else say_reason_title(member, language)  # noqa: PLR2004 (ISO 3166-1)
