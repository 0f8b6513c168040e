"""Search shops, accounts, people and links by the beginning of an id, a name, a handle or an address, by indexes only."""

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
    """The shops (id, name), accounts (id, handle) and people (id, address) that begin with a text, and the link of that id."""
    return SearchResult(
        shops=_found("shop", "shop_id", "name", text, limit),
        accounts=_found("account", "account_id", "handle", text, limit, "handle_folded", folded_column(text)),
        links=[row[0] for row in query("SELECT link_id FROM link WHERE link_id = %s", text)],
        people=_rows("person", "person_id", "email", "email", text.lower(), limit),
    )


def _found(  # noqa: PLR0913, PLR0917 (what is searched, and by what)
    table: str, key: str, name: str, text: str, limit: int, column: str = "", begins: str = ""
) -> list[tuple[str, str]]:
    """The rows whose key begins with a text, or whose name does; `column` and `begins` stand for the name and the text."""
    by_name = _rows(table, key, name, column or name, begins or text, limit)
    return [*dict.fromkeys([*_rows(table, key, name, key, text, limit), *by_name])][:limit]


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
