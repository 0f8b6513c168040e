"""What every event has, of whichever kind it is."""

from datetime import datetime

from msgspec import Struct

from shoplink.core.facts import Actor


class Event(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag_field="type"):
    """What all events have: the instant they happened, and who caused them."""

    at: datetime
    by: Actor | None = None
