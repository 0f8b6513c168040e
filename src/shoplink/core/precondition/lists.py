"""What was seen of a platform's list before it is taken over: in what it differs from the record."""

from typing import Any

from shoplink.core.event_base import Event
from shoplink.core.events import AccountRecorded, LinkEvent
from shoplink.core.mirror.compare import ShopList, differences
from shoplink.core.precondition.subjects import Subject
from shoplink.core.world import World


class ListDifferences(Subject, frozen=True, kw_only=True):
    """The differences between a platform's list of a shop's links and what is recorded of them."""

    listed: ShopList

    def state(self, world: World) -> Any:
        """Every difference, in order; None if there is no such shop."""
        return list(differences(world, self.listed)) if self.shop_id in world.shops else None

    def concerns(self, event: Event) -> bool:
        """Something is recorded of a link of the shop, or an account is recorded."""
        return isinstance(event, AccountRecorded) or (
            isinstance(event, LinkEvent) and event.shop_id == self.shop_id
        )
