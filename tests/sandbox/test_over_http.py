"""The clock of a sandbox over HTTP: every deadline of the guide comes at its own instant, to the microsecond."""

import os
import subprocess
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shoplink.core.instant import format_instant, parse_instant
from tests.api.service import Answer, Caller, Service, running
from tests.databases import KINDS, fresh
from tests.rule import rule
from tests.server import SHOPLINK, serving

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON = timedelta(seconds=30)
"""How long before a deadline the clock is stopped, so that it has not come, however slow the machine is."""


class Sandbox:
    """A sandbox, by its API."""

    def __init__(self, call: Caller) -> None:
        self.call = call

    @property
    def now(self) -> datetime:
        return self._at(self.call.get("/v1/sandbox/clock"))

    def moves(self, **whereto: Any) -> datetime:
        """Move the clock; what it says then."""
        return self._at(self.call("POST", "/v1/sandbox/clock/advance", whereto))

    def moves_to(self, at: datetime) -> datetime:
        return self.moves(to=format_instant(at))

    def newest(self, kind: str) -> dict[str, Any]:
        """The newest event of a kind in the feed."""
        events = self.call.get("/v1/events", limit=1000).body["items"]
        found: dict[str, Any] = [event for event in events if event["type"] == kind][-1]
        return found

    def linked(self, market: str = "GB") -> dict[str, Any]:
        """A link in a market that was established now."""
        shop_id, account_id = self.call.shop(market=market), self.call.account(region=market)
        link: dict[str, Any] = self.call.invite(shop_id, account_id, network_region=market).body
        answer = self.call.on(link, "accept", {"network_region": market}, by="account")
        assert (answer.status, answer.body["status"]) == (200, "linked")
        found: dict[str, Any] = answer.body
        return found

    @staticmethod
    def _at(answer: Answer) -> datetime:
        assert answer.status == 200, answer
        return parse_instant(answer.body["now"])


@pytest.fixture(scope="module", params=KINDS)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(request.param, tmp_path_factory.mktemp("sandbox"), sandbox=True) as service:
        yield service


@pytest.fixture
def sandbox(service: Service) -> Sandbox:
    return Sandbox(service.caller)


@rule("R23")
def test_an_invitation_expires_48_hours_after_it_was_sent(sandbox: Sandbox) -> None:
    link = sandbox.call.invite(sandbox.call.shop(), sandbox.call.account()).body
    expires_at = parse_instant(link["invited_at"]) + 48 * HOUR
    sandbox.moves_to(expires_at - SOON)
    path = f"/v1/links/{link['link_id']}"
    assert sandbox.call.get(path).body["status"] == "invited"
    assert sandbox.moves(by="PT1M") >= expires_at
    event = sandbox.newest("link.expired")
    assert (event["link_id"], event["at"]) == (link["link_id"], format_instant(expires_at))
    assert sandbox.call.get(path).body["ended_at"] == format_instant(expires_at)


@rule("R26")
def test_a_link_can_be_ended_24_hours_after_it_was_established(sandbox: Sandbox) -> None:
    link = sandbox.linked()
    asked: dict[str, Any] = {"network_region": "GB"}
    possible_at = format_instant(parse_instant(link["linked_at"]) + 24 * HOUR)
    early = sandbox.call.on(link, "unlink-request", asked, by="account")
    assert [(one["code"], one["possible_at"]) for one in early.body["reasons"]] == [
        ("link.younger_than_minimum", possible_at)
    ]
    sandbox.moves_to(parse_instant(possible_at) - SOON)
    assert sandbox.call.on(link, "unlink-request", asked, by="account").status == 409
    sandbox.moves(to=possible_at)
    assert sandbox.call.on(link, "unlink-request", asked, by="account").status == 200


@rule("R46")
def test_a_request_that_nobody_answers_ends_the_link_after_7_days_and_by_a_rulebook_that_starts(
    sandbox: Sandbox,
) -> None:
    links = [sandbox.linked("ID") for _ in range(2)]
    sandbox.moves(by="P2D")
    first = sandbox.call.on(links[0], "unlink-request", {"network_region": "ID"}, by="account")
    start_at = sandbox.now + timedelta(days=30, microseconds=1)
    activation = {"market": "ID", "effective_from": format_instant(start_at)}
    path = "/v1/rulebooks/seller-university-2025/activations"
    assert sandbox.call("POST", path, activation, actor="platform:p").status == 201
    assert first.status == 200
    sandbox.moves_to(start_at - SOON)
    assert sandbox.call.get(f"/v1/links/{links[0]['link_id']}").body["status"] == "linked", (
        "no time limit yet"
    )
    second = sandbox.call.on(links[1], "unlink-request", {"network_region": "ID"}, by="account")
    asked_at = parse_instant(second.body["unlink_request"]["requested_at"])
    sandbox.moves(next=True)
    event = sandbox.newest("link.unlinked")
    assert (event["link_id"], event["at"]) == (links[0]["link_id"], format_instant(start_at))
    sandbox.moves(by="P8D")
    event = sandbox.newest("link.unlinked")
    assert (event["link_id"], event["at"]) == (links[1]["link_id"], format_instant(asked_at + 7 * DAY))


