"""What an account's showcase, videos and lives show, now and as of any past instant; nothing is written."""

from datetime import datetime

from msgspec import Struct

from shoplink.core import Link
from shoplink.flows.look import Seen, look_at
from shoplink.store.commerce_read import Shown, link_in_force, page_of_place


class Place(Struct, frozen=True):
    """One page of what a place shows at an instant; `link` is the one in force then, if one was."""

    at: datetime
    link: Link | None
    shown: list[Shown]


def in_force(seen: Seen, account_id: str, at: datetime) -> Link | None:
    """The link by which an account was linked at an instant, with what time has made of it since it was stored."""
    link = link_in_force(account_id, at)
    if link is None:
        return None
    settled = seen.settled(link)
    return settled if settled.ended_at is None or at < settled.ended_at else None


def place(
    account_id: str,
    content_id: str | None = None,
    at: datetime | None = None,
    limit: int = 50,
    after: str = "",
) -> Place:
    """A page, behind the product id `after`, of the showcase of an account that is known, or of a content of it.

    `at` is now if it is None, and never in the future. The number of statements is fixed.
    """
    seen = look_at(accounts=[account_id])
    instant = seen.world.now if at is None else min(at, seen.world.now)
    link = in_force(seen, account_id, instant)
    return Place(instant, link, page_of_place(account_id, content_id, link, instant, limit, after))
