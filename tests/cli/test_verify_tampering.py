"""What somebody changes by hand, `verify` names: each kind of row and event, each kind of change, on both databases."""

import io
from typing import Any

import msgspec
import pytest

from shoplink.core.facts import Actor
from shoplink.flows.file.apply import apply_files
from shoplink.flows.file.source import Reading, inspect
from shoplink.flows.rulebooks import install_rulebook
from shoplink.flows.tick import tick
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.difference import Difference
from shoplink.flows.verify.run import verify
from shoplink.store.database.sql import execute, query
from tests.traceability import ROOT

TRUSTING = Reading(Actor(kind="platform", id="apply"), trust_instants=True)
MARCH = "2026-03-09T00:00:00Z"
MORE: tuple[dict[str, Any], ...] = (
    {"command": "grant_waiver", "code": "shop.link_quota_spent", "note": "gala", "until": None, "shop_id": "lanting-gb"},
    {"command": "grant_waiver", "code": "link.younger_than_minimum", "note": "n", "until": None, "account_id": "mei"},
    {"command": "end_waiver", "code": "link.younger_than_minimum", "note": "done", "account_id": "mei"},
    {"command": "import_link", "shop_id": "lanting-gb", "account_id": "mei", "role": "marketing", "linked_at": "2024-01-01T00:00:00Z", "unlinked_at": "2024-03-01T00:00:00Z"},
    {"command": "import_link", "shop_id": "yunshang-gb", "account_id": "mei", "role": "official", "linked_at": "2024-03-01T00:00:00Z", "unlinked_at": "2024-05-01T00:00:00Z"},
    {"command": "invite", "shop_id": "lanting-gb", "account_id": "mei", "role": "official", "network_region": "GB"},
    {"command": "activate_rulebook", "name": "mine", "market": "US", "effective_from": "2030-01-01T00:00:00Z"},
)  # fmt: skip


@pytest.fixture(autouse=True)
def world(database: str) -> None:  # noqa: ARG001 (in use)
    """The example week, then waivers, history, an open invitation and a rulebook of the operator's own."""
    mine = (ROOT / "src/shoplink/rulebooks/guide-2024-11.toml").read_text(encoding="utf-8")
    install_rulebook(mine.replace('"guide-2024-11"', '"mine"', 1), "mine.toml")
    lines = (ROOT / "examples" / "first-week.ndjson").read_bytes()
    lines += b"".join(msgspec.json.encode({**one, "at": MARCH}) + b"\n" for one in MORE)
    source = inspect("c.ndjson", io.BytesIO(lines), TRUSTING)
    answers = [result.answer for result in apply_files([source], TRUSTING)][-len(MORE) :]
    assert {answer["outcome"] for answer in answers} == {"accepted"}


def differences() -> list[Difference]:
    return list(verify(VerifyCounts()))


def found(of: str) -> set[tuple[str, str | None]]:
    """Of one kind of thing: which were named, and by which column."""
    return {(one.id, one.column) for one in differences() if one.of == of}


def link(status: str) -> str:
    """The id of a link in a status."""
    found: str = query("SELECT link_id FROM link WHERE status = %s ORDER BY number", status)[0][0]
    return found


def event(kind: str) -> str:
    """The number of the first event of a kind, as text."""
    return str(query("SELECT min(number) FROM event WHERE type = %s", kind)[0][0])


def test_nothing_differs_where_nobody_was() -> None:
    assert differences() == []
    tick()
    assert differences() == []


