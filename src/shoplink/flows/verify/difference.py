"""What a verification finds: one difference between the log and a row, and how a reader is told of it."""

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
    """One thing that somebody must have changed by hand; `problem` in words, the rest for programs.

    `of` is event, feed, shop, account, link, waiver, activation, rulebook, membership,
    invitation (of a person), ticket, product, on_sale, content or item. For a column: what the log
    (or the event's data) makes it, and what was found there.
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
    """Each column in which a row is not what it must be; `says` names who expects it."""
    for column, value in expected.items():
        if value != found[column] or type(value) is not type(found[column]):
            problem = f"{says} {show_value(value, column)}, the row {show_value(found[column], column)}"
            yield Difference(of, key, problem, column, value, found[column])


def show_value(value: Any, column: str = "") -> str:
    """A value as a reader knows it: instants in RFC 3339."""
    if isinstance(value, int) and (column == "at" or column.endswith(("_at", "_from", "until"))):
        with suppress(OverflowError):
            value = from_micros(value)
    return format_instant(value) if isinstance(value, datetime) else repr(value)