@rule("R19")
def test_a_link_that_waits_for_a_birthday_is_established_when_the_day_begins(sandbox: Sandbox) -> None:
    account_id = sandbox.call.account(registered_in="SG")
    link = sandbox.call.invite(sandbox.call.shop(), account_id).body
    held = sandbox.call.on(link, "accept", {"network_region": "GB"}, by="account")
    assert held.body["status"] == "in_review", held
    day = (sandbox.now + 10 * DAY).date()
    born = date(day.year - 18, day.month, min(day.day, 28))
    facts = {"region": "GB", "registered_in": "GB", "birth_date": str(born)}
    assert sandbox.call("PUT", f"/v1/accounts/{account_id}", facts, actor="platform:p").status == 200
    assert sandbox.call.get(f"/v1/links/{link['link_id']}").body["status"] == "in_review"
    grown = date(born.year + 18, born.month, born.day)
    sandbox.moves(by="P11D")
    event = sandbox.newest("link.established")
    assert (event["link_id"], event["at"]) == (link["link_id"], f"{grown}T00:00:00Z")


@rule("R25")
def test_a_unit_of_the_quota_returns_180_days_after_it_was_used(sandbox: Sandbox) -> None:
    shop_id = sandbox.call.shop()
    used_at = sandbox.now
    lines: list[dict[str, Any] | str] = [
        {
            "command": "import_link",
            "shop_id": shop_id,
            "account_id": sandbox.call.account(),
            "role": "marketing",
            "linked_at": format_instant(used_at - number * HOUR),
            "unlinked_at": format_instant(used_at),
        }
        for number in range(1, 11)
    ]
    assert {one["outcome"] for one in sandbox.call.stream(lines)} == {"accepted"}
    account_id = sandbox.call.account()
    returns_at = used_at - 10 * HOUR + 180 * DAY
    refused = sandbox.call.invite(shop_id, account_id)
    assert [(one["code"], one["possible_at"]) for one in refused.body["reasons"]] == [
        ("shop.link_quota_spent", format_instant(returns_at))
    ]
    sandbox.moves_to(returns_at - SOON)
    assert sandbox.call.invite(shop_id, account_id).status == 409
    sandbox.moves_to(returns_at)
    assert sandbox.call.invite(shop_id, account_id).status == 201


def test_what_is_due_on_a_long_way_happens_in_order_each_at_its_own_instant(sandbox: Sandbox) -> None:
    links = []
    for _ in range(20):
        links.append(sandbox.call.invite(sandbox.call.shop(), sandbox.call.account()).body)
        sandbox.moves(by="PT47M")
    newest = sandbox.call.get("/v1/events", limit=1000).body["next"]
    sandbox.moves(by="P180D")
    events = sandbox.call.get("/v1/events", after=newest, limit=1000).body["items"]
    ours = {link["link_id"] for link in links}
    expired = [(one["link_id"], one["at"]) for one in events if one.get("link_id") in ours]
    assert expired == [(link["link_id"], link["expires_at"]) for link in links]
    assert [one["at"] for one in events] == sorted(one["at"] for one in events)


def test_the_next_instant_is_that_of_a_reminder_then_of_the_deadline(sandbox: Sandbox) -> None:
    sandbox.moves(by="P200D")
    link = sandbox.call.invite(sandbox.call.shop(), sandbox.call.account()).body
    expires_at = parse_instant(link["expires_at"])
    for ahead in (24 * HOUR, 6 * HOUR, 1 * HOUR, 0 * HOUR):
        due_at = parse_instant(sandbox.call.get("/v1/sandbox/clock").body["next_due_at"])
        assert due_at == expires_at - ahead
        assert due_at <= sandbox.moves(next=True) < due_at + SOON
    answer = sandbox.call("POST", "/v1/sandbox/clock/advance", {"next": True})
    assert (answer.status, answer.body["type"]) == (409, "urn:shoplink:problem:clock.nothing_due")


