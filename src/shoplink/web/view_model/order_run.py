"""Runs that judge files of orders, for a page: their state, what was recognised, and what became of every row."""

from typing import Any

import msgspec
from babel.numbers import format_currency, format_decimal
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.store.order_runs import OrderRun
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Badge, translated
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.wording.order_errors import RejectedRow, say_cell_problems, say_problem
from shoplink.wording.sentences import N_
from shoplink.wording.statement import RUN_PROBLEM, RUN_PROBLEMS

_STATES: dict[str, Badge] = {
    "uploaded": Badge(N_("Not calculated yet"), "yellow", icon="eye"),
    "waiting": Badge(N_("Waiting"), "azure", icon="hourglass"),
    "judging": Badge(N_("Being calculated"), "azure", icon="loader"),
    "looking": Badge(N_("Being read"), "azure", icon="loader"),
    "closing": Badge(N_("Being closed"), "azure", icon="loader"),
    "done": Badge(N_("Calculated"), "green", icon="circle-check"),
    "failed": Badge(N_("Failed"), "red", icon="alert-circle"),
}
_STEPS = {
    "links": N_("Reading the links"),
    "reading": N_("Reading the orders"),
    "judging": N_("Calculating"),
    "rejects": N_("Writing what was rejected"),
}
BASES = {
    "official": N_("Official account"),
    "marketing": N_("Marketing account"),
    "affiliate": N_("Affiliate, commission is due"),
    "none": N_("No creator"),
}
_KB, _MB = 1 << 10, 1 << 20


class RunRow(Struct, frozen=True):
    """A run in a list; `shop` is '' for one of the platform."""

    url: str
    shop: str
    file: str
    size: str
    at: Instant
    state: Badge
    judged: str
    rejected: str


class BasisRow(Struct, frozen=True):
    """What a basis has in one currency."""

    basis: str
    rows: str
    base: str
    commission: str


class CountRow(Struct, frozen=True):
    """How many rows have something in common."""

    what: str
    rows: str


class Outcome(Struct, frozen=True):
    """What became of the rows of a run."""

    rows: str
    judged: str
    rejected: str
    left_out: str
    repeated: str
    bases: list[BasisRow]
    rejects: list[CountRow]
    first: list[CountRow]
    left: list[CountRow]
    notes: list[str]


def show_run(visit: Visit, run: OrderRun, url: str, shop: str) -> RunRow:
    """A run in a list."""
    summary = run.summary
    return RunRow(
        url=url,
        shop=shop,
        file=run.file_name,
        size=_size(visit, run.file_bytes),
        at=show_instant(visit, run.created_at),
        state=show_state(run),
        judged=number(visit, summary["judged"]) if "judged" in summary else "",
        rejected=number(visit, summary["rejected"]) if summary.get("rejected") else "",
    )


def show_state(run: OrderRun) -> Badge:
    """The state of a run."""
    now = {"look": "looking", "close": "closing"}.get(run.choices.get("do", ""), "judging")
    return translated(
        _STATES[now if is_open(run) and (run.state == "judging" or now != "judging") else run.state]
    )


def is_open(run: OrderRun) -> bool:
    """Whether something is being done with a run, or will be without anybody asking again."""
    return run.state in {"waiting", "judging"}


def show_step(run: OrderRun) -> str:
    """What is being done with a run."""
    return _(_STEPS[run.step]) if run.step in _STEPS else _("Waiting for its turn")


class _Told(Struct, frozen=True):
    """Why a command has failed: the kind, and what fills its sentence."""

    kind: str = ""
    values: dict[str, str] = {}


def show_problem(visit: Visit, problem: str) -> str:
    """Why something could not be done with a run, in the reader's language. `problem`: a kind, or JSON with its values."""
    if not problem:
        return ""
    try:
        told = msgspec.json.decode(problem, type=_Told)
    except msgspec.MsgspecError:
        told = _Told(problem)
    if told.kind == "file":
        return told.values["zh" if visit.language.tag == "zh" else "en"]
    return _(RUN_PROBLEMS.get(told.kind, RUN_PROBLEM)).format(**told.values)


def show_outcome(visit: Visit, summary: dict[str, Any]) -> Outcome:
    """What a run counted."""
    repeated = summary.get("repeated", {})
    return Outcome(
        rows=number(visit, summary["rows"]),
        judged=number(visit, summary["judged"]),
        rejected=number(visit, summary["rejected"]),
        left_out=number(visit, summary.get("left_out", 0)),
        repeated=number(visit, sum(repeated.values()) if isinstance(repeated, dict) else repeated),
        bases=[_basis(visit, each) for each in summary.get("by_basis", [])],
        rejects=[
            CountRow(
                f"{each['field']}: {say_problem(each['field'], each['reason'], visit.language.tag)}",
                number(visit, each["rows"]),
            )
            for each in summary.get("rejected_by", [])
        ],
        first=[
            CountRow(say_cell_problems(each.problems, visit.language.tag), str(each.line))
            for each in msgspec.convert(summary.get("first_rejects", []), list[RejectedRow])
        ],
        left=[
            CountRow(f"{each['column']}: {each['value'] or '—'}", number(visit, each["rows"]))
            for each in summary.get("left_out_by", [])
        ],
        notes=_notes(visit, summary),
    )


def money(visit: Visit, minor: int, currency: str) -> str:
    """An amount of minor units, as the reader writes money."""
    digits = MINOR_DIGITS.get(currency, 2)
    return format_currency(
        minor / 10**digits,
        currency,
        locale=visit.language.locale,
        currency_digits=False,
        decimal_quantization=False,
    )


def _basis(visit: Visit, each: dict[str, Any]) -> BasisRow:
    return BasisRow(
        basis=_(BASES[each["basis"]]),
        rows=number(visit, each["rows"]),
        base=money(visit, each["base_minor"], each["currency"]),
        commission=money(visit, each["commission_minor"], each["currency"]),
    )


def _notes(visit: Visit, summary: dict[str, Any]) -> list[str]:
    notes = []
    if cleaned := summary.get("cleaned"):
        notes.append(
            _("{count} ids were cleaned of spaces, apostrophes and the like.").format(
                count=number(visit, cleaned)
            )
        )
    notes += [
        _("{where} describes the columns and is skipped.").format(where=where)
        for where in summary.get("skipped", [])
    ]
    return notes


def number(visit: Visit, value: int) -> str:
    """A whole number, as the reader writes it."""
    return format_decimal(value, locale=visit.language.locale)


def _size(visit: Visit, size: int) -> str:
    if size >= _MB:
        return f"{format_decimal(round(size / _MB, 1), locale=visit.language.locale)} MB"
    return f"{number(visit, -(-size // _KB))} KB"
