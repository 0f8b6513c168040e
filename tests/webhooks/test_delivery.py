"""Each event comes signed, in order and at least once; failures are tried again, and none keeps another waiting."""

import threading
import time
from datetime import timedelta

import pytest

from shoplink.flows import clock
from shoplink.flows.message.loop import deliver_all
from shoplink.flows.webhook import endpoints as flow
from shoplink.flows.webhook.loop import FAILING_MAX, PAUSES, Sender, send_all
from shoplink.flows.webhook.signature import new_secret
from shoplink.store.database.sql import query
from shoplink.store.webhook import endpoints as store
from shoplink.store.webhook import queue
from shoplink.store.write.feed import newest_position, read_feed
from tests.flows.notification_cast import person
from tests.server import free_port
from tests.store.threads import run_together
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.world import Clock, attempts, endpoint, invited, record, send, stored

pytestmark = pytest.mark.usefixtures("database", "reachable")


def test_events_come_signed_in_order_and_as_the_feed_tells_them(receiver: Receiver) -> None:
    record("before")
    endpoint_id, secret = endpoint(receiver.url)
    invited("S", "A")
    send()
    assert receiver.types == ["shop.recorded", "account.recorded", "link.invited"]
    assert receiver.positions == [2, 3, 4]
    assert all(one.is_signed_with(secret) for one in receiver.got)
    assert not receiver.got[0].is_signed_with(new_secret())
    told = receiver.got[2].json
    assert told["timestamp"] == told["data"]["at"]
    assert (told["data"]["shop_id"], told["data"]["account_id"]) == ("S", "A")
    assert len({one.id for one in receiver.got}) == 3
    assert stored(endpoint_id).position == newest_position()
    send()
    assert len(receiver.got) == 3


def test_no_message_holds_the_birth_date_that_the_feed_keeps_for_the_scope_personal(
    receiver: Receiver,
) -> None:
    endpoint(receiver.url)
    invited("S", "A")
    send()
    account = receiver.got[1].json["data"]
    assert b"1990-01-01" not in b"".join(one.body for one in receiver.got)
    assert account["withheld"] == ["birth_date"]
    assert "1990-01-01" in "".join(data for _, data in read_feed(0, 10))


def test_an_endpoint_of_some_types_gets_these_and_its_position_moves_past_the_others(
    receiver: Receiver,
) -> None:
    endpoint_id, _ = endpoint(receiver.url, None, "link.invited")
    invited("S", "A")
    record("later")
    send()
    assert receiver.types == ["link.invited"]
    assert stored(endpoint_id).position == newest_position()


def test_the_endpoint_of_a_shop_learns_of_its_own_links_and_of_nothing_else(receiver: Receiver) -> None:
    record("S")
    endpoint(receiver.url, "S")
    invited("other", "B")
    invited("S", "A")
    send()
    assert [(one.json["type"], one.json["data"]["shop_id"]) for one in receiver.got] == [
        ("link.invited", "S")
    ]


def test_a_failure_is_tried_again_after_growing_pauses_and_holds_later_events_back(
    receiver: Receiver,
) -> None:
    now = Clock()
    endpoint_id, _ = endpoint(receiver.url)
    record("S1", "S2")
    receiver.answers(500, body=b"out of order")
    for count, pause in enumerate(PAUSES, 1):
        send(now)
        assert receiver.positions == [1] * count
        failed = stored(endpoint_id)
        assert failed.attempts == count
        assert failed.not_before is not None
        assert timedelta() <= failed.not_before - now() - pause < timedelta(seconds=2)
        now.at = failed.not_before - timedelta(milliseconds=1)
        send(now)
        assert len(receiver.got) == count, "before the pause has ended"
        now.at = failed.not_before
    receiver.answers(204)
    send(now)
    assert receiver.positions == [1] * (len(PAUSES) + 1) + [2]
    assert len({one.id for one in receiver.got}) == 2
    last = attempts(endpoint_id)
    assert [one.status for one in last] == [500] * len(PAUSES) + [204, 204]
    assert last[0].answer == "out of order"
    assert (stored(endpoint_id).attempts, stored(endpoint_id).failing_since) == (0, None)


