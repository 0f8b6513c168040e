"""Read the event log and the tables, in order and in pages. Use this within one snapshot.

Values are returned as stored (instants in microseconds, dates as text), even if someone has changed them by hand.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection

from shoplink.core import Link
from shoplink.core.reasons import Subject
from shoplink.store.database import columns
from shoplink.store.database.sql import among, is_postgresql, query, query_among, unindexed

PAGE_ROWS = 5_000

Row = dict[str, Any]

SHOP = (*columns.SHOP.names, "touched_at")
HANDLE = ("number", "account_id", "handle", "handle_folded", "since")
ACCOUNT = (*columns.ACCOUNT.names, *columns.CORRECTIONS.names, "handle_folded", "touched_at")
LINK = (
    "account_id",
    "number",
    "link_id",
    "shop_id",
    "market",
    "role",
    "status",
    "slot",
    "rulebook",
    "invited_at",
    "expires_at",
    "accepted_at",
    "linked_at",
    "ended_at",
    "unlink_requested_at",
    "settlement",
    "reference",
    "message",
    "synced_since",
    "due_at",
    "touched_at",
)
WAIVER = (
    "id",
    "code",
    "shop_id",
    "account_id",
    "until",
    "granted_at",
    "ended_at",
    "note",
    "by_kind",
    "by_id",
)
ACTIVATION = ("id", "market", "name", "digest", "effective_from", "cancelled_at")
MEMBERSHIP = ("number", "person_id", "place", "subject_id", "joined_at")
MEMBER_INVITATION = (
    "number",
    "invitation_id",
    "place",
    "subject_id",
    "invited_at",
    "expires_at",
    "withdrawn_at",
    "used_at",
)
TICKET = (
    "number",
    "ticket_id",
    "shop_id",
    "account_id",
    "link_id",
    "by_kind",
    "by_id",
    "by_person",
    "reasons",
    "status",
    "cause",
    "opened_at",
    "updated_at",
    "ended_at",
    "team",
    "assignee",
    "answered_at",
)
PRODUCT = (*columns.PRODUCT.names, "touched_at")
ON_SALE = ("id", "product_id", "shop_id", "since", "until")
CONTENT = (*columns.CONTENT.names, "touched_at")
ITEM = ("number", *columns.ITEM.names, "removed_at")
EVENT = ("position", "number", "type", "at", "shop_id", "account_id", "link_id", "data")


def require_database() -> None:
    """Require that the SQLite file exists, because reading must not create one. Raises OperationalError."""
    name = connection.settings_dict["NAME"]
    if not is_postgresql() and not Path(name).exists():
        raise OperationalError(f"{name} is not there; `shoplink migrate` makes it")


def event_rows() -> Iterator[Row]:
    """The log: the numbered events by position, then those without a position."""
    yield from _pages("event", EVENT, ("position",), "position IS NOT NULL")
    yield from _pages("event", EVENT, ("number",), "position IS NULL")


def shop_rows() -> Iterator[Row]:
    """The shops, by id."""
    return _pages("shop", SHOP, ("shop_id",))


def shop_ids() -> Iterator[str]:
    """The ids of the shops, in order."""
    return (row["shop_id"] for row in _pages("shop", ("shop_id",), ("shop_id",)))


def account_ids() -> Iterator[str]:
    """The ids of the accounts, in order."""
    return (row["account_id"] for row in _pages("account", ("account_id",), ("account_id",)))


def account_rows() -> Iterator[Row]:
    """The accounts, by id."""
    return _pages("account", ACCOUNT, ("account_id",))


def named_rows(subject: Subject) -> Iterator[tuple[str, str]]:
    """The shops with their names, or the accounts with their handles, by id."""
    key, name = ("shop_id", "name") if subject == "shop" else ("account_id", "handle")
    return ((row[key], row[name]) for row in _pages(subject, (key, name), (key,)))


def terms_by_subject(subject: Subject, subject_ids: Collection[str]) -> dict[str, set[str]]:
    """The search terms of these shops or accounts that are stored."""
    found: dict[str, set[str]] = {}
    for subject_id, term in query_among(
        subject_ids,
        f"SELECT subject_id, term FROM search_term WHERE {among('subject_id')} AND {unindexed('subject')} = %s",
        subject,
    ):
        found.setdefault(subject_id, set()).add(term)
    return found


def terms_of_nobody(subject: Subject) -> list[str]:
    """The ids that have search terms and are no shop or account."""
    found = query(
        "SELECT DISTINCT subject_id FROM search_term WHERE subject = %s AND NOT EXISTS"
        f" (SELECT 1 FROM {subject} WHERE {subject}_id = search_term.subject_id)",
        subject,
    )
    return [row[0] for row in found]


def handle_rows() -> Iterator[Row]:
    """The handles that accounts have had, grouped by account, in the order of recording."""
    return _pages("handle", HANDLE, ("account_id", "number"))


def link_rows() -> Iterator[Row]:
    """The links, grouped by account, in the order of recording."""
    return _pages("link", LINK, ("account_id", "number"))


def link_in(row: Row) -> Link:
    """The link in a row of `link_rows`."""
    return columns.LINK.value([row[name] for name in columns.LINK.names])


def waiver_rows() -> Iterator[Row]:
    """The waivers, in the order of granting."""
    return _pages("waiver", WAIVER, ("id",))


def activation_rows() -> Iterator[Row]:
    """The activations of rulebooks, in the order of recording."""
    return _pages("activation", ACTIVATION, ("id",))


def membership_rows() -> Iterator[Row]:
    """The memberships, in the order of joining."""
    return _pages("membership", MEMBERSHIP, ("number",))


def member_invitation_rows() -> Iterator[Row]:
    """The invitations of people, in the order of recording."""
    return _pages("member_invitation", MEMBER_INVITATION, ("number",))


def ticket_rows() -> Iterator[Row]:
    """The tickets, in the order of opening."""
    return _pages("ticket", TICKET, ("number",))


def product_rows() -> Iterator[Row]:
    """The products, by id."""
    return _pages("product", PRODUCT, ("product_id",))


def on_sale_rows() -> Iterator[Row]:
    """The periods on sale, in the order of recording."""
    return _pages("on_sale", ON_SALE, ("id",))


def content_rows() -> Iterator[Row]:
    """The contents, by id."""
    return _pages("content", CONTENT, ("content_id",))


def item_rows() -> Iterator[Row]:
    """The items, in the order of adding."""
    return _pages("item", ITEM, ("number",))


def open_item_rows() -> Iterator[Row]:
    """The items that were not removed, grouped by place; items of ended links are included."""
    return _pages("item", ITEM, ("account_id", "content_id", "product_id", "number"), "removed_at IS NULL")


def synced_link_rows() -> Iterator[Row]:
    """The links with a synced showcase, as stored, in the order of recording."""
    return _pages("link", LINK, ("number",), "status = 'linked' AND synced_since IS NOT NULL")


def _pages(table: str, names: tuple[str, ...], key: tuple[str, ...], where: str = "true") -> Iterator[Row]:
    """A table's rows in the order of a key, in bounded memory."""
    quoted, order = ", ".join(f'"{name}"' for name in names), ", ".join(key)
    after, last = "", ()
    while True:
        page = query(
            f"SELECT {quoted} FROM {table} WHERE {where}{after} ORDER BY {order} LIMIT {PAGE_ROWS}", *last
        )
        yield from (dict(zip(names, row, strict=True)) for row in page)
        if len(page) < PAGE_ROWS:
            return
        last = tuple(page[-1][names.index(name)] for name in key)
        after = f" AND ({order}) > ({', '.join(['%s'] * len(key))})"
