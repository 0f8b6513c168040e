"""One difference between the log and a row, and its sentence."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from msgspec import Struct

from shoplink.core.instant import format_instant
from shoplink.store.database.fields import from_micros
from shoplink.store.write.log import Row

LOG = "the log says"
MISSING = "the log recorded it, but there is no such row"
EXTRA = "there is this row, but the log never recorded it"


class Difference(Struct, omit_defaults=True):
    """A difference, which only a change by hand can have caused. `problem` is a sentence; the other fields are for programs.

    `of` is event, feed, shop, account, link, waiver, activation, rulebook, membership, invitation (of a person),
    ticket, product, on_sale, content, item, handle or search_term (of a shop or account). For a column, `expected` is its value by the log (or by the event's
    data), and `found` is the stored value.
    """

    of: str
    id: str
    problem: str
    column: str | None = None
    expected: Any = None
    found: Any = None

    def say(self) -> str:
        """The difference in one line."""
        return f"{self.of} {self.id}: {f'{self.column}: ' if self.column else ''}{self.problem}"


def column_differences(of: str, key: str, expected: Row, found: Row, says: str) -> Iterator[Difference]:
    """The columns in which a row differs from what is expected; `says` names the source of the expectation."""
    for column, value in expected.items():
        if value != found[column] or type(value) is not type(found[column]):
            problem = f"{says} {show_value(value, column)}, the row {show_value(found[column], column)}"
            yield Difference(of, key, problem, column, value, found[column])


def compare_in_turn(
    of: str, key: str, rows: Iterator[tuple[Any, Row]], expected: dict[Any, list[Row]]
) -> Iterator[Difference]:
    """Compare rows, in order, with the rows expected under the same key."""
    for subject, row in rows:
        if not expected.get(subject):
            yield Difference(of, str(row[key]), EXTRA)
            continue
        yield from column_differences(of, str(row[key]), expected[subject].pop(0), row, LOG)
    for subject, left in expected.items():
        name = (
            subject if isinstance(subject, str) else " in ".join(reversed([part for part in subject if part]))
        )
        yield from (Difference(of, name, MISSING) for _ in left)


def show_value(value: Any, column: str = "") -> str:
    """A value for a reader, with instants in RFC 3339."""
    if isinstance(value, int) and (column == "at" or column.endswith(("_at", "_from", "until"))):
        with suppress(OverflowError):
            value = from_micros(value)
    return format_instant(value) if isinstance(value, datetime) else repr(value)