def test_after_three_days_the_endpoint_is_paused_and_the_people_of_its_shop_are_told(
    receiver: Receiver,
) -> None:
    now = Clock()
    invited("S", "A")
    person("owner@example.com", shop="S")
    endpoint_id, _ = endpoint(receiver.url, "S")
    store.move_to(endpoint_id, 0)
    receiver.answers(503)
    began = now()
    while stored(endpoint_id).status == "active":
        send(now)
        now.at = stored(endpoint_id).not_before or now()
    assert timedelta(days=3) <= now() - began < timedelta(days=3, minutes=1)
    failed = stored(endpoint_id)
    assert (failed.status, failed.cause, failed.position) == ("paused", "failing", 0)
    count = len(receiver.got)
    now.move(days=1)
    send(now)
    assert len(receiver.got) == count
    deliver_all()
    assert query("SELECT kind, side, shop_id FROM message WHERE kind LIKE 'webhook%%'") == [
        ("webhook.paused", "shop", "S")
    ]
    # Active again, it gets what it has missed.
    receiver.answers(200)
    flow.change_endpoint(failed, url=failed.url, types=(), description="", status="active")
    send(now)
    assert receiver.got[-1].json["type"] == "link.invited"
    assert stored(endpoint_id).position == newest_position()


def test_410_ends_an_endpoint_at_once_and_its_owner_is_told(receiver: Receiver) -> None:
    invited("S", "A")
    person("owner@example.com", shop="S")
    endpoint_id, _ = endpoint(receiver.url, "S")
    store.move_to(endpoint_id, 0)
    receiver.answers(410)
    send()
    assert (stored(endpoint_id).status, stored(endpoint_id).cause) == ("ended", "gone")
    send()
    assert len(receiver.got) == 1
    assert query("SELECT kind FROM message WHERE kind LIKE 'webhook%%'") == [("webhook.ended",)]


def test_two_secrets_sign_until_the_former_one_has_ended(receiver: Receiver) -> None:
    endpoint_id, former = endpoint(receiver.url)
    present = flow.rotate_secret(stored(endpoint_id))
    record("S1")
    send()
    assert receiver.got[0].is_signed_with(former)
    assert receiver.got[0].is_signed_with(present)
    later = Clock()
    later.move(hours=25)
    record("S2")
    send(later)
    signatures = receiver.got[1].headers["webhook-signature"].split()
    assert len(signatures) == 1
    again = flow.rotate_secret(stored(endpoint_id))
    record("S3")
    send(later)
    assert later() > clock.now()
    assert again != present


def test_secrets_are_stored_encrypted(receiver: Receiver) -> None:
    endpoint_id, secret = endpoint(receiver.url)
    flow.rotate_secret(stored(endpoint_id))
    row = str(query("SELECT * FROM webhook_endpoint"))
    assert secret.removeprefix("whsec_") not in row
    assert stored(endpoint_id).secret.startswith("gAAAA")


def test_a_test_a_repetition_and_a_replay(receiver: Receiver) -> None:
    endpoint_id, secret = endpoint(receiver.url)
    record("S1", "S2", "S3")
    send()
    assert flow.ask_to_send(stored(endpoint_id), None)
    assert flow.ask_to_send(stored(endpoint_id), 2)
    send()
    test, again = receiver.got[3:]
    assert test.json["type"] == "webhook.test"
    assert test.is_signed_with(secret)
    assert (again.position, again.id) == (2, receiver.got[1].id)
    store.move_to(endpoint_id, 1)
    send()
    assert [one.position for one in receiver.got[5:]] == [2, 3]
    assert stored(endpoint_id).position == 3


