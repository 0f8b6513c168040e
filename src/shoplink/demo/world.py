"""Builds the demo world once, in an empty database, through the write path."""

from shoplink.demo import tickets
from shoplink.demo.links import offer_commands, offer_ids, world_commands
from shoplink.demo.orders import send_orders
from shoplink.flows import clock
from shoplink.flows.execute import execute_batch
from shoplink.flows.tick import tick
from shoplink.store.database.marker import is_marked, set_mark
from shoplink.store.database.owner import exclusive_access
from shoplink.store.database.sandbox import make_sandbox
from shoplink.store.read.link import page_of_links
from shoplink.store.write.feed import read_feed


class NotADemoError(RuntimeError):
    """The database is not empty and does not hold the demo world."""


def build_demo() -> bool:
    """Build the demo world if the database is empty; returns whether it was built now.

    Raises NotADemoError and changes nothing if the database holds anything else.
    """
    with exclusive_access("shoplink demo"):
        tick()
        first = read_feed(0, 1)
        marked = is_marked("demo")
        if not (marked if first else make_sandbox(clock.real_now())):
            raise NotADemoError("the database is not empty and holds no demo; choose another, or remove it")
        if first:
            return False
        set_mark("demo", clock.now())
        now = clock.now().replace(second=0, microsecond=0)
        tickets.execute_with_tickets(world_commands(now), now)
        tick()
        send_orders(now)
        return True


def open_offer() -> tuple[str, str]:
    """Return the ids of a shop and an account without a link, recording a new pair if none is left."""
    number = 1
    while page_of_links(clock.now(), 1, 0, shop_id=offer_ids(number)[0]):
        number += 1
    execute_batch(offer_commands(number, clock.now()))
    return offer_ids(number)


def newest_position() -> int:
    """The position of the newest event in the feed; 0 if the feed is empty."""
    newest = 0
    while page := read_feed(newest, 1000):
        newest = page[-1][0]
    return newest