def test_the_clock_is_never_moved_back_whoever_moves_it_at_the_same_time(sandbox: Sandbox) -> None:
    began = sandbox.now
    said: list[datetime] = []

    def move() -> None:
        said.append(sandbox.moves(by="PT1H"))

    movers = [threading.Thread(target=move) for _ in range(8)]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join()
    assert began + 8 * HOUR <= sandbox.now < began + 9 * HOUR
    assert all(
        later - earlier >= HOUR for earlier, later in zip(sorted(said), sorted(said)[1:], strict=False)
    )
    past = sandbox.call("POST", "/v1/sandbox/clock/advance", {"to": format_instant(began)})
    assert (past.status, past.body["type"]) == (409, "urn:shoplink:problem:clock.passed")
    assert sandbox.now >= began + 8 * HOUR


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "to"),
        ({"to": None}, "to"),
        ({"by": "PT1H", "next": True}, "to"),
        ({"by": "-PT1H"}, "by"),
        ({"by": "PT0S"}, "by"),
        ({"by": "P36526D"}, "by"),
        ({"by": 3600}, "by"),
        ({"by": "1h"}, "by"),
        ({"next": False}, "next"),
        ({"to": "2034-01-01"}, "to"),
        ({"to": "2034-01-01T00:00:00"}, "to"),
        ({"to": "9999-12-31T23:59:59Z"}, "to"),
        ({"at": "2034-01-01T00:00:00Z"}, "at"),
    ],
)
def test_a_move_that_cannot_be_read_moves_nothing_and_is_named(
    sandbox: Sandbox, body: dict[str, Any], field: str
) -> None:
    before = sandbox.now
    for language in ("en", "zh"):
        answer = sandbox.call("POST", "/v1/sandbox/clock/advance", body, Accept_Language=language)
        assert (answer.status, answer.body["field"]) == (422, field), answer
    assert sandbox.now - before < SOON


def test_every_answer_says_that_it_is_a_sandbox(service: Service) -> None:
    anybody = Caller(service.url, "none")
    for path in (
        "/v1/sandbox/clock",
        "/v1/nothing",
        "/v1/openapi.json",
        "/sign-in/",
        "/nothing",
        "/readyz",
        "/v2/",
    ):
        for call in (service.caller, anybody):
            assert call.get(path).headers["shoplink-sandbox"] == "true", path
    assert service.caller.stream([{"command": "nonsense"}])[0]["error"]


def test_a_moved_clock_ends_no_session_and_no_sign_in_link(sandbox: Sandbox) -> None:
    shop_id = sandbox.call.shop()
    made = sandbox.call(
        "POST", "/v1/sign-in-links", {"shop_id": shop_id, "subject": "u1"}, actor="platform:p"
    )
    sandbox.moves(by="P30D")
    path = made.body["url"].removeprefix(sandbox.call.url).removeprefix("http://localhost:8000")
    path = path[path.index("/sign-in/link/") :]
    assert sandbox.call.get(path).status == 200


@pytest.mark.parametrize("kind", KINDS)
def test_any_other_database_has_no_such_clock_and_never_gets_one(kind: str, tmp_path: Path) -> None:
    with running(kind, tmp_path) as service:
        call = service.caller
        call.shop()
        for answer in (
            call.get("/v1/sandbox/clock"),
            call("POST", "/v1/sandbox/clock/advance", {"by": "PT1H"}),
        ):
            assert (answer.status, answer.body["type"]) == (404, "urn:shoplink:problem:not_found")
            assert "shoplink-sandbox" not in answer.headers
    with (
        pytest.raises(AssertionError, match="ended with status 2"),
        serving(service.database, tmp_path, ["--sandbox"]),
    ):
        pass


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_database_becomes_a_sandbox_and_a_restart_keeps_its_time(kind: str, tmp_path: Path) -> None:
    database = fresh(kind)
    with serving(database, tmp_path, ["--sandbox"]) as url:
        assert Caller(url, "none").get("/v1/sandbox/clock").headers["shoplink-sandbox"] == "true"
    secret = _key(database, tmp_path)
    with serving(database, tmp_path, ["--sandbox"]) as url:
        moved_to = Sandbox(Caller(url, secret)).moves(by="P180D")
    with serving(database, tmp_path) as url:
        again = Sandbox(Caller(url, secret))
        assert moved_to <= again.now < moved_to + 10 * SOON
        assert Caller(url, "none").get("/readyz").body == {"ready": True, "problems": []}


def _key(database: str, home: Path) -> str:
    """A key of every scope, as the command line makes it."""
    done = subprocess.run(
        [SHOPLINK, "keys", "create", "test", "--scope", "all"],
        env={**os.environ, "SHOPLINK_DATABASE_URL": database, "SHOPLINK_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_two_workers_of_a_service_have_the_same_clock(tmp_path: Path) -> None:
    with running("postgresql", tmp_path, ["--workers", "2"], sandbox=True) as service:
        sandbox = Sandbox(service.caller)
        for _ in range(3):
            moved_to = sandbox.moves(by="P1D")
            assert all(moved_to <= sandbox.now < moved_to + SOON for _ in range(20))