def test_a_test_comes_to_a_paused_endpoint_and_nothing_else_does(receiver: Receiver) -> None:
    endpoint_id, _ = endpoint(receiver.url)
    paused = stored(endpoint_id)
    flow.change_endpoint(paused, url=paused.url, types=(), description="", status="paused")
    record("S")
    flow.ask_to_send(stored(endpoint_id), None)
    send()
    assert receiver.types == ["webhook.test"]
    assert stored(endpoint_id).position == 0


def test_dead_and_hanging_endpoints_do_not_delay_the_others() -> None:
    """Of 20 endpoints 5 hang and 2 refuse connections: the others are at most two seconds behind."""
    with receiving() as hanging, receiving() as healthy:
        hanging.hang.set()
        dead = f"http://127.0.0.1:{free_port()}/"
        for _ in range(5):
            endpoint(hanging.url)
        for _ in range(2):
            endpoint(dead)
        for _ in range(13):
            endpoint(healthy.url)
        sender, ended = Sender(), threading.Event()
        recorded: list[float] = []

        def run() -> None:
            while not ended.is_set():
                if not sender.run():
                    ended.wait(0.1)

        def write() -> None:
            try:
                for number in range(10):
                    record(f"S{number}")
                    recorded.append(time.monotonic())
                    healthy.wait(13 * (number + 1), 10)
                    time.sleep(0.2)
            finally:
                ended.set()

        run_together([run, write])
        latest = {
            position: max(one.at for one in healthy.got if one.position == position)
            for position in range(1, 11)
        }
        behind = max(latest[number + 1] - at for number, at in enumerate(recorded))
        assert behind < 2, behind
        assert len(hanging.got) >= 5


def test_many_endpoints_that_fail_leave_room_for_those_that_do_not() -> None:
    now = Clock()
    with receiving() as hanging, receiving() as healthy:
        failing = [endpoint(hanging.url)[0] for _ in range(19)]
        record("S1")
        hanging.answers(500)
        send(now)
        assert all(stored(one).attempts == 1 for one in failing)
        hanging.hang.set()
        endpoint(healthy.url)
        now.move(minutes=1)
        record("S2")
        sender = Sender(now)
        began = time.monotonic()
        while not healthy.got:
            sender.run()
            assert time.monotonic() - began < 2
        hanging.wait(19 + FAILING_MAX)
        sender.run()
        assert len(hanging.got) == 19 + FAILING_MAX
        hanging.released.set()
        while sender.run():
            pass


def test_two_workers_share_endpoints_without_sending_twice(receiver: Receiver) -> None:
    for _ in range(6):
        endpoint(receiver.url)
    record(*(f"S{number}" for number in range(30)))
    run_together([send_all, send_all, send_all])
    per_endpoint: dict[str, list[int]] = {}
    for one in receiver.got:
        per_endpoint.setdefault(one.id.rpartition("_")[0], []).append(one.position)
    assert [*per_endpoint.values()] == [[*range(1, 31)]] * 6


def test_what_a_lost_worker_held_is_sent_by_another_once_its_lease_has_ended(receiver: Receiver) -> None:
    now = Clock()
    endpoint_id, _ = endpoint(receiver.url)
    record("S")
    held = queue.claim_endpoints(now(), "lost", now(), newest_position(), most=9, failing=9)
    assert [one.endpoint_id for one in held] == [endpoint_id]
    send(now)
    assert receiver.got == []
    now.at += queue.LEASE
    send(now)
    assert receiver.positions == [1]
    # The lost worker comes back: what it stores counts no more.
    assert not queue.store_position(endpoint_id, "lost", 99)
    assert stored(endpoint_id).position == 1


def test_attempts_are_kept_for_their_time_and_no_longer(receiver: Receiver) -> None:
    now = Clock()
    endpoint_id, _ = endpoint(receiver.url)
    record("S")
    send(now)
    assert len(attempts(endpoint_id)) == 1
    now.move(days=30, seconds=-10)
    send(now)
    assert len(attempts(endpoint_id)) == 1
    now.move(seconds=70)
    send(now)
    assert attempts(endpoint_id) == []
