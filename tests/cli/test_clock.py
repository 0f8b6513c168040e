"""A clock that is wrong, or was: what is said, what is not done, and how the operator goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shoplink.flows import clock
from shoplink.store.database.fields import from_micros
from shoplink.store.database.marker import mark_of, move_mark
from shoplink.store.database.owner import release_ownership
from shoplink.store.database.sql import execute as run_sql
from shoplink.store.database.sql import query
from tests.api.service import Caller
from tests.server import free_port, start, stop
from tests.store.commands import execute_accepted, put_account, put_shop

PROGRAM = (sys.executable, "-m", "tests.trust.skewed_clock")
YEAR_AHEAD = 400 * 86_400
BEHIND = "the newest event is more than 5 minutes ahead of the clock"
LEAPT = "the clock is more than 24 hours ahead of what it said last"
DIFFER = "the clock of this machine is 600 s ahead of the database's"
FLAG = "--clock-is-right"
AGREED = timedelta(minutes=1)


class Machine:
    """A machine whose clock can be wrong, with commands and a service on a database."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database, self.home, self.skew = database, folder, folder / "skew"
        self.is_ahead_by(0)

    def is_ahead_by(self, seconds: float) -> None:
        """Set the clock."""
        new = self.skew.with_suffix(".new")
        new.write_text(str(seconds), encoding="utf-8")
        new.replace(self.skew)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `shoplink`."""
        release_ownership()
        settings = {
            "SHOPLINK_DATABASE_URL": self.database,
            "SHOPLINK_HOME": str(self.home),
            "SKEW": str(self.skew),
        }
        return subprocess.run(
            [*PROGRAM, *arguments],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def put_shop(self, shop_id: str, *options: str) -> "subprocess.CompletedProcess[str]":
        """Record a shop."""
        file = self.home / "commands.ndjson"
        fields = {
            "command": "put_shop",
            "shop_id": shop_id,
            "market": "GB",
            "enrolment": "open",
            "name": f"at {time.time()}",
        }
        file.write_text(json.dumps(fields) + "\n", encoding="utf-8")
        return self.run("apply", *options, str(file))

    def serve(self) -> "tuple[subprocess.Popen[bytes], str]":
        """A service, and its address."""
        release_ownership()
        port = free_port()
        process = start(self.database, self.home, port, program=PROGRAM, SKEW=str(self.skew))
        return process, f"http://127.0.0.1:{port}"


@pytest.fixture
def machine(database: str, tmp_path: Path) -> Machine:
    return Machine(database, tmp_path)


def recorded_at(shop_id: str) -> datetime:
    at = from_micros(
        query("SELECT at FROM event WHERE shop_id = %s ORDER BY number DESC LIMIT 1", shop_id)[0][0]
    )
    assert at is not None
    return at


def ready(url: str) -> Any:
    return Caller(url, "").get("/readyz").body


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_clock_that_leapt_does_nothing_until_somebody_says_that_it_is_right(machine: Machine) -> None:
    assert machine.run("tick").returncode == 0
    machine.is_ahead_by(YEAR_AHEAD)
    for command in (["tick"], ["serve"], ["deliver", "--once"], ["keys", "create", "x", "--scope", "read"]):
        ended = machine.run(*command)
        assert ended.returncode == 2, (command, ended)
        assert ended.stderr.startswith(LEAPT), command
        assert FLAG in ended.stderr
    refused = machine.put_shop("S")
    assert (refused.returncode, refused.stderr.startswith(LEAPT)) == (2, True)
    assert query("SELECT count(*) FROM event")[0][0] == 0
    looked = machine.run("doctor")
    assert (looked.returncode, f"PROBLEM: {LEAPT}" in looked.stdout) == (1, True)
    assert machine.run("tick", FLAG).returncode == 0
    assert machine.run("tick").returncode == 0
    assert machine.put_shop("S").returncode == 0
    assert recorded_at("S") - clock.now() > timedelta(days=399)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_clock_that_was_wrong_once_is_named_and_left_behind_by_one_word(machine: Machine) -> None:
    machine.is_ahead_by(YEAR_AHEAD)
    assert machine.put_shop("ahead").returncode == 0, "nobody knows the clock yet"
    machine.is_ahead_by(0)
    for command in (["tick"], ["serve"]):
        ended = machine.run(*command)
        assert (ended.returncode, ended.stderr.startswith(BEHIND)) == (2, True), (command, ended)
    looked = machine.run("doctor")
    assert (looked.returncode, f"PROBLEM: {BEHIND}" in looked.stdout) == (1, True)
    assert machine.put_shop("right").returncode == 2
    assert machine.put_shop("right", FLAG).returncode == 0
    assert abs(recorded_at("right") - clock.now()) < AGREED
    # What the wrong clock recorded stays, and so does whatever follows it; nobody is asked again for that.
    assert machine.put_shop("ahead").returncode == 0
    assert recorded_at("ahead") - clock.now() > timedelta(days=399)
    assert machine.run("tick").returncode == 0
    assert BEHIND not in machine.run("doctor").stdout


def test_a_start_after_a_clock_that_cannot_be_believed(machine: Machine) -> None:
    """On both databases: what was remembered is moved instead of the database's own clock."""
    execute_accepted(put_shop("S"), put_account("A"))
    for moved, said in ((timedelta(hours=-25), LEAPT), (timedelta(hours=-23), ""), (timedelta(days=400), "")):
        move_mark("clock", clock.now() + moved)
        ended = machine.run("tick")
        assert (ended.returncode, ended.stderr.startswith(said)) == (2 if said else 0, True), ended
        assert machine.run("tick", FLAG).returncode == 0
        last = mark_of("clock")
        assert last is not None
        assert abs(last - clock.now()) < AGREED
    run_sql("UPDATE event SET at = at + 600000000")
    assert machine.run("tick").stderr.startswith(BEHIND)
    assert machine.run("tick", FLAG).returncode == 0
    assert machine.run("tick").returncode == 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_clocks_of_machine_and_database_that_differ_are_named_and_hinder_nothing(machine: Machine) -> None:
    machine.is_ahead_by(600)
    ended = machine.put_shop("S")
    assert (ended.returncode, ended.stderr.startswith(f"WARNING: {DIFFER}")) == (0, True), ended
    assert abs(recorded_at("S") - clock.now()) < AGREED
    looked = machine.run("doctor")
    assert (looked.returncode, f"PROBLEM: {DIFFER}" in looked.stdout) == (1, True)
    process, url = machine.serve()
    try:
        answer = ready(url)
        assert (answer["ready"], [one["code"] for one in answer["problems"]]) == (True, ["clocks_differ"])
    finally:
        stop(process)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_clock_that_leaps_while_serving_stops_the_timer_and_is_named(machine: Machine) -> None:
    process, url = machine.serve()
    try:
        assert ready(url) == {"ready": True, "problems": []}
        while mark_of("clock") is None:
            time.sleep(0.05)
        machine.is_ahead_by(YEAR_AHEAD)
        assert [one["code"] for one in ready(url)["problems"]] == ["clock_leapt"]
        before = mark_of("clock")
        time.sleep(1)
        assert mark_of("clock") == before
        machine.is_ahead_by(0)
        assert ready(url) == {"ready": True, "problems": []}
    finally:
        stop(process, signal.SIGTERM)
