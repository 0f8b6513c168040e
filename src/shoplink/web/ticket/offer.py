"""A ticket in one click, already written, wherever a reason is shown that support can help with (R39)."""

from collections.abc import Iterable

from msgspec import Struct

from shoplink.core import Reason, support_can_help
from shoplink.web.request.visit import Visit


class TicketForm(Struct, frozen=True):
    """The form that opens a ticket: its address, and what it asks about."""

    action: str
    fields: list[tuple[str, str]]


def ticket_about(visit: Visit, reasons: Iterable[Reason], *fields: tuple[str, str]) -> TicketForm | None:
    """The form about what was refused or is held, for the side that acts here; None if support can help with none of it.

    `fields` name the `command` with what it needs, or the `link_id` alone of a link that stays in review.
    """
    if not any(map(support_can_help, reasons)):
        return None
    place = "seller" if visit.by.kind == "shop" else "creator"
    return TicketForm(f"/{place}/{visit.by.id}/tickets/new", [*fields])
