"""The rows in a simulated world's SQLite file, read by separate plain statements instead of the store's."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.core import AnyEvent, Event
from shoplink.core.facts import Waiver
from shoplink.store.database.fields import from_micros
from shoplink.store.database.sql import query

Row = tuple[Any, ...]

_event = msgspec.json.Decoder(AnyEvent).decode


class ReadPosition(Struct):
    """How far the log and the refusals have been read; `position` is the position of the last event in the feed."""

    event: int = 0
    position: int = 0
    refusal: int = 0


def new_events(seen: ReadPosition) -> list[Event]:
    """The events stored since the last call; each must have the next position of the feed."""
    events = []
    for number, position, data in query(
        "SELECT number, position, data FROM event WHERE number > %s ORDER BY number", seen.event
    ):
        assert position == seen.position + 1, (
            f"event {number} has the position {position}, after {seen.position}"
        )
        seen.event, seen.position = number, position
        events.append(_event(data))
    return events


def new_refusals(seen: ReadPosition) -> list[tuple[str, list[str]]]:
    """The refusals stored since the last call: the command and the codes of its reasons."""
    refusals = []
    for number, command, data in query(
        "SELECT id, command, data FROM refusal WHERE id > %s ORDER BY id", seen.refusal
    ):
        seen.refusal = number
        refusals.append((command, [reason["code"] for reason in msgspec.json.decode(data)["reasons"]]))
    return refusals


def shops(ids: Iterable[str]) -> dict[str, Row]:
    """Rows of shops by id."""
    return _by_id(
        "SELECT shop_id, name, market, enrolment, status, decided, touched_at FROM shop"
        " WHERE shop_id IN (SELECT value FROM json_each(%s))",
        ids,
    )


def accounts(ids: Iterable[str]) -> dict[str, Row]:
    """Rows of accounts by id."""
    return _by_id(
        "SELECT account_id, handle, region, registered_in, birth_date, status, commerce_permission, followers,"
        " touched_at FROM account WHERE account_id IN (SELECT value FROM json_each(%s))",
        ids,
    )


def links(shop_ids: Iterable[str], account_ids: Iterable[str], link_ids: Iterable[str]) -> dict[str, Row]:
    """Rows by id: the live links of shops and of accounts, and the named links."""
    found = query(
        "SELECT link_id, shop_id, account_id, role, status, rulebook, invited_at, expires_at, accepted_at,"
        " linked_at, ended_at, unlink_requested_at, settlement, reference, message, synced_since, touched_at, due_at FROM link"
        " WHERE slot IS NOT NULL AND shop_id IN (SELECT value FROM json_each(%s))"
        " OR slot IS NOT NULL AND account_id IN (SELECT value FROM json_each(%s))"
        " OR link_id IN (SELECT value FROM json_each(%s))",
        *(msgspec.json.encode(list(ids)).decode() for ids in (shop_ids, account_ids, link_ids)),
    )
    return {row[0]: row for row in found}


def waivers(ids: Iterable[str]) -> dict[str, list[Waiver]]:
    """The waivers of each shop or account that were not ended, in the order of granting, without their authors."""
    found: dict[str, list[Waiver]] = {subject: [] for subject in ids}
    for shop_id, account_id, code, until, granted_at, note in query(
        "SELECT shop_id, account_id, code, until, granted_at, note FROM waiver WHERE ended_at IS NULL"
        " AND coalesce(shop_id, account_id) IN (SELECT value FROM json_each(%s)) ORDER BY id",
        msgspec.json.encode(list(found)).decode(),
    ):
        granted = from_micros(granted_at)
        assert granted is not None, "this column is never null"
        found[shop_id or account_id].append(Waiver(code, from_micros(until), granted, note))
    return found


def everything() -> list[Row]:
    """A digest of every table that commands write, to detect any change."""
    return [
        query("SELECT count(*), max(number), max(position) FROM event")[0],
        query("SELECT count(*), max(id) FROM refusal")[0],
        query("SELECT count(*) FROM stored_answer")[0],
        query("SELECT count(*) FROM activation")[0],
        *query("SELECT * FROM product ORDER BY product_id"),
        *query("SELECT * FROM content ORDER BY content_id"),
        query("SELECT count(*), max(number), count(removed_at) FROM item")[0],
        query("SELECT count(*), count(until) FROM on_sale")[0],
        query("SELECT count(*), count(ended_at) FROM waiver")[0],
        *query("SELECT link_id, status, slot, due_at, synced_since, touched_at FROM link ORDER BY number"),
        *query("SELECT shop_id, name, status, decided, touched_at FROM shop ORDER BY shop_id"),
        *query("SELECT * FROM account ORDER BY account_id"),
    ]


def _by_id(statement: str, ids: Iterable[str]) -> dict[str, Row]:
    return {row[0]: row for row in query(statement, msgspec.json.encode(list(ids)).decode())}