@pytest.mark.parametrize(
    ("statement", "of", "key", "column"),
    [
        ("UPDATE shop SET name = 'x' WHERE shop_id = 'lanting-gb'", "shop", "lanting-gb", "name"),
        ("UPDATE shop SET market = 'US' WHERE shop_id = 'lanting-gb'", "shop", "lanting-gb", "market"),
        ("UPDATE shop SET status = 'abnormal' WHERE shop_id = 'lanting-gb'", "shop", "lanting-gb", "status"),
        ("UPDATE shop SET touched_at = touched_at + 1 WHERE shop_id = 'lanting-gb'", "shop", "lanting-gb", "touched_at"),
        ("DELETE FROM shop WHERE shop_id = 'yunshang-gb'", "shop", "yunshang-gb", None),
        ("UPDATE account SET followers = followers + 1 WHERE account_id = 'mei'", "account", "mei", "followers"),
        ("UPDATE account SET birth_date = NULL WHERE account_id = 'mei'", "account", "mei", "birth_date"),
        ("UPDATE account SET birth_date = 'never' WHERE account_id = 'mei'", "account", "mei", "birth_date"),
        ("UPDATE account SET registered_in = 'ID' WHERE account_id = 'oliver'", "account", "oliver", "registered_in"),
        ("UPDATE account SET region_corrected_at = 7 WHERE account_id = 'mei'", "account", "mei", "region_corrected_at"),
        ("DELETE FROM account WHERE account_id = 'xiaoyu'", "account", "xiaoyu", None),
        ("UPDATE account SET account_id = 'other' WHERE account_id = 'xiaoyu'", "account", "other", None),
    ],
)  # fmt: skip
def test_a_changed_fact_is_named(statement: str, of: str, key: str, column: str | None) -> None:
    assert execute(statement) == 1
    assert (key, column) in found(of)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("role = 'official', slot = 1", "role"),
        ("linked_at = linked_at - 1", "linked_at"),
        ("accepted_at = NULL", "accepted_at"),
        ("reference = 'x'", "reference"),
        ("settlement = NULL", "settlement"),
        ("rulebook = 'seller-university-2025'", "rulebook"),
        ("market = 'US'", "market"),
        ("status = 'revoked', slot = NULL, ended_at = 1", "status"),
        ("unlink_requested_at = 1", "unlink_requested_at"),
        ("due_at = 9000000000000000", "due_at"),
        ("touched_at = 0", "touched_at"),
        ("slot = 9", "slot"),
    ],
)
def test_a_changed_column_of_a_link_is_named(change: str, column: str) -> None:
    execute("UPDATE link SET slot = NULL, status = 'expired', ended_at = 1 WHERE status = 'invited'")
    linked = link("linked")
    assert execute(f"UPDATE link SET {change} WHERE link_id = %s", linked) == 1  # noqa: S608 (of this test)
    assert (linked, column) in found("link")


def test_an_invitation_that_would_never_expire_is_named() -> None:
    invited = link("invited")
    assert execute("UPDATE link SET due_at = NULL WHERE link_id = %s", invited) == 1
    assert found("link") == {(invited, "due_at")}


def test_links_that_are_missing_or_that_nobody_recorded_are_named() -> None:
    unlinked = link("unlinked")
    assert execute("UPDATE link SET link_id = 'link_forged' WHERE link_id = %s", unlinked) == 1
    assert found("link") == {(unlinked, None), ("link_forged", None)}


@pytest.mark.parametrize(
    ("statement", "column"),
    [
        ("UPDATE waiver SET note = 'x' WHERE shop_id = 'lanting-gb'", "note"),
        ("UPDATE waiver SET until = 9 WHERE shop_id = 'lanting-gb'", "until"),
        ("UPDATE waiver SET by_id = 'x' WHERE shop_id = 'lanting-gb'", "by_id"),
        ("UPDATE waiver SET ended_at = NULL WHERE account_id = 'mei'", "ended_at"),
        ("UPDATE waiver SET code = 'shop.unlink_quota_spent' WHERE shop_id = 'lanting-gb'", None),
        ("DELETE FROM waiver WHERE shop_id = 'lanting-gb'", None),
    ],
)
def test_a_changed_waiver_is_named(statement: str, column: str | None) -> None:
    assert execute(statement) == 1
    assert column in {name for _, name in found("waiver")}


@pytest.mark.parametrize(
    ("statement", "of", "column"),
    [
        ("UPDATE activation SET effective_from = effective_from + 1", "activation", "effective_from"),
        ("UPDATE activation SET name = 'guide-2024-11'", "activation", "name"),
        ("DELETE FROM activation", "activation", None),
        ("UPDATE rulebook SET text = replace(text, '48', '72')", "rulebook", "digest"),
        ("UPDATE rulebook SET text = 'x'", "rulebook", "text"),
    ],
)
def test_a_changed_rulebook_is_named(statement: str, of: str, column: str | None) -> None:
    assert execute(statement) == 1
    assert column in {name for _, name in found(of)}


