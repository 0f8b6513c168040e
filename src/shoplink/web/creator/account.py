"""An account for its creator: its live links, as they stand now."""

from msgspec import Struct

from shoplink.core import Link, World
from shoplink.flows.look import CurrentState, look_at
from shoplink.store.read.link import timeline
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.timeline import TimelineRow, show_timeline


class AccountLinks(Struct, frozen=True):
    """The account's live links: its open invitations in the order recorded, and the link in review or linked, if any."""

    seen: CurrentState
    invitations: list[Link]
    current: Link | None

    @property
    def world(self) -> World:
        """The World that the links are part of."""
        return self.seen.world


def account_links(account_id: str) -> AccountLinks:
    """The live links of an account."""
    seen = look_at(accounts=[account_id])
    live = list(seen.world.accounts[account_id].live.values())
    return AccountLinks(
        seen,
        [link for link in live if link.status == "invited"],
        next((link for link in live if link.status != "invited"), None),
    )


def handle_of(world: World, account_id: str) -> str:
    """The name of the account: its handle with the @, else its id."""
    handle = world.accounts[account_id].facts.handle
    return f"@{handle}" if handle else account_id


def shop_of(world: World, link: Link) -> str:
    """The name of the link's shop, else its id."""
    return world.shops[link.shop_id].facts.name or link.shop_id


def link_timeline(visit: Visit, link: Link) -> list[TimelineRow]:
    """The events of a link, newest first."""
    return show_timeline(visit, reversed(timeline(link.link_id)))
