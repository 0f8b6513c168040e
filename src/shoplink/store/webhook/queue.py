"""What is sent to endpoints: each is claimed by one sender at a time, and every attempt is recorded."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import astuple, fields

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import Row, among, execute, ids, insert, is_postgresql, query
from shoplink.store.webhook.endpoints import COLUMNS, Endpoint, endpoint_of

# An endpoint of a shop waits for events of this shop; the position of another moves on with the feed.
_HAS_EVENTS = (
    "(shop_id IS NULL AND position < %s OR EXISTS (SELECT 1 FROM event WHERE event.shop_id ="
    " webhook_endpoint.shop_id AND event.position > webhook_endpoint.position))"
)
_IS_ASKED = (
    "EXISTS (SELECT 1 FROM webhook_send WHERE webhook_send.endpoint_id = webhook_endpoint.endpoint_id)"
)
_IS_DUE = (
    "(lease_until IS NULL OR lease_until <= %s) AND"
    f" ((status = 'active' AND (not_before IS NULL OR not_before <= %s) AND {_HAS_EVENTS}) OR {_IS_ASKED})"
)


LEASE = timedelta(seconds=30)
"""How long an endpoint is reserved for its sender, which holds it for some 15 seconds at most."""


class Send(Struct, frozen=True):
    """A single message that was asked for: the event of a position once more, or without one a test event."""

    number: int
    endpoint_id: str
    position: int | None


class Attempt(Struct, frozen=True):
    """One request to an endpoint: how it ended, after how many milliseconds, and the first bytes of the answer.

    `error` is empty if there was an answer, else a word for why there was none.
    """

    endpoint_id: str
    message_id: str
    type: str
    position: int | None
    at: datetime
    status: int | None
    error: str
    duration_ms: int
    answer: str


_ATTEMPT = tuple(field.name for field in fields(Attempt))
_TYPES = dict.fromkeys(_ATTEMPT, "text") | dict.fromkeys(
    ("position", "at", "status", "duration_ms"), "bigint"
)


def claim_endpoints(  # noqa: PLR0913 (what, until when, and how many)
    at: datetime, lease: str, held_at: datetime, newest: int, *, most: int, failing: int
) -> list[Endpoint]:
    """Claim endpoints to which something is due, those first that were not held for longest.

    `at` is when they are due, `held_at` the real present, from which the lease counts. At most `most`, and at most `failing` whose last request failed, which come after all others. No other sender gets
    them before the lease ends.
    """
    found: list[Endpoint] = []
    due = (to_micros(held_at), to_micros(at), newest)
    skip = " FOR UPDATE SKIP LOCKED" if is_postgresql() else ""
    for limit, which in ((most, "attempts = 0"), (failing, "attempts > 0")):
        left = min(limit, most - len(found))
        where = f"{which} AND {_IS_DUE}"
        if left <= 0 or not query(f"SELECT 1 FROM webhook_endpoint WHERE {where} LIMIT 1", *due):
            continue
        with writing():
            rows = query(
                "UPDATE webhook_endpoint SET lease = %s, lease_until = %s WHERE number IN (SELECT number FROM"
                f" webhook_endpoint WHERE {where} ORDER BY COALESCE(lease_until, 0), number LIMIT %s{skip})"
                f" RETURNING {', '.join(COLUMNS)}",
                lease,
                to_micros(held_at + LEASE),
                *due,
                left,
            )
        found += map(endpoint_of, rows)
    return found


def sends_of(endpoint_ids: Iterable[str]) -> list[Send]:
    """The single messages that were asked for, in the order asked."""
    found = query(
        f"SELECT number, endpoint_id, position FROM webhook_send WHERE {among('endpoint_id')} ORDER BY number",
        ids(endpoint_ids),
    )
    return [Send(*row) for row in found]


def ask_to_send(endpoint_id: str, position: int | None, at: datetime) -> None:
    """Ask for a single message."""
    with writing():
        execute(
            "INSERT INTO webhook_send (endpoint_id, position, asked_at) VALUES (%s, %s, %s)",
            endpoint_id,
            position,
            to_micros(at),
        )


def count_sends(endpoint_id: str) -> int:
    """How many single messages were asked for and not sent yet."""
    return int(query("SELECT count(*) FROM webhook_send WHERE endpoint_id = %s", endpoint_id)[0][0])


def drop_send(number: int) -> None:
    """A single message was sent, however that ended. Within a transaction."""
    execute("DELETE FROM webhook_send WHERE number = %s", number)


def store_attempts(attempts: Sequence[Attempt]) -> None:
    """Record attempts. Within a transaction."""
    given: list[Row] = [
        tuple(to_micros(value) if isinstance(value, datetime) else value for value in astuple(one))
        for one in attempts
    ]
    insert("webhook_attempt", given, **_TYPES)


def store_position(endpoint_id: str, lease: str, position: int) -> bool:
    """Everything up to a position is delivered; returns whether the lease still held. Within a transaction."""
    return (
        execute(
            "UPDATE webhook_endpoint SET position = %s, attempts = 0, failing_since = NULL, not_before = NULL"
            " WHERE endpoint_id = %s AND lease = %s",
            position,
            endpoint_id,
            lease,
        )
        > 0
    )


def store_failure(endpoint_id: str, lease: str, since: datetime, not_before: datetime) -> bool:
    """The next event was not delivered, and is tried again at an instant; returns whether the lease still held."""
    return (
        execute(
            "UPDATE webhook_endpoint SET attempts = attempts + 1, failing_since = %s, not_before = %s"
            " WHERE endpoint_id = %s AND lease = %s",
            to_micros(since),
            to_micros(not_before),
            endpoint_id,
            lease,
        )
        > 0
    )


def stop_endpoint(endpoint_id: str, lease: str, status: str, cause: str) -> bool:
    """Send no further events to an active endpoint; returns whether it is so by this. Within a transaction."""
    return (
        execute(
            "UPDATE webhook_endpoint SET status = %s, cause = %s, not_before = NULL"
            " WHERE endpoint_id = %s AND lease = %s AND status = 'active'",
            status,
            cause,
            endpoint_id,
            lease,
        )
        > 0
    )


def release_endpoint(endpoint_id: str, lease: str, at: datetime) -> None:
    """Hold an endpoint no longer. Within a transaction."""
    execute(
        "UPDATE webhook_endpoint SET lease = '', lease_until = %s WHERE endpoint_id = %s AND lease = %s",
        to_micros(at),
        endpoint_id,
        lease,
    )


def page_of_attempts(endpoint_id: str, limit: int, before: int | None) -> list[tuple[int, Attempt]]:
    """Attempts at an endpoint with their numbers, the newest first, before a number."""
    found = query(
        f"SELECT number, {', '.join(_ATTEMPT)} FROM webhook_attempt WHERE endpoint_id = %s AND number < %s"
        " ORDER BY number DESC LIMIT %s",
        endpoint_id,
        2**63 - 1 if before is None else before,
        limit,
    )
    return [(number, _attempt(row)) for number, *row in found]


def _attempt(row: list[object]) -> Attempt:
    values = dict(zip(_ATTEMPT, row, strict=True))
    values["at"] = from_micros(values["at"])  # type: ignore[arg-type] # a number of microseconds
    return Attempt(**values)  # type: ignore[arg-type] # the columns are its fields


def forget_webhook_attempts(before: datetime) -> int:
    """Delete the attempts before an instant; returns how many."""
    if not query("SELECT 1 FROM webhook_attempt WHERE at < %s LIMIT 1", to_micros(before)):
        return 0
    with writing():
        return execute("DELETE FROM webhook_attempt WHERE at < %s", to_micros(before))


def delivery_lag(newest: int) -> tuple[int, int]:
    """How many events the endpoint that is furthest behind waits for, and how many endpoints fail or are stopped."""
    found = query(
        "SELECT COALESCE(max(CASE WHEN status = 'active' AND shop_id IS NULL THEN %s - position ELSE 0 END), 0),"
        " COALESCE(sum(CASE WHEN attempts > 0 OR cause IN ('failing', 'gone') THEN 1 ELSE 0 END), 0)"
        " FROM webhook_endpoint",
        newest,
    )
    behind, failing = found[0]
    return int(behind), int(failing)
