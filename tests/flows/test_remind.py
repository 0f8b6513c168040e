"""Reminders are made at their instant, once each, and never after the state has changed."""

from datetime import timedelta

import pytest
from django.db import connection

from shoplink.core import parse_rulebook
from shoplink.flows.message import remind as flow
from shoplink.flows.message.loop import deliver
from shoplink.flows.rulebooks import install_rulebook
from shoplink.rulebooks import packaged
from shoplink.store.database.sql import execute, query
from shoplink.store.people.outbox import progress
from tests.flows.notification_cast import (
    DAY,
    HOUR,
    asked_to_unlink,
    cast,
    deliver_at,
    execute_at,
    invited,
    kinds_received,
    linked,
    mail_server,
    newest_data,
    pair,
    person,
    subject,
)
from tests.rule import rule
from tests.store.commands import NOON, accept, command, invite, put_account, put_shop
from tests.store.golden import listening
from tests.traceability import ROOT

pytestmark = pytest.mark.usefixtures("database")

SECOND = timedelta(seconds=1)
EXPIRES = NOON + 48 * HOUR


@rule("R23")
def test_an_invitation_is_reminded_of_a_day_six_hours_and_an_hour_before_it_expires() -> None:
    wei, olivia, _ = cast()
    invited()
    seen = []
    for at in (
        NOON,
        EXPIRES - 24 * HOUR - SECOND,
        EXPIRES - 24 * HOUR,
        EXPIRES - 6 * HOUR - SECOND,
        EXPIRES - 6 * HOUR,
        EXPIRES - HOUR - SECOND,
        EXPIRES - HOUR,
        EXPIRES - SECOND,
    ):
        deliver_at(at)
        seen.append(kinds_received(olivia).count("link.expiring"))
    assert seen == [0, 0, 1, 1, 2, 2, 3, 3]
    assert newest_data(olivia, "link.expiring") == {
        "role": "marketing",
        "expires_at": "2024-11-13T12:00:00Z",
        "hours": 1,
    }
    assert kinds_received(wei) == [], "it is not the shop's turn"


@pytest.mark.parametrize("kind", ["accept", "decline", "withdraw", "revoke"])
def test_an_invitation_that_has_ended_is_not_reminded_of(kind: str) -> None:
    _, olivia, _ = cast()
    invited()
    deliver_at(NOON)
    how = {"accept": {"network_region": "GB"}, "revoke": {"note": "x"}}.get(kind, {})
    execute_at(EXPIRES - 24 * HOUR - SECOND, pair(kind, **how))
    for at in (EXPIRES - 24 * HOUR, EXPIRES - 6 * HOUR, EXPIRES - HOUR, EXPIRES + HOUR):
        deliver_at(at)
    assert "link.expiring" not in kinds_received(olivia)


def test_an_invitation_that_has_expired_is_not_reminded_of_even_before_that_is_stored() -> None:
    _, olivia, _ = cast()
    invited()
    deliver_at(NOON)
    deliver_at(EXPIRES)
    assert query("SELECT status FROM link") == [("invited",)]
    assert "link.expiring" not in kinds_received(olivia)


def test_after_a_pause_only_the_reminder_that_came_last_is_made() -> None:
    _, olivia, _ = cast()
    invited()
    deliver_at(NOON)
    deliver_at(EXPIRES - 2 * HOUR)
    assert kinds_received(olivia).count("link.expiring") == 1
    assert newest_data(olivia, "link.expiring")["hours"] == 6
    deliver_at(EXPIRES - HOUR)
    assert kinds_received(olivia).count("link.expiring") == 2


def test_an_invitation_that_lives_no_longer_than_a_reminder_is_early_is_not_reminded_of_at_once() -> None:
    _, olivia, _ = cast()
    text = (ROOT / "src/shoplink/rulebooks/guide-2024-11.toml").read_text(encoding="utf-8")
    text = text.replace('name = "guide-2024-11"', 'name = "short"').replace("value = 48", "value = 24")
    assert parse_rulebook(text, "short.toml").name not in packaged()
    install_rulebook(text, "short.toml")
    execute_at(
        NOON, command("activate_rulebook", name="short", market="GB", effective_from="2024-11-11T12:00:00Z")
    )
    invited()
    deliver_at(NOON)
    assert kinds_received(olivia) == ["link.invited"]
    deliver_at(NOON + 18 * HOUR)
    assert kinds_received(olivia) == ["link.invited", "link.expiring"]


@rule("R46")
def test_an_unlink_request_is_reminded_of_after_one_day_and_after_six() -> None:
    wei, olivia, _ = cast()
    linked()
    asked_at = NOON + 2 * DAY
    asked_to_unlink(asked_at)
    seen = []
    for at in (
        asked_at,
        asked_at + DAY - SECOND,
        asked_at + DAY,
        asked_at + 6 * DAY - SECOND,
        asked_at + 6 * DAY,
    ):
        deliver_at(at)
        seen.append(kinds_received(wei).count("unlink.unanswered"))
    assert seen == [0, 0, 1, 1, 2]
    assert newest_data(wei, "unlink.unanswered") == {
        "role": "marketing",
        "days": 6,
        "requested_at": "2024-11-13T12:00:00Z",
    }
    deliver_at(asked_at + 30 * DAY)
    assert kinds_received(wei).count("unlink.unanswered") == 2
    assert "unlink.unanswered" not in kinds_received(olivia), "it is the shop's turn"


