"""Send the feed to the endpoints: each in the order of the feed, at least once, and none waits for another.

One thread of a process claims endpoints, reads what is due to them and stores how it ended; only that thread uses the
database. A claimed endpoint has a thread of its own while messages are sent to it, one after the other. If the process
is killed, what was not stored is sent again once the lease has ended: nothing is lost.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core.instant import format_instant
from shoplink.flows import clock
from shoplink.flows.message.send_mail import mail_is_on
from shoplink.flows.metrics import count_webhook
from shoplink.flows.people.second_factor import decrypt_secret
from shoplink.flows.webhook.message import TEST, body_of_test, event_body, message_id, types_for
from shoplink.flows.webhook.request import Connection, Reply
from shoplink.flows.webhook.signature import signed_headers
from shoplink.store.database.owner import writing
from shoplink.store.people.outbox import Notification, store_notifications
from shoplink.store.webhook import queue
from shoplink.store.webhook.endpoints import Endpoint
from shoplink.store.webhook.queue import Attempt
from shoplink.store.write.feed import newest_position, read_feed

SENDING_MAX = 32
FAILING_MAX = 12
"""To how many endpoints a process sends at the same time, and how many of them may be ones that failed last."""

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600))
"""How long to wait after the first failure, the second …; after further ones as long as after the last."""

GIVES_UP_AFTER = timedelta(days=3)
GONE = 410

_AT_ONCE = 50
_SENDS_FOR = timedelta(seconds=5)
_WAIT_SECONDS = 0.25
_FORGETS_EVERY = timedelta(minutes=1)

_log = logging.getLogger(__name__)


class _Message(Struct, frozen=True):
    """A message to send; `send` is the number of a single one that was asked for."""

    id: str
    type: str
    position: int | None
    body: bytes
    send: int | None = None


class _Claim(Struct, frozen=True):
    """An endpoint that this process holds, what to send to it, and up to where the feed was read for it."""

    endpoint: Endpoint
    lease: str
    signing: tuple[str, ...]
    messages: list[_Message]
    reached: int
    at: datetime
    since: float


class _Outcome(Struct, frozen=True):
    """How a message ended, at an instant; without a message, the sender is done with the endpoint.

    `all_sent`: then every event that was read has been delivered.
    """

    claim: _Claim
    at: datetime
    message: _Message | None = None
    reply: Reply | None = None
    all_sent: bool = False


class Sender:
    """What one process sends."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        """Nothing is on its way yet."""
        self._now = now or clock.now
        # A lease is about processes: the clock of a sandbox that is moved must not end it.
        self._real_now = now or clock.real_now
        self._outcomes: SimpleQueue[_Outcome] = SimpleQueue()
        self._unstored: list[_Outcome] = []
        self._sending: dict[str, bool] = {}
        self._forgot_at: datetime | None = None

    def run(self) -> bool:
        """Store what has ended, and begin with what is due; returns whether something is on its way."""
        if self._sending:
            self._collect()
            self._store()
        self._begin()
        return bool(self._sending)

    def _collect(self) -> None:
        """Take over what has ended since the last time; waits a little for it."""
        try:
            self._unstored.append(self._outcomes.get(timeout=_WAIT_SECONDS))
            while True:
                self._unstored.append(self._outcomes.get_nowait())
        except Empty:
            pass

    def _begin(self) -> None:
        """Claim endpoints to which something is due, as many as there is room for, and start to send to each."""
        at = self._now()
        if self._forgot_at is None or at - self._forgot_at >= _FORGETS_EVERY:
            queue.forget_webhook_attempts(at - timedelta(days=settings.WEBHOOK_ATTEMPTS_KEPT_DAYS))
            self._forgot_at = at
        room, failing = SENDING_MAX - len(self._sending), FAILING_MAX - sum(self._sending.values())
        if room <= 0:
            return
        lease, held_at, newest = secrets.token_hex(8), self._real_now(), newest_position()
        found = queue.claim_endpoints(at, lease, held_at, newest, most=room, failing=failing)
        sends = queue.sends_of({one.endpoint_id for one in found}) if found else []
        for endpoint in found:
            mine = [one for one in sends if one.endpoint_id == endpoint.endpoint_id]
            claim = self._read(endpoint, mine, lease, at, newest)
            self._sending[endpoint.endpoint_id] = endpoint.attempts > 0
            threading.Thread(target=self._send, args=(claim,), name="webhook", daemon=True).start()

    def _read(
        self, endpoint: Endpoint, sends: list[queue.Send], lease: str, at: datetime, newest: int
    ) -> _Claim:
        """What is due to an endpoint: single messages first, then the events behind its position."""
        messages = [message for one in sends for message in _single(endpoint, one, at)]
        reached = endpoint.position
        if endpoint.status == "active" and (endpoint.not_before is None or endpoint.not_before <= at):
            types = endpoint.types or (() if endpoint.shop_id is None else types_for(endpoint.shop_id))
            found = read_feed(endpoint.position, _AT_ONCE, types=types, shop_id=endpoint.shop_id)
            messages += [_of_event(endpoint, position, data) for position, data in found]
            reached = found[-1][0] if len(found) == _AT_ONCE else max(newest, endpoint.position)
        former = endpoint.former_secret if endpoint.former_until and endpoint.former_until > at else None
        signing = [decrypt_secret(text) for text in (endpoint.secret, former) if text is not None]
        return _Claim(
            endpoint,
            lease,
            tuple(one for one in signing if one is not None),
            messages,
            reached,
            at,
            monotonic(),
        )

    def _send(self, claim: _Claim) -> None:
        """In a thread of its own: send messages until one fails, all are sent, or others should have their turn."""
        all_sent = False
        try:
            with Connection(claim.endpoint.url) as connection:
                all_sent = all(self._send_one(claim, message, connection) for message in claim.messages)
        finally:
            self._outcomes.put(_Outcome(claim, _instant(claim), all_sent=all_sent))

    def _send_one(self, claim: _Claim, message: _Message, connection: Connection) -> bool:
        """Send a message, unless the time is up; returns whether the next one may follow."""
        at = _instant(claim)
        if at - claim.at > _SENDS_FOR and message is not claim.messages[0]:
            return False
        if claim.signing:
            # Receivers compare the instant with their own clock, which no sandbox moves.
            headers = signed_headers(message.id, clock.machine_now(), message.body, claim.signing)
            reply = connection.send(message.body, headers)
        else:
            reply = Reply(None, "secret_unreadable", 0)
        self._outcomes.put(_Outcome(claim, at, message, reply))
        return reply.succeeded or message.send is not None

    def _store(self) -> None:
        """Store how messages ended, in one transaction. If that fails, they are kept for the next time."""
        if not self._unstored:
            return
        with writing():
            queue.store_attempts([_attempt(one) for one in self._unstored if one.message is not None])
            for one in self._unstored:
                self._store_one(one)
        for one in self._unstored:
            if one.message is None:
                self._sending.pop(one.claim.endpoint.endpoint_id, None)
        self._unstored.clear()

    def _store_one(self, outcome: _Outcome) -> None:
        claim, message, reply = outcome.claim, outcome.message, outcome.reply
        endpoint_id, lease = claim.endpoint.endpoint_id, claim.lease
        if message is None or reply is None:
            if outcome.all_sent and claim.reached > claim.endpoint.position:
                queue.store_position(endpoint_id, lease, claim.reached)
            queue.release_endpoint(endpoint_id, lease, self._real_now())
            return
        count_webhook("delivered" if reply.succeeded else "failed")
        if message.send is not None:
            queue.drop_send(message.send)
        elif reply.succeeded:
            assert message.position is not None, "an event has a position"
            queue.store_position(endpoint_id, lease, message.position)
        elif reply.status != GONE:
            self._store_failure(claim, message, outcome.at)
        if reply.status == GONE and queue.stop_endpoint(endpoint_id, lease, "ended", "gone"):
            _tell_owner(claim.endpoint, "webhook.ended", outcome.at)

    @staticmethod
    def _store_failure(claim: _Claim, message: _Message, at: datetime) -> None:
        """Try an event again after a pause; after three days the endpoint is paused, and its owner told."""
        endpoint, lease = claim.endpoint, claim.lease
        first = next(one for one in claim.messages if one.send is None)
        # What failed before is delivered if this is another event.
        before, since = (endpoint.attempts, endpoint.failing_since) if message is first else (0, None)
        since = since or at
        gives_up_at = since + GIVES_UP_AFTER
        pause = PAUSES[min(before, len(PAUSES) - 1)]
        queue.store_failure(endpoint.endpoint_id, lease, since, min(at + pause, max(gives_up_at, at)))
        if at >= gives_up_at and queue.stop_endpoint(endpoint.endpoint_id, lease, "paused", "failing"):
            _tell_owner(endpoint, "webhook.paused", at)


def send_all(now: Callable[[], datetime] | None = None) -> None:
    """Send what is due now, and come back when nothing is on its way."""
    sender = Sender(now)
    while sender.run():
        pass


def _instant(claim: _Claim) -> datetime:
    """The present instant, by the clock that the claim was made by."""
    return claim.at + timedelta(seconds=monotonic() - claim.since)


def _single(endpoint: Endpoint, asked: queue.Send, at: datetime) -> list[_Message]:
    """The message that was asked for."""
    if asked.position is None:
        body = body_of_test(endpoint.endpoint_id, at)
        return [_Message(f"msg_test_{asked.number}", TEST, None, body, asked.number)]
    found = event_for(endpoint, asked.position)
    assert found is not None, "only an event that is there can be asked for"
    return [replace(_of_event(endpoint, asked.position, found), send=asked.number)]


def event_for(endpoint: Endpoint, position: int) -> str | None:
    """The event of a position as it is stored; None if it is none that this endpoint may be told."""
    types = () if endpoint.shop_id is None else types_for(endpoint.shop_id)
    found = read_feed(position - 1, 1, types=types, shop_id=endpoint.shop_id)
    return found[0][1] if found and found[0][0] == position else None


def _of_event(endpoint: Endpoint, position: int, data: str) -> _Message:
    kind, body = event_body(position, data, endpoint.shop_id)
    return _Message(message_id(endpoint.endpoint_id, position), kind, position, body)


def _attempt(outcome: _Outcome) -> Attempt:
    message, reply = outcome.message, outcome.reply
    assert message is not None, "what was sent is a message"
    assert reply is not None, "a message that was sent has an outcome"
    return Attempt(
        outcome.claim.endpoint.endpoint_id,
        message.id,
        message.type,
        message.position,
        outcome.at,
        reply.status,
        reply.error,
        reply.duration_ms,
        reply.answer,
    )


def _tell_owner(endpoint: Endpoint, kind: str, at: datetime) -> None:
    """Tell the members of the shop that nothing more is sent. Within a transaction.

    Of the platform's own endpoint the operator is told, by the log and `/metrics`: staff have no inbox.
    """
    _log.warning("webhook endpoint %s: nothing more is sent (%s)", endpoint.endpoint_id, kind)
    if endpoint.shop_id is not None:
        told = Notification(
            kind=kind,
            side="shop",
            cause=f"{kind}:{endpoint.endpoint_id}:{format_instant(at)}",
            at=at,
            shop_id=endpoint.shop_id,
            account_id=None,
            link_id=None,
            data={"host": urlsplit(endpoint.url).hostname or ""},
        )
        store_notifications([told], at if mail_is_on() else None)
