"""What those who run the service see: whether it is ready, why not, and numbers that name nobody."""

import json
import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import connections
from django.test import RequestFactory, override_settings

from shoplink.api.health import metrics, readyz
from shoplink.config.operators import metrics_networks, metrics_token
from shoplink.store.database.sql import execute as run_sql
from shoplink.store.database.sql import query
from tests.api.service import Caller, Service, running
from tests.databases import use
from tests.store.commands import execute_accepted, invite, outcome, put_account, put_shop

NOBODY = re.compile(r"seller-|creator-|@|birth|\b(?:S|A)\d+\b")


def ready() -> tuple[int, list[str]]:
    """The status of /readyz and the codes of what is wrong."""
    answer = readyz(RequestFactory().get("/readyz"))
    said = json.loads(answer.content)
    assert said["ready"] == (answer.status_code == 200)
    assert all(one["detail"] for one in said["problems"])
    return answer.status_code, [one["code"] for one in said["problems"]]


def sample(text: str, name: str) -> float:
    """The value of a metric in Prometheus' text format."""
    (line,) = (line for line in text.splitlines() if line.startswith(f"{name} "))
    return float(line.rsplit(" ", 1)[1])


def measured() -> str:
    return metrics(RequestFactory().get("/metrics")).content.decode()


@pytest.mark.usefixtures("database")
class TestReady:
    def test_it_is_when_commands_can_be_executed(self) -> None:
        assert ready() == (200, [])
        execute_accepted(put_shop("S1"))
        assert ready() == (200, [])

    def test_it_is_not_on_an_old_schema(self) -> None:
        run_sql("DELETE FROM django_migrations WHERE app = 'store'")
        assert ready() == (503, ["schema_older"])

    def test_it_is_not_on_an_empty_database(self) -> None:
        run_sql("DROP TABLE django_migrations")
        assert ready() == (503, ["schema_older"])

    def test_it_is_not_on_a_newer_schema(self) -> None:
        run_sql(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('store', '9999_future', '2030-01-01T00:00:00Z')"
        )
        assert ready() == (503, ["schema_newer"])

    def test_it_changes_nothing(self) -> None:
        outcome(invite("S1", "A1"))
        before = query("SELECT * FROM refusal")
        ready()
        assert query("SELECT * FROM refusal") == before

    def test_a_clock_that_is_behind_the_newest_event_is_named(self) -> None:
        later = datetime.now(UTC) + timedelta(minutes=6)
        execute_accepted(put_shop("S1"), now=lambda: later)
        assert ready() == (200, ["clock_behind"])

    def test_a_caller_can_wait_for_what_is_due(self) -> None:
        before = datetime.now(UTC) - timedelta(days=3)
        execute_accepted(put_shop("S1"), put_account("A1"), invite("S1", "A1"), now=lambda: before)
        text = measured()
        assert sample(text, "shoplink_ready") == 1
        assert 86_000 < sample(text, "shoplink_due_lag_seconds") < 87_000


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_it_is_not_ready_on_a_postgresql_database_that_is_read_only() -> None:
    run_sql("SET default_transaction_read_only = on")
    assert ready() == (503, ["read_only"])
    assert sample(measured(), "shoplink_ready") == 0
    run_sql("SET default_transaction_read_only = off")
    assert ready() == (200, [])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_is_not_ready_on_a_sqlite_file_that_is_read_only(database: str) -> None:
    settings: dict[str, Any] = connections.settings["default"]
    settings["NAME"] = f"file:{database.removeprefix('sqlite:///')}?mode=ro"
    connections["default"].close()
    del connections["default"]
    assert ready() == (503, ["read_only"])


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_it_is_not_ready_without_its_database_and_says_nothing_of_where_that_is(database: str) -> None:
    use(re.sub(r"/test_\w+\?", "/nowhere?", database))
    assert ready() == (503, ["unreachable"])
    text = measured()
    assert sample(text, "shoplink_ready") == 0
    assert "shoplink_due_lag_seconds" not in text
    assert b"nowhere" not in readyz(RequestFactory().get("/readyz")).content


@pytest.mark.usefixtures("database")
def test_what_was_decided_is_counted_by_kind_outcome_and_reason() -> None:
    names = {
        "accepted": 'shoplink_commands_total{command="put_shop",outcome="accepted"}',
        "refused": 'shoplink_commands_total{command="invite",outcome="refused"}',
        "reason": 'shoplink_refusal_reasons_total{reason="account.not_found"}',
    }
    execute_accepted(put_shop("S1"))
    outcome(invite("S1", "A1"))
    before = {name: sample(measured(), metric) for name, metric in names.items()}
    execute_accepted(put_shop("S2", key="once"), put_shop("S3"))
    execute_accepted(put_shop("S2", key="once"))
    outcome(invite("S1", "A1"))
    after = {name: sample(measured(), metric) for name, metric in names.items()}
    assert {name: after[name] - before[name] for name in names} == {"accepted": 2, "refused": 1, "reason": 1}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_events_without_a_position_are_counted() -> None:
    execute_accepted(put_shop("S1"), put_account("A1"))
    assert sample(measured(), "shoplink_unnumbered_events") == 2