@pytest.mark.parametrize("kind", ["refuse_unlink", "withdraw_unlink_request", "approve_unlink"])
def test_an_unlink_request_that_was_answered_or_withdrawn_is_not_reminded_of(kind: str) -> None:
    wei, _, _ = cast()
    linked()
    asked_to_unlink(NOON + 2 * DAY)
    execute_at(NOON + 3 * DAY - SECOND, pair(kind))
    for days in (3, 8, 9):
        deliver_at(NOON + days * DAY)
    assert "unlink.unanswered" not in kinds_received(wei)


def test_a_request_that_was_made_again_is_reminded_of_anew() -> None:
    wei, _, _ = cast()
    linked()
    first = NOON + 2 * DAY
    asked_to_unlink(first)
    deliver_at(first + DAY)
    execute_at(first + DAY + HOUR, pair("refuse_unlink"))
    asked_to_unlink(first + DAY + 2 * HOUR)
    deliver_at(first + 2 * DAY)
    assert kinds_received(wei).count("unlink.unanswered") == 1
    deliver_at(first + 2 * DAY + 2 * HOUR)
    assert kinds_received(wei).count("unlink.unanswered") == 2


def test_an_approval_by_the_clock_that_is_not_stored_yet_is_not_reminded_of() -> None:
    wei, _, _ = cast()
    execute_at(
        NOON,
        command(
            "activate_rulebook",
            name="seller-university-2025",
            market="GB",
            effective_from="2024-11-11T12:00:00Z",
        ),
    )
    linked()
    asked_to_unlink(NOON + 2 * DAY)
    deliver_at(NOON + 2 * DAY)
    deliver_at(NOON + 9 * DAY)
    assert query("SELECT status FROM link") == [("linked",)]
    assert "unlink.unanswered" not in kinds_received(wei)


def test_a_reminder_whose_mail_could_not_be_sent_in_time_is_not_sent_after_the_state_changed() -> None:
    cast()
    invited()
    with mail_server() as post:
        deliver_at(NOON)
        post.answer = "451 try again later"
        deliver_at(EXPIRES - 24 * HOUR)
        execute_at(EXPIRES - 23 * HOUR, pair("withdraw"))
        post.answer = "250 OK"
        deliver_at(EXPIRES - 22 * HOUR)
        assert [subject(letter) for letter in post.to("olivia@example.com")] == [
            "“山海茶铺” invites “oliviasteeps” as its marketing account",
            "“山海茶铺” withdrew its invitation",
        ]
    assert query("SELECT mail FROM message WHERE kind = 'link.expiring'") == [("moot",)]


def test_reminders_are_made_once_though_the_loop_was_cut_short() -> None:
    _, olivia, _ = cast()
    invited()
    deliver_at(NOON)
    at = EXPIRES - 24 * HOUR
    deliver_at(at)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE told SET reminded_until = reminded_until - 3600000000")
    deliver_at(at)
    assert kinds_received(olivia).count("link.expiring") == 1


def test_where_nothing_is_due_nothing_is_written() -> None:
    cast()
    deliver_at(NOON)
    with listening() as heard:
        deliver(lambda: NOON + 30 * SECOND)
    assert not [statement for statement in heard if not statement.lstrip().startswith("SELECT")]


def test_how_far_reminders_were_made_is_stored_now_and_then() -> None:
    cast()
    deliver_at(NOON)
    deliver_at(NOON + HOUR)
    stored = progress()
    assert stored is not None
    assert stored.reminded_until == NOON + HOUR


def test_reminding_takes_as_many_statements_for_many_as_for_one() -> None:
    cast()
    deliver_at(NOON)
    counts = []
    for copies, at in ((1, NOON), (25, NOON + 5 * DAY)):
        accounts = [f"A{copies}.{number}" for number in range(copies)]
        for account_id in accounts:
            person(f"{account_id}@example.com", creator=account_id, shop=f"S.{account_id}")
        execute_at(at, *(put_account(account_id) for account_id in accounts))
        execute_at(at, *(put_shop(f"S.{account_id}") for account_id in accounts))
        execute_at(at, *(invite(f"S.{account_id}", account_id) for account_id in accounts))
        deliver_at(at + 23 * HOUR)
        with listening() as heard:
            flow.remind(lambda now=at: now + 24 * HOUR)  # type: ignore[misc]
        counts.append(len(heard))
        made = query("SELECT count(*) FROM message WHERE kind = 'link.expiring'")[0][0]
        assert made == sum((1, 25)[: len(counts)])
        execute_at(at + 25 * HOUR, *(accept(f"S.{account_id}", account_id) for account_id in accounts))
    assert counts[0] == counts[1]


def test_finding_what_is_due_reads_by_an_index() -> None:
    cast()
    invited()
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    if connection.vendor == "postgresql":
        execute("SET enable_seqscan = off")
    with listening() as heard:
        flow._due(NOON, NOON + HOUR, NOON + HOUR)
    for statement, index in zip(heard, ("link_due", "link_unlink_requested"), strict=True):
        plan = str(query(explain + statement, *[0] * statement.count("%s")))
        assert index in plan, plan
