"""What an account's showcase, videos and lives show, now and as of a past instant. Nothing is written."""

from datetime import datetime

from msgspec import Struct

from shoplink.core import Link
from shoplink.core.instant import END
from shoplink.core.precondition.subjects import PlaceOfItems
from shoplink.flows.look import CurrentState, look, look_at
from shoplink.flows.precondition import token_of
from shoplink.store.read.commerce import (
    ContentCount,
    EndingItems,
    ShownProduct,
    items_ending_with,
    page_of_contents,
    page_of_place,
    stored_link_in_force,
)
from shoplink.store.write.load import LoadKeys


class PlaceView(Struct, frozen=True):
    """One page of what a place shows at an instant; `link` is the link in force then, if any.

    `token` is that of the place as it is now, if it was asked for.
    """

    at: datetime
    link: Link | None
    shown: list[ShownProduct]
    token: str = ""


def in_force(state: CurrentState, account_id: str, at: datetime) -> Link | None:
    """The link in force for an account at an instant, after the events that are due."""
    link = stored_link_in_force(account_id, at)
    if link is None:
        return None
    settled = state.up_to_date(link)
    return settled if settled.ended_at is None or at < settled.ended_at else None


def view_of_place(  # noqa: PLR0913 (a place, and which part of it)
    account_id: str,
    content_id: str | None = None,
    at: datetime | None = None,
    limit: int = 50,
    after: str = "",
    *,
    with_token: bool = False,
) -> PlaceView | None:
    """One page of an account's showcase or of one of its contents; None if the account is unknown.

    The page starts after the product id `after`. `at` None means now; a later instant than now means now too. The
    number of statements is fixed.
    """
    place = PlaceOfItems(account_id=account_id, content_id=content_id)
    keys = LoadKeys(set(), {account_id}, set(), set(), END)
    if with_token:
        keys.add_subject(place)
    state = look(keys)
    if account_id not in state.world.accounts:
        return None
    instant = state.world.now if at is None else min(at, state.world.now)
    link = in_force(state, account_id, instant)
    shown = page_of_place(account_id, content_id, link, instant, limit, after)
    return PlaceView(instant, link, shown, token_of(state, place) if with_token else "")


def ending_items(link: Link, at: datetime) -> EndingItems:
    """How many products leave the account's showcase, videos and lives when a link ends; none after it has ended."""
    return items_ending_with(link, at) if link.status == "linked" else EndingItems(0, 0)


def content_counts(
    account_id: str, limit: int = 1, after: str = "", content_id: str | None = None
) -> list[ContentCount]:
    """An account's videos and lives, or one of them, each with the number of products that it shows now."""
    state = look_at(accounts=[account_id])
    link = in_force(state, account_id, state.world.now)
    return page_of_contents(account_id, link, state.world.now, limit, after, content_id)
