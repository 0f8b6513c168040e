"""Search shops, accounts, links, tickets and people, by indexes only.

Shops and accounts are found by their terms (`store/database/terms.py`), the others by the beginning of an id or an address.
However many rows there are, a search takes a fixed number of statements, each of which reads a bounded number of rows.
"""

from msgspec import Struct

from shoplink.core.reasons import Subject
from shoplink.core.values.search import START_LENGTH_MAX, fold_search
from shoplink.store.database.sql import among, is_postgresql, query, query_among, unindexed

_LAST = "\U0010ffff"
_CANDIDATES_MAX = 100
_SCANNED_MAX = 1_000
_WORDS_MAX = 4
_ID_LENGTH_MIN = 4
_TABLES: dict[Subject, tuple[str, str]] = {"shop": ("shop_id", "name"), "account": ("account_id", "handle")}


class LinkMatch(Struct, frozen=True):
    """A link or a ticket that matches, and the sides that it is about."""

    key: str
    shop_id: str
    account_id: str


class SearchResult(Struct, frozen=True):
    """The matches of a search, best first: shops (id, name), accounts (id, handle), people (id, address)."""

    shops: list[tuple[str, str]]
    accounts: list[tuple[str, str]]
    links: list[LinkMatch]
    tickets: list[LinkMatch]
    people: list[tuple[str, str]]

    def nothing(self) -> bool:
        """Whether nothing matches."""
        return not (self.shops or self.accounts or self.links or self.tickets or self.people)


def search_all(text: str, limit: int = 20, *, tickets: bool = False, people: bool = False) -> SearchResult:
    """What matches a text: shops and accounts by any of their words, links and tickets by their ids, people by address.

    `tickets` and `people`: whether the reader may see these.
    """
    return SearchResult(
        shops=search_subjects("shop", text, limit),
        accounts=search_subjects("account", text, limit),
        links=_by_id("link", text, limit),
        tickets=_by_id("ticket", text, limit) if tickets else [],
        people=_by_address(text, limit) if people else [],
    )


def search_subjects(subject: Subject, text: str, limit: int) -> list[tuple[str, str]]:
    """The shops (id, name) or accounts (id, handle) that match a text, best first.

    First those of that id, then those whose name or id is the text, begins with it, or has a word that begins with it;
    last those that have all its words in another order.
    """
    folded = fold_search(text)[:START_LENGTH_MAX]
    key, name = _TABLES[subject]
    found = set(_beginning_with(subject, folded) if folded else ())
    words = sorted(dict.fromkeys(folded.split()), key=len, reverse=True)[:_WORDS_MAX]
    if len(words) > 1:
        found.update(_with_words(subject, words))
    if not folded:  # a name may have no words at all, and an id of signs alone is still an id
        found.add(text)
    rows = query_among(found, f"SELECT {key}, {name} FROM {subject} WHERE {among(key)}")

    def order(row: tuple[str, str]) -> tuple[bool, bool, bool, bool, int, str]:
        texts = [fold_search(one) for one in row]
        return (
            row[0] != text,
            folded not in texts,
            not any(one.startswith(folded) for one in texts),
            not any(folded in one for one in texts),
            len(row[1]),
            row[0],
        )

    return sorted(((row[0], row[1]) for row in rows), key=order)[:limit]


def _beginning_with(subject: Subject, folded: str) -> list[str]:
    found = query(
        f"SELECT subject_id FROM search_term WHERE subject = %s AND {_begins('term')}"
        f" ORDER BY {_in_order('term')} LIMIT {_CANDIDATES_MAX}",
        subject,
        *_beginning(folded),
    )
    return [row[0] for row in found]


def _with_words(subject: Subject, words: list[str]) -> list[str]:
    """Those that have each of the words, among the first that have the longest one."""
    others, params = having_words(subject, "candidate.subject_id", words[1:])
    found = query(
        f"SELECT subject_id FROM (SELECT subject_id FROM search_term WHERE subject = %s AND {_begins('term')}"
        f" LIMIT {_SCANNED_MAX}) AS candidate WHERE {others} LIMIT {_CANDIDATES_MAX}",
        subject,
        *_beginning(words[0]),
        *params,
    )
    return [row[0] for row in found]


def having_words(subject: Subject, column: str, words: list[str]) -> tuple[str, tuple[str, ...]]:
    """The condition that the shop or account in a column has each of these words of a folded text, and its parameters.

    It looks up the terms of that one subject, so it suits rows that are few already.
    """
    subject_is, term = f"{unindexed('other.subject')} = %s", unindexed("other.term")
    each = (
        f"EXISTS (SELECT 1 FROM search_term AS other WHERE {subject_is} AND other.subject_id = {column}"
        f" AND {_begins(term)})"
    )
    return (
        " AND ".join([each] * len(words)) or "true",
        tuple(param for word in words for param in (subject, *_beginning(word))),
    )


def _by_id(table: str, text: str, limit: int) -> list[LinkMatch]:
    """The links or tickets whose id begins with a text, with or without the word before its random part."""
    key = f"{table}_id"
    if len(text) < _ID_LENGTH_MIN:
        return []
    found = query(
        f"SELECT {key}, shop_id, account_id FROM {table} WHERE {_begins(key)} OR {_begins(key)} LIMIT %s",
        *_beginning(text),
        *_beginning(f"{table}_{text}"),
        limit,
    )
    return sorted((LinkMatch(*row) for row in found), key=lambda one: (one.key != text, one.key))


def _by_address(text: str, limit: int) -> list[tuple[str, str]]:
    statement = f"SELECT person_id, email FROM person WHERE {_begins('email')} ORDER BY email LIMIT %s"
    return [(row[0], row[1]) for row in query(statement, *_beginning(text.lower()), limit)]


def _begins(column: str) -> str:
    """The condition that a column begins with a text, in a form that uses the index."""
    return f"{column} LIKE %s" if is_postgresql() else f"{column} >= %s AND {column} < %s"


def _in_order(column: str) -> str:
    """The order of the index that `_begins` uses: an exact match is first."""
    return f"{column} USING ~<~" if is_postgresql() else column


def _beginning(text: str) -> tuple[str, ...]:
    if is_postgresql():
        escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return (f"{escaped}%",)
    return text, text + _LAST
