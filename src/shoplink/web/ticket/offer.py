"""A ready-made ticket in one click, wherever a page shows a reason that support can help with (R39)."""

from collections.abc import Iterable

from msgspec import Struct

from shoplink.core import Reason, support_can_help
from shoplink.web.request.visit import Visit


class TicketForm(Struct, frozen=True):
    """The form that opens a ticket: its address and its fields."""

    action: str
    fields: list[tuple[str, str]]


def ticket_about(visit: Visit, reasons: Iterable[Reason], *fields: tuple[str, str]) -> TicketForm | None:
    """The form that opens a ticket about these reasons; None if support can help with none of them.

    `fields` hold the refused `command` with its own fields, or only the `link_id` of a link in review.
    """
    if not any(map(support_can_help, reasons)):
        return None
    place = "seller" if visit.by.kind == "shop" else "creator"
    return TicketForm(f"/{place}/{visit.by.id}/tickets/new", [*fields])
