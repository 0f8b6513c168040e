"""Reasons for a reader: problem, remedy, who must act next, and where to read more."""

from collections.abc import Iterable
from urllib.parse import urlencode

from msgspec import Struct

from shoplink.core import Reason, support_can_help
from shoplink.core.disclosure import PRIVATE
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Deadline, show_deadline
from shoplink.web.view_model.state import show_next_actor
from shoplink.wording import say_reason


class ReasonRow(Struct, frozen=True):
    """A reason for a reader: the problem, the remedy, who must act next, and when it may pass by itself.

    `help_url` is empty where the reader may not learn which reason it is.
    """

    code: str
    problem: str
    remedy: str
    next_actor: Badge
    possible_at: Deadline | None
    help_url: str
    support_helps: bool


def show_reasons(visit: Visit, reasons: Iterable[Reason]) -> list[ReasonRow]:
    """Every reason in the reader's language, in the order given."""
    return [_reason(visit, reason) for reason in reasons]


def _reason(visit: Visit, reason: Reason) -> ReasonRow:
    text = say_reason(reason, visit.language, visit.zone)
    return ReasonRow(
        code=reason.code,
        problem=text.problem,
        remedy=text.remedy,
        next_actor=show_next_actor(reason.next_actor),
        possible_at=show_deadline(visit, reason.possible_at) if reason.possible_at else None,
        # The address of the help page would tell apart the private reasons, which all read alike.
        help_url="" if reason.params == PRIVATE else _help_url(visit, reason.code),
        support_helps=support_can_help(reason),
    )


def _help_url(visit: Visit, code: str) -> str:
    market = visit.market_of_subject
    return f"/help/reasons/{code}" + (f"?{urlencode({'market': market})}" if market else "")
