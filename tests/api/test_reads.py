"""Reads: they write nothing, see everything that is due as if it had happened, and cost the same however much there is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shoplink.core import Command, parse_command
from shoplink.flows.execute import execute_as_of, execute_batch
from shoplink.store.database.owner import release_ownership
from shoplink.store.people import keys
from tests.databases import use

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
PATHS = (
    "/v1/shops/S",
    "/v1/shops",
    "/v1/accounts/A0",
    "/v1/accounts",
    "/v1/accounts?handle=@a0",
    "/v1/links",
    "/v1/links?shop_id=S",
    "/v1/links?account_id=A0&status=expired",
    "/v1/waivers",
    "/v1/rulebooks",
    "/v1/rulebooks/guide-2024-11",
    "/v1/events",
    "/v1/refusals",
    "/v1/permissions?shop_id=S&account_id=A0",
)


def _command(kind: str, at: datetime, **fields: Any) -> Command:
    return parse_command({"command": kind, "at": at, **fields})


def _world(shops: int) -> None:
    """Shops `S`, `S1`, … each with an invitation, a link held until a birthday, and one with an open request."""
    day_two = LONG_AGO + timedelta(hours=25)
    commands = [
        _command(
            "activate_rulebook", LONG_AGO, name="seller-university-2025", market="GB", effective_from=LONG_AGO
        )
    ]
    for n in range(shops):
        shop_id = f"S{n or ''}"
        commands.append(_command("put_shop", LONG_AGO, shop_id=shop_id, market="GB", enrolment="invited"))
        invited, held, asking = (f"A{3 * n + m}" for m in range(3))
        for account_id in (invited, held, asking):
            commands.append(_account(account_id))
            commands.append(_on("invite", shop_id, account_id, role="marketing", network_region="GB"))
        commands.append(_account(held, commerce_permission="revoked"))
        commands += [_on("accept", shop_id, account_id, network_region="GB") for account_id in (held, asking)]
        commands.append(_account(held, birth_date="2007-01-01"))
        commands.append(_on("request_unlink", shop_id, asking, day_two, network_region="GB"))
    commands.sort(key=lambda command: command.at)
    answers = execute_as_of(commands)
    assert {answer["outcome"] for answer in answers} == {"accepted"}
    refused = execute_as_of([_on("decline", "S", "A2", day_two)])
    assert refused[0]["outcome"] == "refused"


def _account(account_id: str, **facts: Any) -> Command:
    facts = {"birth_date": "1990-01-01", "region": "GB", "handle": f"@{account_id.lower()}", **facts}
    return _command("put_account", LONG_AGO, account_id=account_id, **facts)


def _on(kind: str, shop_id: str, account_id: str, at: datetime = LONG_AGO, **fields: Any) -> Command:
    return _command(kind, at, shop_id=shop_id, account_id=account_id, **fields)


@pytest.fixture
def get(database: str) -> Callable[[str], Any]:
    """Look at something in a world of which nothing that is due has been stored."""
    assert database
    _world(3)
    headers = {"HTTP_AUTHORIZATION": f"Bearer {keys.create_key('reader', {'read'}, LONG_AGO)[1]}"}

    def get(path: str) -> Any:
        response = Client().get(path, **headers)  # type: ignore[arg-type]
        assert response.status_code == 200, (path, response.content)
        return response.json()

    return get


@pytest.fixture
def post(database: str) -> Callable[[list[Any]], Any]:
    """Ask about orders in the same world."""
    assert database
    _world(3)
    headers = {
        "HTTP_AUTHORIZATION": f"Bearer {keys.create_key('reader', {'read'}, LONG_AGO)[1]}",
        "HTTP_SHOPLINK_ACTOR": "platform:p",
    }

    def post(orders: list[Any]) -> Any:
        response = Client().post("/v1/attributions", {"orders": orders}, "application/json", **headers)  # type: ignore[arg-type]
        assert response.status_code == 200, response.content
        return response.json()

    return post


@contextmanager
def _read_only(url: str) -> Iterator[None]:
    """The database on a connection, and where it is a file on a file, that cannot write."""
    connections["default"].close()
    if connection.vendor == "sqlite":
        release_ownership()
        path = Path(url.removeprefix("sqlite:///"))
        use(f"{url}?mode=ro")
        connections["default"].settings_dict["NAME"] = f"file:{path}?mode=ro"
        connections["default"].settings_dict["OPTIONS"] = {
            "uri": True,
            "init_command": "PRAGMA query_only=ON; PRAGMA foreign_keys=ON",
        }
    else:
        connections["default"].settings_dict["OPTIONS"]["options"] = "-c default_transaction_read_only=on"
    try:
        yield
    finally:
        connections["default"].close()
        use(url)


def _stored_statuses() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM link ORDER BY number")
        return [row[0] for row in cursor.fetchall()]


def test_reads_on_a_read_only_database_see_what_is_due(database: str, get: Callable[[str], Any]) -> None:
    stored = _stored_statuses()
    assert stored.count("invited") == 3, "the expiries are overdue and not stored"
    with _read_only(database):
        for path in PATHS:
            get(path)
        links = get("/v1/links?limit=200")["items"]
        assert [link["status"] for link in links] == ["expired", "linked", "unlinked"] * 3
        assert links[0]["ended_at"] == links[0]["expires_at"] == "2024-01-03T00:00:00Z"
        assert links[1]["linked_at"] == "2025-01-01T00:00:00Z"
        assert links[2]["ended_at"] == "2024-01-09T01:00:00Z"
        for status, expected in (
            ("expired", 3),
            ("invited", 0),
            ("in_review", 0),
            ("linked", 3),
            ("unlinked", 3),
        ):
            assert len(get(f"/v1/links?status={status}")["items"]) == expected
        link = get(f"/v1/links/{links[0]['link_id']}")
        assert [event["type"] for event in link["timeline"]] == ["link.invited", "link.expired"]
        assert link["timeline"][1]["by"] == {"kind": "clock", "id": "clock"}
        assert get("/v1/accounts/A1")["link"]["status"] == "linked"
        assert get("/v1/accounts/A2")["link"] is None
        assert get("/v1/shops/S")["slots"]["marketing"] == {"total": 4, "used": 1}
        assert get("/v1/permissions?shop_id=S&account_id=A1")["add_from_shop"] is True
    assert _stored_statuses() == stored


def test_orders_are_judged_on_a_read_only_database_by_what_time_has_made_of_links(
    database: str, post: Callable[[list[Any]], Any]
) -> None:
    cases = (
        ("A0", "2024-01-02T00:00:00Z", "affiliate"),  # an invitation links nobody
        ("A1", "2024-12-31T23:59:59.999999Z", "affiliate"),
        ("A1", "2025-01-01T00:00:00Z", "marketing"),  # a birthday established it
        ("A2", "2024-01-09T00:59:59.999999Z", "marketing"),
        ("A2", "2024-01-09T01:00:00Z", "affiliate"),  # the unlink request was approved by time
    )
    with _read_only(database):
        found = post([_order(account_id, at) for account_id, at, _ in cases])
    assert [each["basis"] for each in found["attributions"]] == [basis for _, _, basis in cases]
    assert [each["link_id"] is None for each in found["attributions"]] == [
        basis == "affiliate" for _, _, basis in cases
    ]


def test_orders_cost_the_same_statements_however_many_they_are(post: Callable[[list[Any]], Any]) -> None:
    by_handle = {"account_id": None, "handle": "mia"}
    post([_order("A1", "2025-01-01T00:00:00Z")])
    counted = []
    for count in (1, 3, 500):
        with CaptureQueriesContext(connection) as asked:
            orders = [_order(f"A{number}", "2025-01-01T00:00:00Z") for number in range(1, count + 1)]
            found = post([*orders, *({**order, **by_handle} for order in orders)])
        assert len(found["attributions"]) + len(found["rejects"]) == 2 * count
        counted.append(len(asked))
    assert counted[0] == counted[1] == counted[2]


def _order(account_id: str, at: str) -> dict[str, Any]:
    return {
        "order_id": "O",
        "shop_id": "S",
        "account_id": account_id,
        "ordered_at": at,
        "amount_minor": 100,
        "currency": "GBP",
        "commission_rate_bp": 1000,
    }


@pytest.mark.parametrize("path", PATHS)
def test_a_page_costs_the_same_statements_however_much_there_is(get: Callable[[str], Any], path: str) -> None:
    get(path)
    with CaptureQueriesContext(connection) as few:
        get(path)
    _more = [_command("put_account", LONG_AGO, account_id=f"B{n}", region="GB") for n in range(40)]
    execute_batch(_more)
    execute_batch(
        [_command("put_shop", LONG_AGO, shop_id=f"T{n}", market="GB", enrolment="open") for n in range(40)]
    )
    with CaptureQueriesContext(connection) as many:
        get(path)
    assert len(many) == len(few)
    assert len(few) <= 25


def test_when_a_key_was_used_is_stored_by_the_timer_and_not_by_a_read(get: Callable[[str], Any]) -> None:
    get("/v1/shops")

    def last_used_at() -> datetime | None:
        (key,) = keys.every_key()
        return key.last_used_at

    assert last_used_at() is None
    now = datetime(2030, 1, 1, tzinfo=UTC)
    keys.store_use(now)
    assert last_used_at() == now
    get("/v1/shops")
    keys.store_use(now + timedelta(seconds=59))
    assert last_used_at() == now
    keys.store_use(now + timedelta(seconds=60))
    assert last_used_at() == now + timedelta(seconds=60)
