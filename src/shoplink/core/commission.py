"""Which link, if any, an order belongs to."""

from collections.abc import Iterable
from datetime import datetime

from shoplink.core.facts import Link


def link_in_force(links: Iterable[Link], shop_id: str, ordered_at: datetime) -> Link | None:
    """R3: the link of an account with a shop that was in force at an order's instant.

    `links` are the account's; a link is in force from `linked_at` until before `ended_at`. An order
    in its time carries no commission, with the link as proof.
    """
    for link in links:
        if link.shop_id != shop_id or link.linked_at is None:
            continue
        if link.linked_at <= ordered_at and (link.ended_at is None or ordered_at < link.ended_at):
            return link
    return None
