"""The columns in which a value of the core is stored: the SELECT list and the way back to the value, from one table.

The columns of a value are its fields, by name and in order, so neither can be changed without the other.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar, get_args

from msgspec import Struct
from msgspec.structs import fields

from shoplink.core import Account, Link, Shop
from shoplink.core.commerce.facts import Content, Item, Product
from shoplink.core.facts import Corrections
from shoplink.store.database.fields import from_micros

T = TypeVar("T", bound=Struct)
Reader = Callable[[Any], Any]

_READERS: dict[Any, Reader] = {datetime: from_micros, date: date.fromisoformat}
"""How a column is read, by the type of its field. Every other type is stored as it is."""


class Columns(Generic[T]):
    """The columns of one kind of value."""

    def __init__(self, kind: type[T], **readers: Reader) -> None:
        """`readers`: by field, how its column is read where the type does not say. Null is always None."""
        self._kind = kind
        self.names = kind.__struct_fields__
        self.sql = ", ".join(self.names)
        by_name = {
            field.name: _READERS[part]
            for field in fields(kind)
            for part in (field.type, *get_args(field.type))
            if part in _READERS
        } | readers
        self._readers = [(self.names.index(name), read) for name, read in by_name.items()]

    def sql_of(self, table: str) -> str:
        """The columns as those of a table, where a statement reads several."""
        return ", ".join(f"{table}.{name}" for name in self.names)

    def value(self, row: Sequence[Any]) -> T:
        """The value in a row that begins with these columns."""
        values = list(row[: len(self.names)])
        for place, read in self._readers:
            # Most instants of most links are null, and not converting them saves a third of a link's cost.
            if values[place] is not None:
                values[place] = read(values[place])
        return self._kind(*values)

    def rest(self, row: Sequence[Any]) -> Sequence[Any]:
        """The columns that a statement reads behind these."""
        return row[len(self.names) :]


def _none_if_empty(text: str) -> str | None:
    return text or None


SHOP = Columns(Shop)
ACCOUNT = Columns(Account)
CORRECTIONS = Columns(Corrections)
LINK = Columns(Link)
PRODUCT = Columns(Product)
CONTENT = Columns(Content)
ITEM = Columns(Item, content_id=_none_if_empty, came_under=_none_if_empty)
