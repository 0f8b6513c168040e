"""Rulebooks: their parameters with sources, comparing two, adding one, activating one in a market."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct
from msgspec.structs import asdict

from shoplink.core import Rulebook, RulebookError, differences
from shoplink.core.precondition.subjects import RulebooksOfMarket
from shoplink.core.rulebook import Quota, Slots
from shoplink.flows.look import look_at
from shoplink.flows.precondition import newest_instant, token_of_states
from shoplink.flows.rulebooks import NameTakenError, default_rulebook, install_rulebook, installed_rulebooks
from shoplink.store.read.refusal import activations
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.platform.parameters import SIDES, title_of
from shoplink.web.platform.start import StartForm, start_form
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.command import CommandResult, send
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording.language import Language
from shoplink.wording.say_help import say_reason_title
from shoplink.wording.sentences import N_

_TEXT_MAX = 64 * 1024


class ActivationRow(Struct, frozen=True):
    """The activation of a rulebook in a market. `seen` is the token for the form that cancels one that is ahead."""

    market: str
    code: str
    name: str
    start: Instant
    state: str
    seen: str


class RulebooksPage(Struct, frozen=True):
    """Every rulebook, all activations, and the input of the form that adds a rulebook."""

    names: list[str]
    default: str
    activated: list[ActivationRow]
    text: str
    problem: str
    not_cancelled: str
    reasons: list[ReasonRow]


class ParameterRow(Struct, frozen=True):
    """A parameter: its title, its value and its source; `other` is the value in the rulebook compared with."""

    key: str
    title: str
    value: str
    source: str
    other: str
    differs: bool


class RulebookPage(Struct, frozen=True):
    """A rulebook in full, compared with another one if chosen, and the form that leads to its activation."""

    name: str
    digest: str
    rows: list[ParameterRow]
    others: list[tuple[str, bool]]
    compared: str
    form: StartForm


@page("platform/rulebooks", PLATFORM, posts=True, menu=Menu(icon="book", title=N_("Rulebooks")))
def rulebooks(visit: Visit) -> PageResponse:
    """The rulebooks; one form checks the text of a new one and adds it, another cancels a start that is ahead."""
    text, problem, cancelled = visit.form.get("text", "")[:_TEXT_MAX], "", None
    if visit.submitted and visit.form.get("do") == "cancel":
        cancelled = _cancel(visit)
        if cancelled.accepted:
            return visit.redirect("platform.rulebooks", message=_("Cancelled: it will not start."))
    elif visit.submitted:
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
        not_cancelled=cancelled.problem if cancelled else "",
        reasons=show_reasons(visit, cancelled.reasons if cancelled else ()),
    )
    status = 422 if problem else cancelled.status if cancelled else 200
    return PageContent("platform/rulebooks.html", view, status=status)


def _cancel(visit: Visit) -> CommandResult:
    """Cancel the start that the form names."""
    market = visit.form.get("market", "")
    fields = {"name": visit.form.get("name", ""), "effective_from": visit.form.get("start", "")}
    note = visit.form.get("note", "").strip()
    shown = RulebooksOfMarket(market=market)
    return send(visit, "cancel_activation", seen=shown, market=market, note=note, **fields)


def _activations(visit: Visit) -> list[ActivationRow]:
    world, newest = look_at().world, newest_instant()
    rows = []
    for each in activations():
        now = world.rulebook(each.market).name == each.name and each.effective_from <= visit.now
        later = each.effective_from > visit.now
        seen = token_of_states(newest, world.rulebooks_of(each.market)) if later else ""
        rows.append(
            ActivationRow(
                market=visit.language.country(each.market),
                code=each.market,
                name=each.name,
                start=show_instant(visit, each.effective_from),
                state=_("scheduled") if later else _("in force") if now else _("replaced"),
                seen=seen,
            )
        )
    return rows


@page("platform/rulebooks/<str:book_name>", PLATFORM)
def rulebook(visit: Visit, book_name: str) -> PageResponse:
    """One rulebook, compared with the one in `?with=`; its form leads to what activating it would do."""
    books = installed_rulebooks()
    book = books.get(book_name)
    if book is None:
        raise Http404
    other = books.get(visit.query.get("with", ""))
    return PageContent("platform/rulebook.html", _book(visit, book, other, sorted(books)))


def _book(visit: Visit, book: Rulebook, other: Rulebook | None, names: list[str]) -> RulebookPage:
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
    return RulebookPage(
        name=book.name,
        digest=book.digest,
        rows=rows,
        others=[(each, other is not None and each == other.name) for each in names if each != book.name],
        compared=other.name if other else "",
        form=start_form(visit, book.name),
    )


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
