"""An account for its creator: its links with the shops they are to, as they stand now."""

from msgspec import Struct

from shoplink.core import Link, World
from shoplink.flows.look import Seen, look_at
from shoplink.store.read.link import timeline
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.timeline import TimelineRow, show_timeline


class Mine(Struct, frozen=True):
    """The account's live links: invitations in the order recorded, and the one in review or linked, if there is one."""

    seen: Seen
    invitations: list[Link]
    current: Link | None

    @property
    def world(self) -> World:
        """The World that the links stand in."""
        return self.seen.world


def mine(account_id: str) -> Mine:
    """What is live between the account and shops now."""
    seen = look_at(accounts=[account_id])
    live = list(seen.world.accounts[account_id].live.values())
    return Mine(
        seen,
        [link for link in live if link.status == "invited"],
        next((link for link in live if link.status != "invited"), None),
    )


def handle_of(world: World, account_id: str) -> str:
    """How the account is called: its handle with the @, else its id."""
    handle = world.accounts[account_id].facts.handle
    return f"@{handle}" if handle else account_id


def shop_of(world: World, link: Link) -> str:
    """How the shop of a link is called: its name, else its id."""
    return world.shops[link.shop_id].facts.name or link.shop_id


def happened(visit: Visit, link: Link) -> list[TimelineRow]:
    """What has happened to a link, the newest first."""
    return show_timeline(visit, reversed(timeline(link.link_id)))
