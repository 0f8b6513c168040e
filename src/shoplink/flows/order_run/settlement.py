"""What shops have settled with a creator: the sums and lines of periods that a shop has closed.

The record of closed periods is the source. Its sums by creator are also in the database, because nobody could find a
creator's periods among the files of all shops; they are written in the step that closes a period.
"""

from contextlib import suppress
from typing import Any

from shoplink.core.commission.closing import ClosingError
from shoplink.flows.commission.statement.record import read_record
from shoplink.flows.order_run.folder import closings_of
from shoplink.store import settlements
from shoplink.store.settlements import Settlement


def keep_settlements(shop_id: str) -> None:
    """Store what the closed periods of a shop say of the creators who are linked with it, or were.

    Periods that are stored already are left alone; of a record that was changed nothing is taken, as no statement is.
    """
    from shoplink.attribution.statement.closed import sums_by_creator  # noqa: PLC0415 (takes long to load)

    folder = closings_of(shop_id)
    record = None
    with suppress(ClosingError, OSError):
        record = read_record(folder)
    stored = settlements.settled_periods(shop_id)
    accounts = sorted(settlements.creators_ever_linked(shop_id))
    for closing in record.closings if record else ():
        if closing.period not in stored:
            settlements.add_settlements(
                Settlement(shop_id=shop_id, period=closing.period, closed_at=closing.closed_at, **sums)
                for sums in sums_by_creator(folder / closing.file, shop_id, accounts)
            )


def settled_lines(account_id: str, shop_id: str, period: str, most: int) -> list[dict[str, Any]]:
    """The lines of a creator in a closed period that is stored, adjustments first; none if the record cannot be read."""
    from shoplink.attribution.statement.closed import lines_of_creator  # noqa: PLC0415 (takes long to load)

    with suppress(OSError):
        return lines_of_creator(closings_of(shop_id) / f"{period}.parquet", shop_id, account_id, most)
    return []
