"""`shoplink doctor` says what runs on what, and what is wrong."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shoplink.store.database.sql import execute as run_sql
from tests import forked
from tests.server import serving
from tests.store.commands import NOON, execute_accepted, invite, put_account, put_shop

EVERYTHING = {
    "shoplink",
    "python",
    "django",
    "tables",
    "database",
    "owner",
    "due_lag_seconds",
    "free_bytes",
    "unnumbered_events",
    "wal_bytes",
    "country_database",
    "country_licence",
    "country_age_days",
    "wrong",
}


def doctor(url: str, *options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    settings = {**os.environ, "SHOPLINK_DATABASE_URL": url, **environment}
    return forked.run_text(["doctor", *options], settings)


def found(url: str, **environment: str) -> tuple[int, dict[str, Any]]:
    ended = doctor(url, "--json", **environment)
    return ended.returncode, json.loads(ended.stdout)


def test_all_is_well_on_a_fresh_database(database: str) -> None:
    status, said = found(database)
    assert (status, said["wrong"], set(said)) == (0, [], EVERYTHING)
    assert said["tables"] == "up to date"
    assert re.fullmatch(r"(sqlite|postgresql) \d+\.\d+.*", said["database"])
    assert said["database"].startswith(database.split(":", maxsplit=1)[0])
    assert said["country_database"].startswith("iptocc ")
    assert "Apache-2.0" in said["country_licence"]
    assert said["country_age_days"] > 0


def test_for_people_it_is_a_list(database: str) -> None:
    said = doctor(database)
    assert said.stdout.splitlines()[-1] == "no problems"
    assert re.search(r"^country age days +\d+$", said.stdout, re.MULTILINE)


def test_tables_of_another_version_are_wrong(database: str) -> None:
    run_sql("DELETE FROM django_migrations WHERE app = 'store'")
    status, said = found(database)
    assert (status, said["wrong"]) == (
        1,
        ["the tables are older than this version of shoplink; run `shoplink migrate`"],
    )
    assert doctor(database).stdout.splitlines()[-1].startswith("PROBLEM: the tables are older")


def test_a_timer_that_is_behind_is_wrong(database: str) -> None:
    execute_accepted(put_shop("S"), put_account("A"), invite("S", "A"), now=lambda: NOON)
    status, said = found(database)
    assert status == 1
    assert said["due_lag_seconds"] > 86_400
    assert re.fullmatch(r"the timer is \d+ s late: .*", said["wrong"][0])


def test_a_country_file_that_cannot_be_read_is_wrong(database: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.mmdb")
    status, said = found(database, SHOPLINK_MMDB=missing)
    assert status == 1
    assert said["wrong"][0].startswith(f"SHOPLINK_MMDB: found '{missing}'; allowed: ")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_beside_a_running_service_it_says_who_owns_the_file(database: str, tmp_path: Path) -> None:
    with serving(database, tmp_path):
        status, said = found(database)
    assert (status, said["wrong"]) == (0, [])
    assert re.fullmatch(r"process \d+ \(.*serve.*, since .*Z\)", said["owner"])