@pytest.mark.parametrize(
    ("change", "kind", "column"),
    [
        ("at = at + 1", "link.accepted", "at"),
        ("type = 'link.declined'", "link.accepted", "type"),
        ("shop_id = 'x'", "link.accepted", "shop_id"),
        ("account_id = NULL", "account.recorded", "account_id"),
        ("link_id = 'x'", "link.established", "link_id"),
        ("data = '{}'", "link.established", "data"),
        ("data = replace(data, '{', '{\"x\":1,')", "link.established", "data"),
        ("data = replace(data, 'Z\"', '\"')", "link.established", "data"),
    ],
)
def test_an_event_that_disagrees_with_itself_is_named(change: str, kind: str, column: str) -> None:
    number = event(kind)
    assert execute(f"UPDATE event SET {change} WHERE number = %s", int(number)) == 1  # noqa: S608 (of this test)
    assert (number, column) in found("event")


@pytest.mark.parametrize(
    "kind",
    ["shop.recorded", "account.recorded", "account.corrected", "link.invited", "link.accepted", "link.established",
     "link.unlinked", "waiver.granted", "waiver.ended"],
)  # fmt: skip
def test_an_event_that_is_missing_leaves_a_gap_and_what_does_not_follow(kind: str) -> None:
    number = event(kind)
    position = query("SELECT position FROM event WHERE number = %s", int(number))[0][0]
    assert execute("DELETE FROM event WHERE number = %s", int(number)) == 1
    all_found = differences()
    assert ("feed", str(position)) in {(one.of, one.id) for one in all_found}
    assert {one.of for one in all_found} - {"feed"}, "the rows or later events tell of it too"


def test_an_event_without_its_position_leaves_a_gap() -> None:
    assert execute("UPDATE event SET position = NULL WHERE position = 3") == 1
    assert ("3", None) in found("feed")


@pytest.mark.parametrize(
    "kind", ["shop.recorded", "account.corrected", "link.invited", "link.unlinked", "waiver.granted"]
)
def test_an_event_that_was_added_is_named_or_missed_in_the_rows(kind: str) -> None:
    columns = "type, at, shop_id, account_id, link_id, data"
    added = f"INSERT INTO event ({columns}) SELECT {columns} FROM event WHERE number = %s"  # noqa: S608 (as above)
    assert execute(added, int(event(kind))) == 1
    last = str(query("SELECT max(number) FROM event")[0][0])
    tick()
    named = {(one.of, one.id) for one in differences()}
    assert named & {("event", last), ("waiver", "shop.link_quota_spent of shop lanting-gb")}


def test_an_unlink_request_that_is_missing_leaves_a_gap() -> None:
    """Its link ended; under another rulebook that can be without a request."""
    number = int(event("unlink.requested"))
    position = query("SELECT position FROM event WHERE number = %s", number)[0][0]
    assert execute("DELETE FROM event WHERE number = %s", number) == 1
    assert [(one.of, one.id) for one in differences()] == [("feed", str(position))]


def test_an_event_of_the_newest_position_is_missed_by_its_rows() -> None:
    last = query("SELECT max(position) FROM event")[0][0]
    assert execute("DELETE FROM event WHERE position = %s", last) == 1
    assert found("feed") == set()
    assert differences() != []


def test_a_change_of_log_and_row_alike_is_named_where_it_cannot_have_happened() -> None:
    """Somebody makes a past link last longer, everywhere: it overlaps the next one then (R8)."""
    before, after = '"unlinked_at":"2024-03-01', '"unlinked_at":"2024-04-01'
    execute("UPDATE event SET data = replace(data, %s, %s)", before, after)
    changed = query("SELECT link_id FROM event WHERE data LIKE %s", f"%{after}%")
    assert len(changed) == 1
    assert execute("UPDATE link SET ended_at = 1711929600000000 WHERE link_id = %s", changed[0][0]) == 1
    problems = [one.problem for one in differences()]
    assert len(problems) == 1
    assert problems[0].startswith("it was linked by ")
    assert problems[0].endswith(" at the same time")


def test_every_difference_says_both_values_in_one_line() -> None:
    execute("UPDATE shop SET touched_at = touched_at + 1, name = 'x' WHERE shop_id = 'lanting-gb'")
    assert [one.say() for one in differences()] == [
        "shop lanting-gb: name: the log says '兰亭家居英国店', the row 'x'",
        "shop lanting-gb: touched_at: the log says 2026-03-02T09:00:00Z, the row 2026-03-02T09:00:00.000001Z",
        "search_term lanting-gb: the log recorded it, but there is no such row",
        "search_term lanting-gb: there is this row, but the log never recorded it",
    ]
