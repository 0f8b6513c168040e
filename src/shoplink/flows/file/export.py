"""Export files that can be imported again (shops, accounts, links, products, contents, items), and the log."""

from collections.abc import Callable, Iterator
from itertools import chain, groupby, islice
from typing import Any, Literal, TextIO

import msgspec

from shoplink.core.commerce.commands import PRODUCTS_MAX
from shoplink.core.instant import format_instant
from shoplink.flows import clock
from shoplink.flows.commission.periods import stored_periods, write_periods
from shoplink.flows.commission.sides import stored_handles, write_handles
from shoplink.flows.file.tables import TABLES, Kind, Table
from shoplink.flows.look import look_at
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.read.commerce import products_of
from shoplink.store.read.link import snapshot
from shoplink.store.write.log import (
    Row,
    account_rows,
    content_rows,
    event_rows,
    link_in,
    link_rows,
    open_item_rows,
    product_rows,
    require_database,
    shop_rows,
    synced_link_rows,
)
from shoplink.table.write import CsvWriter
from shoplink.wording import Language

ExportKind = Literal[
    "shops", "accounts", "links", "products", "contents", "items", "log", "periods", "handles"
]

_PAGE_ROWS = 1_000


def export_commands(kinds: tuple[Kind, ...], *, ended: bool, items: bool, out: TextIO) -> int:
    """Write the commands that record these kinds of things, one per line, then with `items` those; returns how many."""
    count = 0
    require_database()
    with snapshot():
        recorded = ({"command": table.command, **fields} for table, fields in _records(kinds, ended=ended))
        for command in chain(recorded, _item_commands() if items else ()):
            count += 1
            out.write(msgspec.json.encode(command).decode() + "\n")
    return count


def export_table(kind: Kind, language: Language, *, ended: bool, out: TextIO) -> int:
    """Write one kind of things as a table in a language; returns how many."""
    writer = CsvWriter(out)
    table = next(table for table in TABLES if table.kind == kind)
    columns = [column for column in table.columns if column.exported]
    writer.row([column.header.say(language.tag) for column in columns])
    count = 0
    require_database()
    with snapshot():
        for _, fields in _records((kind,), ended=ended):
            count += 1
            writer.row(
                [
                    "" if (value := fields.get(column.field)) is None else column.write(value, language)
                    for column in columns
                ]
            )
    return count


def export_log(out: TextIO) -> int:
    """Write the event feed, each event with its position; events without a position are left out. Returns how many."""
    count = 0
    require_database()
    with snapshot():
        for row in event_rows():
            if row["position"] is not None:
                event = {"position": row["position"], **msgspec.json.decode(row["data"])}
                out.write(msgspec.json.encode(event).decode() + "\n")
                count += 1
    return count


def export_periods(out: TextIO) -> int:
    """Write the established period of every link as CSV; returns how many."""
    return write_periods(stored_periods(), out)


def export_handles(out: TextIO) -> int:
    """Write who had which handle when as CSV; returns how many periods."""
    return write_handles(stored_handles(), out)


_ROWS: dict[Kind, Callable[[], Iterator[Row]]] = {
    "shops": shop_rows,
    "accounts": account_rows,
    "products": product_rows,
    "contents": content_rows,
}


def _records(kinds: tuple[Kind, ...], *, ended: bool) -> Iterator[tuple[Table, dict[str, Any]]]:
    """The things to record, as the fields of their commands; unknown values are left out."""
    for table in TABLES:
        if table.kind not in kinds:
            continue
        rows = _ROWS.get(table.kind)
        names = [column.field for column in table.columns if column.exported]
        for fields in rows() if rows else _links(ended=ended):
            yield (
                table,
                {name: _plain_value(name, fields[name]) for name in names if fields[name] not in {None, ""}},
            )


def _plain_value(name: str, value: object) -> object:
    """A stored value in the form that a command has."""
    at = from_micros(value) if name == "listed_at" and isinstance(value, int) else None
    return format_instant(at) if at else value


def _links(*, ended: bool) -> Iterator[dict[str, Any]]:
    """The links that are linked now; with `ended`, those that were unlinked come first."""
    if ended:
        yield from _with_status("unlinked")
    yield from _with_status("linked")


def _with_status(status: str) -> Iterator[dict[str, Any]]:
    """The links that have a status now, including changes that are due and not stored yet."""
    now, rows = to_micros(clock.now()), link_rows()
    for page in _paged(rows):
        due = {row["account_id"] for row in page if row["due_at"] is not None and row["due_at"] <= now}
        state = look_at(accounts=due) if due else None
        for row in page:
            link = link_in(row)
            if state is not None and row["account_id"] in due:
                link = state.up_to_date(link)
            if link.status == status and link.linked_at is not None:
                yield {
                    "shop_id": link.shop_id,
                    "account_id": link.account_id,
                    "role": link.role,
                    "linked_at": format_instant(link.linked_at),
                    "unlinked_at": format_instant(link.ended_at) if link.ended_at else None,
                }


def _item_commands() -> Iterator[dict[str, Any]]:
    """The commands that add the items shown now, grouped by place, then those that sync showcases.

    Items of ended links and of products that are off are not shown, so they are left out. The actor is the account's
    creator; for a sync it is the shop.
    """
    shown = (row for page in _paged(open_item_rows()) for row in _shown(page))
    for (account_id, content_id), rows in groupby(
        shown, key=lambda row: (row["account_id"], row["content_id"])
    ):
        place = {"account_id": account_id, "by": {"kind": "creator", "id": account_id}}
        if content_id:
            place["content_id"] = content_id
        yield from _in_a_place(rows, place)
    yield from _syncs()


def _in_a_place(rows: Iterator[Row], place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The commands for one place: products added from the shop, up to a hundred per command, and each promotion alone."""
    shop_id, added = "", list[str]()
    for row in rows:
        if row["came_under"]:
            shop_id = row["shop_id"]  # an account is linked with one shop at a time
            added.append(row["product_id"])
        else:
            ids = {"shop_id": row["shop_id"], "product_id": row["product_id"]}
            yield {"command": "promote", **ids, **place}
    for first in range(0, len(added), PRODUCTS_MAX):
        products = added[first : first + PRODUCTS_MAX]
        yield {"command": "add_from_shop", "shop_id": shop_id, **place, "product_ids": products}


def _syncs() -> Iterator[dict[str, Any]]:
    for page in _paged(synced_link_rows()):
        live = look_at(accounts={row["account_id"] for row in page}).world.live
        for row in page:
            if row["link_id"] in live:
                shop_id = row["shop_id"]
                ids = {"shop_id": shop_id, "account_id": row["account_id"]}
                yield {"command": "sync_showcase", **ids, "by": {"kind": "shop", "id": shop_id}}


def _shown(page: list[Row]) -> Iterator[Row]:
    """The items of a page that are shown: the product is on sale, and the item's link, if any, is live."""
    live = look_at(accounts={row["account_id"] for row in page}).world.live
    products = products_of({row["product_id"] for row in page})
    for row in page:
        if products[row["product_id"]].status == "on_sale" and (
            not row["came_under"] or row["came_under"] in live
        ):
            yield row


def _paged(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while page := list(islice(rows, _PAGE_ROWS)):
        yield page
