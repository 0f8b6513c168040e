"""What the file of a closed period says of creators, for a page. It has the columns of `lines.LINES`."""

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

_MEMORY = "256MB"
_SUMS = """
SELECT account_id, currency, sum(order_lines)::BIGINT AS order_lines, sum(amount_minor)::BIGINT AS amount_minor,
    sum(refund_minor)::BIGINT AS refund_minor, sum(commission_minor)::BIGINT AS commission_minor,
    coalesce(sum(commission_minor) FILTER (adjusts IS NOT NULL), 0)::BIGINT AS adjustment_minor
FROM read_parquet(?) WHERE account_id IN (SELECT unnest(?::VARCHAR[])) AND shop_id = ?
GROUP BY account_id, currency ORDER BY account_id, currency
"""
_LINES = """
SELECT adjusts, order_id, sku_id, basis, currency, reason, order_lines, amount_minor, refund_minor, commission_minor
FROM read_parquet(?) WHERE account_id = ? AND shop_id = ?
ORDER BY adjusts DESC NULLS LAST, order_id, sku_id, basis LIMIT ?
"""


def sums_by_creator(file: Path, shop_id: str, accounts: Sequence[str]) -> list[dict[str, Any]]:
    """The sums of these creators in a closed period of a shop, by account and currency, in minor units.

    `adjustment_minor` is the part of the commission that adjusts earlier periods. Raises OSError.
    """
    return _rows(_SUMS, file, list(accounts), shop_id)


def lines_of_creator(file: Path, shop_id: str, account_id: str, most: int) -> list[dict[str, Any]]:
    """The first lines of a creator in a closed period of a shop: adjustments, then orders by their ids. Raises OSError."""
    return _rows(_LINES, file, account_id, shop_id, most)


def _rows(sql: str, file: Path, *values: object) -> list[dict[str, Any]]:
    with duckdb.connect(config={"memory_limit": _MEMORY, "threads": 1}) as connection:
        try:
            answer = connection.execute(sql, [glob.escape(str(file)), *values])
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        except duckdb.IOException:
            raise FileNotFoundError(f"{file}: cannot be read") from None
