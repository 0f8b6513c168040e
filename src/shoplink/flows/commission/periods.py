"""The established periods of links, from the database, as time has left them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from shoplink.core.commission.attribution import Period
from shoplink.core.events import LinkEvent
from shoplink.core.facts import Link
from shoplink.flows import clock
from shoplink.flows.look import Seen, look_at
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.read.link import snapshot
from shoplink.store.write.log import link_in, link_rows, require_database

_PAGE_LINKS = 1_000


def periods() -> Iterator[Period]:
    """The period of every link that was ever established, revoked ones too, those of one account together."""
    require_database()
    with snapshot():
        now, rows = to_micros(clock.now()), link_rows()
        while page := list(islice(rows, _PAGE_LINKS)):
            due = {row["account_id"] for row in page if row["due_at"] is not None and row["due_at"] <= now}
            seen = look_at(accounts=due) if due else None
            for row in page:
                period = _period(link_in(row), row, seen if row["account_id"] in due else None)
                if period is not None:
                    yield period


def _period(link: Link, row: dict[str, Any], seen: Seen | None) -> Period | None:
    changed_at = from_micros(row["touched_at"])
    assert changed_at is not None, "every link was touched when it was recorded"
    if seen is not None:
        link = seen.settled(link)
        changed_at = max([changed_at, *_changes(seen, link)])
    if link.linked_at is None:
        return None
    return Period(
        link_id=link.link_id,
        shop_id=link.shop_id,
        account_id=link.account_id,
        role=link.role,
        linked_at=link.linked_at,
        ended_at=link.ended_at,
        settlement=link.settlement,
        reference=link.reference,
        changed_at=changed_at,
    )


def _changes(seen: Seen, link: Link) -> Iterable[datetime]:
    """When time changed a link of which that is not stored yet."""
    return (event.at for event in seen.due if isinstance(event, LinkEvent) and event.link_id == link.link_id)
