"""What every event has, and every record: a row that a decision writes beside its events."""

from datetime import datetime

from msgspec import Struct

from shoplink.core.facts import Actor, Link


class Event(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag_field="type"):
    """An event: the instant at which it happened, and who caused it."""

    at: datetime
    by: Actor | None = None


class LinkEvent(Event, frozen=True):
    """An event in the life of a link."""

    link_id: str
    shop_id: str
    account_id: str

    def link_after(self, link: Link) -> Link:
        """The link after this event, which has touched it."""
        raise NotImplementedError


class SideEvent(Event, frozen=True, kw_only=True):
    """An event that changes no shop, account or link; its ids say which of them it is about.

    Such events are in the same log and feed as the others. They hold no personal text: addresses and messages are
    stored beside the log and kept for the retention period only.
    """

    shop_id: str | None = None
    account_id: str | None = None


class Record(Struct, frozen=True):
    """A row that a decision writes beside its events, because the log must not hold it: words or addresses of people.

    Each family of such commands defines its records in its `facts`, and saves them.
    """
