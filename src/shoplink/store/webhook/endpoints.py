"""The rows of endpoints, as those see and change them who own them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import astuple, fields

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, is_postgresql, query

Status = Literal["active", "paused", "ended"]
Cause = Literal["", "asked", "failing", "gone"]

_INSTANTS = ("former_until", "failing_since", "not_before", "created_at")


class Endpoint(Struct, frozen=True):
    """An endpoint, as stored; the secrets are encrypted. Without a `shop_id` it is the platform's, without types of all."""

    endpoint_id: str
    shop_id: str | None
    url: str
    types: tuple[str, ...]
    description: str
    secret: str
    former_secret: str | None
    former_until: datetime | None
    status: Status
    cause: Cause
    position: int
    attempts: int
    failing_since: datetime | None
    not_before: datetime | None
    created_at: datetime


COLUMNS = tuple(field.name for field in fields(Endpoint))


def endpoint_of(row: tuple[Any, ...]) -> Endpoint:
    """The endpoint in a row of `COLUMNS`."""
    values = dict(zip(COLUMNS, row, strict=True))
    values |= {name: from_micros(values[name]) for name in _INSTANTS} | {
        "types": tuple(values["types"].split())
    }
    return Endpoint(**values)


def add_endpoint(endpoint: Endpoint) -> None:
    """Store a new endpoint, which nobody holds."""
    values = dict(zip(COLUMNS, astuple(endpoint), strict=True))
    values |= {name: to_micros(values[name]) for name in _INSTANTS} | {"types": " ".join(endpoint.types)}
    with writing():
        execute(
            f"INSERT INTO webhook_endpoint ({', '.join(COLUMNS)}, lease)"
            f" VALUES ({', '.join(['%s'] * len(COLUMNS))}, '')",
            *values.values(),
        )


def lock_endpoint(endpoint_id: str) -> None:
    """Lock the endpoint of an id, there or not, until this transaction ends; waits for another that holds it."""
    if is_postgresql():
        query("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7310013))", endpoint_id)


def one_endpoint(endpoint_id: str) -> Endpoint | None:
    """The endpoint of an id, or None."""
    found = query(f"SELECT {', '.join(COLUMNS)} FROM webhook_endpoint WHERE endpoint_id = %s", endpoint_id)
    return endpoint_of(found[0]) if found else None


def endpoints_of(shop_id: str | None) -> list[Endpoint]:
    """The endpoints of a shop, or with None all that there are, the oldest first."""
    where, params = ("", ()) if shop_id is None else (" WHERE shop_id = %s", (shop_id,))
    found = query(f"SELECT {', '.join(COLUMNS)} FROM webhook_endpoint{where} ORDER BY number", *params)
    return [endpoint_of(row) for row in found]


def count_endpoints(shop_id: str | None) -> int:
    """How many endpoints a shop has, or the platform with None."""
    where, params = ("shop_id IS NULL", ()) if shop_id is None else ("shop_id = %s", (shop_id,))
    return int(query(f"SELECT count(*) FROM webhook_endpoint WHERE {where}", *params)[0][0])


def change_endpoint(changed: Endpoint) -> None:
    """Store what an endpoint's owner chooses. One that is active is tried at once, and its failures count anew."""
    again = ", attempts = 0, failing_since = NULL, not_before = NULL" if changed.status == "active" else ""
    with writing():
        execute(
            "UPDATE webhook_endpoint SET url = %s, types = %s, description = %s, status = %s, cause = %s"
            f"{again} WHERE endpoint_id = %s",
            changed.url,
            " ".join(changed.types),
            changed.description,
            changed.status,
            changed.cause,
            changed.endpoint_id,
        )


def store_secrets(endpoint_id: str, secret: str, former: str | None, former_until: datetime | None) -> None:
    """Store encrypted secrets of an endpoint: the present one, and the former one until an instant."""
    with writing():
        execute(
            "UPDATE webhook_endpoint SET secret = %s, former_secret = %s, former_until = %s WHERE endpoint_id = %s",
            secret,
            former,
            to_micros(former_until),
            endpoint_id,
        )


def encrypted_secrets() -> Iterator[tuple[str, str, str]]:
    """Every encrypted secret: the id of its endpoint, its column, and its text."""
    found = query("SELECT endpoint_id, secret, former_secret FROM webhook_endpoint ORDER BY number")
    for endpoint_id, secret, former in found:
        yield endpoint_id, "secret", secret
        if former is not None:
            yield endpoint_id, "former_secret", former


def replace_secret(endpoint_id: str, column: str, old: str, new: str) -> None:
    """Store an encrypted secret anew, unless it was changed meanwhile."""
    assert column in {"secret", "former_secret"}, column
    with writing():
        execute(
            f"UPDATE webhook_endpoint SET {column} = %s WHERE endpoint_id = %s AND {column} = %s",
            new,
            endpoint_id,
            old,
        )


def move_to(endpoint_id: str, position: int) -> None:
    """Send everything behind a position of the feed, again too; what is on its way now counts no more."""
    with writing():
        execute(
            "UPDATE webhook_endpoint SET position = %s, attempts = 0, failing_since = NULL, not_before = NULL,"
            " lease = '' WHERE endpoint_id = %s",
            position,
            endpoint_id,
        )


def delete_endpoint(endpoint_id: str) -> None:
    """Delete an endpoint with its attempts, and what was asked to be sent to it."""
    with writing():
        for table in ("webhook_send", "webhook_attempt", "webhook_endpoint"):
            execute(f"DELETE FROM {table} WHERE endpoint_id = %s", endpoint_id)
