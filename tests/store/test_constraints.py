"""The database states the invariants a second time: it refuses rows that no decision leads to."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from shoplink.store.database.sql import execute, query

pytestmark = pytest.mark.usefixtures("database")

Row = dict[str, Any]

LINK: Row = {
    "link_id": "L1",
    "shop_id": "S1",
    "account_id": "A1",
    "market": "GB",
    "role": "marketing",
    "status": "linked",
    "slot": 1,
    "rulebook": "guide-2024-11",
    "touched_at": 0,
}
INVITED: Row = {**LINK, "status": "invited"}
ENDED: Row = {**LINK, "status": "expired", "slot": None, "ended_at": 7}
WAIVER: Row = {"code": "shop.link_quota_spent", "granted_at": 0, "note": "", "by_kind": "", "by_id": ""}
EVENT: Row = {"type": "shop.recorded", "at": 0, "data": "{}"}
ANSWER: Row = {"scope": "one", "key": "k", "body_digest": "d", "answer": "{}", "at": 0}


def add(table: str, row: Row) -> None:
    """Insert a row without a decision."""
    places = ", ".join(["%s"] * len(row))
    execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())


def is_not_taken(constraint: str, write: Callable[[], object]) -> None:
    """Check that a write fails on this constraint. SQLite names a unique index by its columns only."""
    with pytest.raises(IntegrityError) as refused:
        write()
    if connection.vendor == "postgresql":
        assert f'"{constraint}"' in str(refused.value)


def test_two_live_links_hold_no_slot_together() -> None:
    add("link", INVITED)
    other = {**INVITED, "link_id": "L2", "account_id": "A2"}
    is_not_taken("slot_is_held_once", lambda: add("link", other))
    add("link", {**other, "slot": 2})
    is_not_taken("slot_is_held_once", lambda: execute("UPDATE link SET slot = 1 WHERE link_id = 'L2'"))
    add("link", {**other, "link_id": "L3", "account_id": "A3", "role": "official"})
    add("link", {**other, "link_id": "L4", "account_id": "A4", "shop_id": "S2"})


def test_a_slot_is_free_again_when_its_link_has_ended() -> None:
    add("link", INVITED)
    execute("UPDATE link SET status = 'expired', slot = NULL, ended_at = 7 WHERE link_id = 'L1'")
    add("link", {**INVITED, "link_id": "L2", "account_id": "A2"})


@pytest.mark.parametrize("first", ["in_review", "linked"])
@pytest.mark.parametrize("second", ["in_review", "linked"])
def test_an_account_has_no_second_link_in_review_or_linked(first: str, second: str) -> None:
    add("link", {**LINK, "status": first})
    other = {**LINK, "link_id": "L2", "shop_id": "S2"}
    is_not_taken("account_has_one_link", lambda: add("link", {**other, "status": second}))
    add("link", {**other, "status": "invited"})
    move = "UPDATE link SET status = %s WHERE link_id = 'L2'"
    is_not_taken("account_has_one_link", lambda: execute(move, second))


@pytest.mark.parametrize("second", ["invited", "in_review", "linked"])
def test_a_pair_has_no_second_live_link(second: str) -> None:
    add("link", INVITED)
    other = {**LINK, "link_id": "L2", "role": "official", "status": second}
    is_not_taken("pair_has_one_live_link", lambda: add("link", other))
    add("link", {**ENDED, "link_id": "L3"})


@pytest.mark.parametrize("status", ["invited", "in_review", "linked"])
@pytest.mark.parametrize("slot", [None, 0, -1])
def test_a_live_link_holds_a_slot(status: str, slot: int | None) -> None:
    row = {**LINK, "status": status, "slot": slot}
    is_not_taken("live_link_holds_a_slot", lambda: add("link", row))


def test_a_live_link_does_not_lose_its_slot() -> None:
    add("link", LINK)
    is_not_taken("live_link_holds_a_slot", lambda: execute("UPDATE link SET slot = NULL"))


ENDINGS = ["expired", "declined", "withdrawn", "superseded", "unlinked", "revoked"]


@pytest.mark.parametrize("status", ENDINGS)
def test_an_ended_link_holds_no_slot(status: str) -> None:
    row = {**ENDED, "status": status, "slot": 1}
    is_not_taken("live_link_holds_a_slot", lambda: add("link", row))


@pytest.mark.parametrize("status", ENDINGS)
def test_an_ended_link_says_when_it_ended(status: str) -> None:
    is_not_taken("ended_link_says_when", lambda: add("link", {**ENDED, "status": status, "ended_at": None}))


def test_no_two_links_have_one_id() -> None:
    add("link", LINK)
    is_not_taken("link_link_id_key", lambda: add("link", {**ENDED, "shop_id": "S2", "account_id": "A2"}))


def test_a_waiver_is_for_one_shop_or_for_one_account() -> None:
    both = {**WAIVER, "shop_id": "S1", "account_id": "A1"}
    is_not_taken("waiver_has_one_subject", lambda: add("waiver", both))
    is_not_taken("waiver_has_one_subject", lambda: add("waiver", WAIVER))
    add("waiver", {**WAIVER, "shop_id": "S1"})
    add("waiver", {**WAIVER, "account_id": "A1"})


def test_no_two_events_have_one_position_and_any_number_have_none() -> None:
    add("event", {**EVENT, "position": 1})
    is_not_taken("event_position_key", lambda: add("event", {**EVENT, "position": 1}))
    add("event", EVENT)
    add("event", EVENT)


def test_an_idempotency_key_is_used_once_in_its_scope() -> None:
    add("stored_answer", ANSWER)
    is_not_taken("idempotency_key_is_used_once", lambda: add("stored_answer", {**ANSWER, "body_digest": "e"}))
    add("stored_answer", {**ANSWER, "scope": "two"})
    add("stored_answer", {**ANSWER, "key": "l"})


@pytest.mark.parametrize("table", ["shop", "account"])
def test_an_id_is_recorded_once(table: str) -> None:
    facts = {
        "shop": {"name": "", "market": "GB", "enrolment": "open", "status": "normal", "touched_at": 0},
        "account": {
            "handle": "",
            "region": "GB",
            "registered_in": "GB",
            "status": "normal",
            "commerce_permission": "granted",
            "followers": 0,
            "touched_at": 0,
        },
    }[table]
    add(table, {f"{table}_id": "X", **facts})
    is_not_taken(f"{table}_pkey", lambda: add(table, {f"{table}_id": "X", **facts}))
    assert query(f"SELECT count(*) FROM {table}") == [(1,)]


def test_a_rulebooks_name_means_one_text() -> None:
    add("rulebook", {"digest": "d", "name": "mine", "text": "a", "added": 1})
    other = {"digest": "e", "name": "mine", "text": "b", "added": 2}
    is_not_taken("rulebook_name_key", lambda: add("rulebook", other))


def test_the_migrations_make_the_tables_that_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
