"""Save what is kept of the newest lists of shops, by one statement."""

from collections.abc import Iterable

import msgspec

from shoplink.core.event_base import Record
from shoplink.core.mirror.compare import Comparison
from shoplink.store.database.fields import to_micros
from shoplink.store.database.sql import execute, rows, rows_as

_MIRROR = {
    "shop_id": "text",
    "as_of": "bigint",
    "compared_at": "bigint",
    "questions": "integer",
    "data": "text",
}
_COLUMNS = ", ".join(_MIRROR)


def save_mirror(records: Iterable[Record]) -> None:
    """Keep comparisons, each in the place of the shop's one before."""
    given = [
        (
            record.shop_id,
            to_micros(record.as_of),
            to_micros(record.compared_at),
            len(record.left),
            msgspec.json.encode(record.left).decode(),
        )
        for record in records
        if isinstance(record, Comparison)
    ]
    if given:
        replaced = ", ".join(f"{name} = excluded.{name}" for name in _MIRROR if name != "shop_id")
        execute(
            f"INSERT INTO mirror ({_COLUMNS}) SELECT {_COLUMNS} FROM {rows_as(**_MIRROR)}"
            f" WHERE true ON CONFLICT (shop_id) DO UPDATE SET {replaced}",
            rows(given),
        )