@pytest.mark.usefixtures("database")
def test_strangers_learn_only_whether_it_is_ready() -> None:
    run_sql("DELETE FROM django_migrations WHERE app = 'store'")
    token, networks = "t0ken-of-prometheus", (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    behind = {"HTTP_X_FORWARDED_FOR": "10.0.0.7, 203.0.113.9"}
    cases: list[tuple[bool, int, dict[str, str]]] = [
        (True, 0, {"REMOTE_ADDR": "10.1.2.3"}),
        (True, 0, {"REMOTE_ADDR": "::ffff:10.1.2.3"}),
        (True, 0, {"REMOTE_ADDR": "fd00::1"}),
        (True, 0, {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": f"Bearer {token}"}),
        (True, 1, {"REMOTE_ADDR": "203.0.113.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 10.0.0.7"}),
        (False, 0, {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "10.0.0.7"}),
        (False, 0, {"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": f"Bearer {token}x"}),
        (False, 0, {"REMOTE_ADDR": ""}),
        (False, 1, {"REMOTE_ADDR": "10.0.0.1", **behind}),
    ]
    for operator, proxies, sent in cases:
        with override_settings(METRICS_TOKEN=token, METRICS_NETWORKS=networks, PROXIES=proxies):
            asked, measures = (
                view(RequestFactory().get("/", **sent))  # type: ignore[arg-type]
                for view in (readyz, metrics)
            )
        problems = {"problems": [{"code": "schema_older", "detail": ANY}]} if operator else {}
        assert (asked.status_code, json.loads(asked.content)) == (503, {"ready": False, **problems}), sent
        assert (measures.status_code, b"shoplink_" in measures.content) == (
            (200, True) if operator else (404, False)
        )
    with override_settings(METRICS_TOKEN="", METRICS_NETWORKS=()):
        assert metrics(RequestFactory().get("/", HTTP_AUTHORIZATION="Bearer ")).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHOPLINK_METRICS_TOKEN", "short"),
        ("SHOPLINK_METRICS_NETWORKS", "10.0.0.1/8"),
        ("SHOPLINK_METRICS_NETWORKS", "home"),
    ],
)
def test_a_setting_for_operators_that_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name}: .*allowed: "):
        metrics_token({name: value}), metrics_networks({name: value})
    assert metrics_networks({"SHOPLINK_METRICS_NETWORKS": "none"}) == ()
    assert ip_network("127.0.0.0/8") in metrics_networks({})


def test_a_running_service_is_ready(service: Service, call: Caller) -> None:
    del service
    answer = call("GET", "/readyz")
    assert (answer.status, answer.body) == (200, {"ready": True, "problems": []})


def test_a_running_service_measures_by_route_and_names_nobody(service: Service, call: Caller) -> None:
    del service
    shop_id, account_id = call.shop(name="seller-one"), call.account(handle="creator-one")
    call.invite(shop_id, account_id)
    call.get(f"/v1/shops/{shop_id}")
    call.get("/v1/nothing/seller-two")
    answer = call("GET", "/metrics")
    text = answer.body.decode() if isinstance(answer.body, bytes) else answer.body
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'shoplink_request_seconds_count{method="GET",route="/v1/shops/<shop_id>",status="200"}' in text
    assert 'route="unknown",status="404"' in text
    assert sample(text, 'shoplink_commands_total{command="invite",outcome="accepted"}') >= 1
    assert not NOBODY.search("\n".join(line for line in text.splitlines() if "shoplink_" in line))


@pytest.mark.parametrize("service", ["postgresql"], indirect=True)
def test_a_service_whose_database_becomes_read_only_is_not_ready(service: Service, call: Caller) -> None:
    use(service.database)
    name = query("SELECT current_database()")[0][0]
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    run_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    query(others, name)
    answers = [call("GET", "/readyz") for _ in range(3)]
    run_sql(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    query(others, name)
    assert answers[-1].status == 503
    assert [one["code"] for one in answers[-1].body["problems"]] == ["read_only"]


def test_processes_that_share_a_folder_count_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
    for shops in (2, 3):
        with running("sqlite", tmp_path / str(shops)) as service:
            for _ in range(shops):
                service.caller.shop()
            answer = service.caller("GET", "/metrics")
    assert sample(answer.body.decode(), 'shoplink_commands_total{command="put_shop",outcome="accepted"}') == 5
