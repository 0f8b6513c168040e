"""The rows of what closed periods say of creators (`flows/order_run/settlement`)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from shoplink.store.database.fields import to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query, rows, rows_as
from shoplink.store.people.membership import instant_of


class Settlement(Struct, frozen=True):
    """The sums of a creator in a closed period of a shop, in minor units of a currency.

    `commission_minor` is what is due, `adjustment_minor` the part of it that changes earlier periods.
    """

    account_id: str
    shop_id: str
    period: str
    currency: str
    order_lines: int
    amount_minor: int
    refund_minor: int
    commission_minor: int
    adjustment_minor: int
    closed_at: datetime


_TYPES = {
    **dict.fromkeys(("account_id", "shop_id", "period", "currency"), "text"),
    **dict.fromkeys(
        ("order_lines", "amount_minor", "refund_minor", "commission_minor", "adjustment_minor", "closed_at"),
        "bigint",
    ),
}
_COLUMNS = ", ".join(_TYPES)


def add_settlements(settled: Iterable[Settlement]) -> None:
    """Store what closed periods say. What is stored already stays: a closed period does not change."""
    values = [_row(each) for each in settled]
    if values:
        with writing():
            execute(
                f"INSERT INTO settlement ({_COLUMNS}) SELECT {_COLUMNS} FROM {rows_as(**_TYPES)}"
                " WHERE true ON CONFLICT DO NOTHING",
                rows(values),
            )


def settled_periods(shop_id: str) -> set[str]:
    """The closed periods of a shop of which something is stored."""
    return {
        period for (period,) in query("SELECT DISTINCT period FROM settlement WHERE shop_id = %s", shop_id)
    }


def settlements_of(account_id: str, most: int) -> list[Settlement]:
    """What shops have settled with a creator: the newest periods first, then by shop and currency."""
    found = query(
        f"SELECT {_COLUMNS} FROM settlement WHERE account_id = %s"
        " ORDER BY period DESC, shop_id, currency LIMIT %s",
        account_id,
        most,
    )
    return [_settlement(row) for row in found]


def settlements_with(account_id: str, shop_id: str, period: str) -> list[Settlement]:
    """What a shop has settled with a creator for a period, by currency."""
    found = query(
        f"SELECT {_COLUMNS} FROM settlement WHERE account_id = %s AND shop_id = %s AND period = %s"
        " ORDER BY currency",
        account_id,
        shop_id,
        period,
    )
    return [_settlement(row) for row in found]


def creators_ever_linked(shop_id: str) -> set[str]:
    """The accounts that are linked with a shop or were."""
    found = query(
        "SELECT DISTINCT account_id FROM link WHERE shop_id = %s AND linked_at IS NOT NULL", shop_id
    )
    return {account_id for (account_id,) in found}


def _row(settled: Settlement) -> Sequence[Any]:
    return [
        to_micros(value) if isinstance(value, datetime) else value
        for value in (getattr(settled, name) for name in _TYPES)
    ]


def _settlement(row: tuple[Any, ...]) -> Settlement:
    named = dict(zip(_TYPES, row, strict=True))
    named["closed_at"] = instant_of(named["closed_at"])
    return Settlement(**named)
