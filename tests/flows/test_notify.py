"""Events are notified to the people whom they concern, once, from the feed and never within a command."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from shoplink.core import AnyEvent
from shoplink.flows.message import notify
from shoplink.flows.tick import tick
from shoplink.store.database.sql import execute, query
from shoplink.store.people import inbox
from shoplink.wording.messages import KIND_NAMES, MESSAGES, OWN_KINDS
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
    mail_kinds,
    mail_server,
    newest_data,
    pair,
    person,
    stored_data,
    subject,
)
from tests.rule import rule
from tests.store.commands import NOON, accept, command, invite, put_account, put_shop
from tests.store.golden import listening
from tests.store.threads import run_together

pytestmark = pytest.mark.usefixtures("database")


def test_no_command_tells_anybody_anything() -> None:
    cast()
    invited()
    assert query("SELECT count(*) FROM message") == [(0,)]


@rule("R23")
def test_an_invitation_is_told_to_the_people_of_the_account_and_to_nobody_else() -> None:
    wei, olivia, stranger = cast()
    invited()
    deliver_at(NOON)
    assert (kinds_received(olivia), kinds_received(wei), kinds_received(stranger)) == (
        ["link.invited"],
        [],
        [],
    )
    assert newest_data(olivia, "link.invited") == {
        "role": "marketing",
        "market": "GB",
        "expires_at": "2024-11-13T12:00:00Z",
    }


def test_a_confirmed_and_established_link_is_told_to_both_sides_once() -> None:
    wei, olivia, _ = cast()
    invited()
    execute_at(NOON + HOUR, accept("S", "A"))
    deliver_at(NOON + HOUR)
    assert (kinds_received(olivia), kinds_received(wei)) == (
        ["link.invited", "link.established"],
        ["link.accepted"],
    )
    assert newest_data(wei, "link.accepted") == {"role": "marketing", "linked": True}


@rule("R31", "R32", "R42")
def test_a_held_link_is_told_to_both_sides_with_what_holds_it_and_then_that_it_is_established() -> None:
    wei, olivia, _ = cast()
    execute_at(
        NOON, put_account("A", registered_in="SG", commerce_permission="revoked", handle="oliviasteeps")
    )
    invited()
    execute_at(NOON + HOUR, accept("S", "A"))
    deliver_at(NOON + HOUR)
    assert (kinds_received(olivia), kinds_received(wei)) == (["link.invited", "link.held"], ["link.held"])
    for person_id in (wei, olivia):
        held = newest_data(person_id, "link.held")["reasons"]
        assert [reason["code"] for reason in held] == [
            "account.registration_mismatch",
            "account.commerce_permission_revoked",
        ]
    execute_at(NOON + DAY, put_account("A", handle="oliviasteeps"))
    deliver_at(NOON + DAY)
    assert (kinds_received(olivia)[-1], kinds_received(wei)[-1]) == ("link.established", "link.established")


def test_a_link_that_went_on_before_it_was_told_is_not_said_to_be_held() -> None:
    wei, olivia, _ = cast()
    execute_at(NOON, put_account("A", registered_in="SG", handle="oliviasteeps"))
    invited()
    execute_at(NOON + HOUR, accept("S", "A"))
    execute_at(NOON + 2 * HOUR, put_account("A", handle="oliviasteeps"))
    deliver_at(NOON + 3 * HOUR)
    assert (kinds_received(olivia), kinds_received(wei)) == (
        ["link.invited", "link.established"],
        ["link.accepted", "link.established"],
    )
    assert newest_data(wei, "link.accepted")["linked"] is False


ENDS: list[tuple[str, list[str], list[str]]] = [
    ("decline", ["link.declined"], []),
    ("withdraw", [], ["link.withdrawn"]),
    ("revoke", ["link.revoked"], ["link.revoked"]),
]


@pytest.mark.parametrize(("kind", "shop", "creator"), ENDS)
def test_an_end_is_told_to_the_side_that_did_not_bring_it_about(
    kind: str, shop: list[str], creator: list[str]
) -> None:
    wei, olivia, _ = cast()
    invited()
    execute_at(NOON + HOUR, pair(kind, **({"note": "fraud"} if kind == "revoke" else {})))
    deliver_at(NOON + HOUR)
    assert (kinds_received(wei), kinds_received(olivia)) == (shop, ["link.invited", *creator])
    assert "fraud" not in str(stored_data()), "words of people stay where they were written"


@rule("R23")
def test_an_expired_invitation_is_told_to_both_sides() -> None:
    wei, olivia, _ = cast()
    invited()
    tick(NOON + 49 * HOUR)
    deliver_at(NOON + 49 * HOUR)
    assert (kinds_received(wei), kinds_received(olivia)) == (
        ["link.expired"],
        ["link.invited", "link.expired"],
    )


@rule("R8")
def test_an_invitation_that_another_link_ended_is_told_to_its_shop() -> None:
    wei, olivia, stranger = cast()
    execute_at(NOON, invite("S", "A"), invite("T", "A"), accept("T", "A"))
    deliver_at(NOON)
    assert kinds_received(wei) == ["link.superseded"]
    assert kinds_received(stranger) == ["link.accepted"]
    assert kinds_received(olivia) == ["link.invited", "link.invited", "link.established"]


@rule("R43", "R46")
def test_an_unlink_request_and_its_answers_are_told() -> None:
    wei, olivia, _ = cast()
    linked()
    later = NOON + 2 * DAY
    asked_to_unlink(later)
    execute_at(later + HOUR, pair("refuse_unlink", note="not yet"))
    asked_to_unlink(later + 2 * HOUR)
    execute_at(later + 3 * HOUR, pair("withdraw_unlink_request"))
    asked_to_unlink(later + 4 * HOUR)
    execute_at(later + 5 * HOUR, pair("approve_unlink"))
    deliver_at(later + 6 * HOUR)
    assert kinds_received(wei)[1:] == [
        "unlink.requested",
        "unlink.requested",
        "unlink.withdrawn",
        "unlink.requested",
    ]
    assert kinds_received(olivia)[2:] == ["unlink.refused", "link.unlinked"]
    assert "answer_by" not in newest_data(wei, "unlink.requested"), "here a request stays open for ever"


def test_where_an_unanswered_request_counts_as_approved_both_sides_are_told_when_it_was() -> None:
    wei, olivia, _ = cast()
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
    assert newest_data(wei, "unlink.requested")["answer_by"] == "2024-11-20T12:00:00Z"
    tick(NOON + 10 * DAY)
    deliver_at(NOON + 10 * DAY)
    assert (kinds_received(wei)[-1], kinds_received(olivia)[-1]) == ("link.unlinked", "link.unlinked")


def test_who_did_it_is_not_told_what_they_did() -> None:
    cast()
    both = person("both@example.com", shop="S", creator="A")
    colleague = person("colleague@example.com", creator="A")
    by = {"kind": "shop", "id": "S", "person": both}
    execute_at(
        NOON, invite("S", "A", by=by), accept("S", "A", by={"kind": "creator", "id": "A", "person": both})
    )
    deliver_at(NOON)
    assert kinds_received(both) == ["link.established"]
    assert kinds_received(colleague) == ["link.invited", "link.established"]


def test_whoever_may_not_act_any_more_is_told_nothing() -> None:
    _, olivia, _ = cast()
    execute("UPDATE person SET is_active = false WHERE person_id = %s", olivia)
    invited()
    deliver_at(NOON)
    assert kinds_received(olivia) == []


def test_reading_the_feed_again_tells_nobody_twice() -> None:
    _, olivia, _ = cast()
    invited()
    deliver_at(NOON)
    execute("UPDATE told SET position = 0")
    deliver_at(NOON)
    assert kinds_received(olivia) == ["link.invited"]


def test_deliverers_at_once_tell_everybody_once_and_in_order() -> None:
    _, olivia, _ = cast()
    for number in range(5):
        execute_at(NOON + number * HOUR, invite("S", "A"), pair("withdraw"))
    run_together([lambda: deliver_at(NOON + DAY)] * 4)
    assert kinds_received(olivia) == ["link.invited", "link.withdrawn"] * 5


def test_an_event_that_is_committed_late_is_told_too() -> None:
    """A position is visible only after all lower ones, so the position that was read covers all before it."""
    _, olivia, _ = cast()
    invited()
    deliver_at(NOON)
    execute_at(NOON - HOUR, put_shop("U"))
    execute_at(NOON + HOUR, pair("withdraw"))
    deliver_at(NOON + HOUR)
    assert kinds_received(olivia) == ["link.invited", "link.withdrawn"]


def test_every_event_is_told_or_listed_as_told_to_nobody() -> None:
    every = {kind.__struct_config__.tag for kind in AnyEvent.__args__}
    assert set(notify.NOT_NOTIFIED) <= every
    worded = {key.split("/")[0] for key in MESSAGES}
    assert worded == set(KIND_NAMES) == (every - set(notify.NOT_NOTIFIED)) | set(OWN_KINDS)


def test_the_sides_of_each_event_have_their_words() -> None:
    for kind, sides in notify.SIDES.items():
        for side in sides:
            assert f"{kind.__struct_config__.tag}/{side}" in MESSAGES


def test_only_ids_and_numbers_are_kept() -> None:
    cast()
    linked()
    asked_to_unlink(NOON + 2 * DAY)
    execute_at(NOON + 2 * DAY + HOUR, pair("refuse_unlink", note="Bitte noch nicht"))
    deliver_at(NOON + 3 * DAY)
    kept = str(query("SELECT * FROM message"))
    assert not [word for word in ("山海", "oliviasteeps", "Bitte", "@example.com") if word in kept]


def test_what_happened_long_ago_stands_in_the_inbox_and_does_not_come_by_mail() -> None:
    _, olivia, _ = cast()
    execute_at(NOON, invite("S", "A"), pair("withdraw"))
    execute_at(NOON + 8 * DAY, invite("S", "A"))
    with mail_server() as post:
        deliver_at(NOON + 8 * DAY)
        assert [subject(letter) for letter in post.letters] == [
            "“山海茶铺” invites “oliviasteeps” as its marketing account"
        ]
    assert kinds_received(olivia) == ["link.invited", "link.withdrawn", "link.invited"]
    assert mail_kinds() == {"none": ["link.invited", "link.withdrawn"], "sent": ["link.invited"]}


def test_telling_takes_as_many_statements_for_many_events_as_for_one() -> None:
    cast()
    counts = []
    for copies, at in ((1, NOON), (30, NOON + DAY)):
        accounts = [f"A{copies}.{number}" for number in range(copies)]
        for account_id in accounts:
            person(f"{account_id}@example.com", creator=account_id)
        execute_at(at, *(put_account(account_id, registered_in="SG") for account_id in accounts))
        execute_at(at, *(put_shop(f"S.{account_id}") for account_id in accounts))
        execute_at(at, *(invite(f"S.{account_id}", account_id) for account_id in accounts))
        execute_at(at, *(accept(f"S.{account_id}", account_id) for account_id in accounts))
        with listening() as heard:
            notify.notify(partial(max, at, at))
        counts.append(len(heard))
        assert query("SELECT count(*) FROM message WHERE at = %s", micros(at)) == [(2 * copies,)]
    assert counts[0] == counts[1]


def micros(at: datetime) -> int:
    return int((at - datetime(1970, 1, 1, tzinfo=at.tzinfo)) / timedelta(microseconds=1))


def test_messages_are_forgotten_when_they_were_kept_long_enough() -> None:
    _, olivia, _ = cast()
    invited()
    deliver_at(NOON)
    deliver_at(NOON + 365 * DAY)
    assert "link.invited" in kinds_received(olivia)
    assert deliver_at(NOON + 365 * DAY + HOUR).forgotten == 1
    assert "link.invited" not in kinds_received(olivia)


def test_the_inbox_is_read_in_pages_and_marked_as_read() -> None:
    _, olivia, _ = cast()
    for number in range(3):
        execute_at(NOON + number * HOUR, invite("S", "A"), pair("withdraw"))
    deliver_at(NOON + 4 * HOUR)
    first = inbox.page_of_messages(olivia, 4)
    second = inbox.page_of_messages(olivia, 4, first[-1].number)
    assert [len(first), len(second)] == [4, 2]
    assert inbox.unread_count(olivia) == 6
    assert inbox.mark_read(olivia, 0, NOON, first[0].number) == 1
    assert inbox.mark_read(olivia, second[0].number, NOON) == 2
    assert inbox.unread_count(olivia) == 3
    assert len(inbox.page_of_messages(olivia, 10, unread=True)) == 3
    assert inbox.mark_read(cast_stranger(), first[1].number, NOON, first[1].number) == 0


def cast_stranger() -> str:
    found: str = query("SELECT person_id FROM person WHERE email = 'stranger@example.com'")[0][0]
    return found
