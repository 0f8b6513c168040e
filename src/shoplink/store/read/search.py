"""Search shops, accounts, people and links by the beginning of an id, a name, a handle or an address, by indexes only."""

from collections.abc import Mapping

from msgspec import Struct

from shoplink.store.database.folded import folded_column
from shoplink.store.database.sql import is_postgresql, query

_LAST = "\U0010ffff"


class SearchResult(Struct, frozen=True):
    """The matches of a search, in order. Links match by their whole id only, people by their addresses."""

    shops: list[tuple[str, str]]
    accounts: list[tuple[str, str]]
    links: list[str]
    people: list[tuple[str, str]]


def search_by_beginning(text: str, limit: int = 20) -> SearchResult:
    """The shops (id, name), accounts (id, handle), people (id, address) that begin with a text; the link of that id."""
    handle = folded_column(text) or text
    return SearchResult(
        shops=_found("shop", "shop_id", "name", {"shop_id": text, "name": text}, limit),
        accounts=_found(
            "account", "account_id", "handle", {"account_id": text, "handle_folded": handle}, limit
        ),
        links=[row[0] for row in query("SELECT link_id FROM link WHERE link_id = %s", text)],
        people=_rows("person", "person_id", "email", "email", text.lower(), limit),
    )


def _found(table: str, key: str, name: str, begins: Mapping[str, str], limit: int) -> list[tuple[str, str]]:
    """The key and the name of the rows in which a column begins with its text, column by column."""
    found = [row for column, text in begins.items() for row in _rows(table, key, name, column, text, limit)]
    return [*dict.fromkeys(found)][:limit]


def _rows(table: str, key: str, name: str, column: str, text: str, limit: int) -> list[tuple[str, str]]:  # noqa: PLR0913, PLR0917 (a statement's parts)
    statement = f"SELECT {key}, {name} FROM {table} WHERE {_begins(column)} ORDER BY {column} LIMIT %s"
    return [(row[0], row[1]) for row in query(statement, *_beginning(text), limit)]


def _begins(column: str) -> str:
    """The condition that a column begins with a text, in a form that uses the index."""
    return f"{column} LIKE %s" if is_postgresql() else f"{column} >= %s AND {column} < %s"


def _beginning(text: str) -> tuple[str, ...]:
    if is_postgresql():
        escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return (f"{escaped}%",)
    return text, text + _LAST
