"""The operator's commands as processes: what they answer on both databases, and with which status they end."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from shoplink.core.instant import parse_instant
from shoplink.flows import clock
from shoplink.store.people import keys
from shoplink.store.people.keys import SCOPES, find_key
from shoplink.store.read.refusal import activations
from tests.cli.test_operate_serve import shoplink
from tests.traceability import ROOT

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PACKAGED = ROOT / "src/shoplink/rulebooks/guide-2024-11.toml"
COMMANDS = (
    ("serve",),
    ("demo",),
    ("migrate",),
    ("replay",),
    ("tick",),
    ("keys", "create"),
    ("keys", "list"),
    ("keys", "revoke"),
    ("staff", "add"),
    ("staff", "list"),
    ("staff", "remove"),
    ("rulebook", "list"),
    ("rulebook", "show"),
    ("rulebook", "check"),
    ("rulebook", "diff"),
    ("rulebook", "add"),
    ("rulebook", "activate"),
    ("rulebook", "effects"),
    ("rulebook", "cancel"),
)


@pytest.fixture
def run(database: str, tmp_path: Path) -> Run:
    """Runs a subcommand on a fresh database."""
    return lambda *arguments: shoplink(database, tmp_path, *arguments)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example_and_the_statuses(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = shoplink("", tmp_path, *command, "--help")
    assert done.returncode == 0
    assert f"  shoplink {' '.join(command)}" in done.stdout
    assert "Exit status: 0" in done.stdout
    assert not (tmp_path / "shoplink.sqlite3").exists()


def test_a_key_is_shown_once_and_opens_until_it_is_revoked(run: Run) -> None:
    done = run("keys", "create", "checkout", "--scope", "read", "--scope", "shop")
    secret = done.stdout.strip()
    assert done.returncode == 0
    assert done.stdout == f"{secret}\n", "piped, it is the key alone"
    key = find_key(secret)
    assert key is not None
    assert (key.name, key.scopes) == ("checkout", ("read", "shop"))
    assert key.key_id in done.stderr

    made = msgspec.json.decode(run("keys", "create", "all", "--scope", "all", "--json").stdout)
    assert made["scopes"] == sorted(SCOPES)
    listed = [msgspec.json.decode(line) for line in run("keys", "list", "--json").stdout.splitlines()]
    assert [entry["key_id"] for entry in listed] == [key.key_id, made["key_id"]]
    text = run("keys", "list").stdout
    assert text.splitlines()[0] == f"{key.key_id}\tcheckout\tread,shop\tnever used"
    assert secret not in text

    assert run("keys", "revoke", key.key_id).returncode == 0
    time.sleep(
        keys._TRUSTED_SECONDS
    )  # so long may a key that another process has revoked still open something
    assert find_key(secret) is None
    assert find_key(made["key"]) is not None
    again = run("keys", "revoke", key.key_id)
    assert (again.returncode, again.stdout) == (1, "")
    assert f"no active key has the id '{key.key_id}'" in again.stderr
    assert f"{key.key_id}\tcheckout\tread,shop\trevoked 20" in run("keys", "list").stdout


def test_a_scope_that_there_is_not_is_status_2(run: Run) -> None:
    done = run("keys", "create", "x", "--scope", "everything")
    assert done.returncode == 2
    assert "found 'everything'; allowed: read, personal, shop, creator, support, platform, all" in done.stderr
    assert run("keys", "list").stdout == ""


def test_a_rulebook_is_added_and_put_in_force(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    text = PACKAGED.read_text(encoding="utf-8").replace('name = "guide-2024-11"', 'name = "own"')
    own.write_text(text.replace("value = 48", "value = 72"), encoding="utf-8")
    assert run("rulebook", "check", str(own)).returncode == 0
    before = run("rulebook", "activate", "own", "--market", "GB")
    assert (before.returncode, before.stdout) == (1, "")
    assert "There is no rulebook named “own”." in before.stderr
    assert run("rulebook", "show", "own").returncode == 1

    assert run("rulebook", "add", str(own)).returncode == 0
    assert run("rulebook", "add", str(own)).returncode == 0, "the same text again is the same rulebook"
    told = run("rulebook", "effects", "own", "--market", "GB")
    assert (
        told.stdout.splitlines()[1]
        == "0 links end at once: their unlink request is older than the rulebook allows"
    )
    assert (
        msgspec.json.decode(run("rulebook", "effects", "own", "--market", "GB", "--json").stdout)["shops"]
        == 0
    )
    done = run("rulebook", "activate", "own", "--market", "GB")
    assert done.returncode == 0
    activation = activations()[0]
    assert (activation.market, activation.name) == ("GB", "own")
    assert 0 < (activation.effective_from - clock.now()).total_seconds() + 10 < 75
    later = run("rulebook", "activate", "own", "--market", "US", "--from", "2126-01-01T00:00:00Z", "--json")
    assert msgspec.json.decode(later.stdout)["events"][0]["type"] == "rulebook.activated"

    listed = [msgspec.json.decode(line) for line in run("rulebook", "list", "--json").stdout.splitlines()]
    assert {entry["name"] for entry in listed} == {"own", "guide-2024-11", "seller-university-2025"}
    assert [entry["name"] for entry in listed if entry["default"]] == ["guide-2024-11"]
    starts = next(entry["activations"] for entry in listed if entry["name"] == "own")
    assert [start["market"] for start in starts] == ["GB", "US"]
    assert parse_instant(starts[0]["effective_from"]) == activation.effective_from
    assert "US from 2126-01-01T00:00:00Z" in run("rulebook", "list").stdout
    ahead = ("rulebook", "cancel", "own", "--market", "US", "--from", "2126-01-01T00:00:00Z", "--note", "no")
    assert run(*ahead).stdout == "own will not be in force in US from 2126-01-01T00:00:00Z\n"
    assert "US from" not in run("rulebook", "list").stdout
    assert run(*ahead).stderr.startswith("No start of “own” on Tue 1 Jan 2126")

    diff = run("rulebook", "diff", "guide-2024-11", "own")
    assert (diff.returncode, diff.stdout) == (1, "invitation_hours: 48 → 72\n")
    own.write_text(text, encoding="utf-8")
    taken = run("rulebook", "add", str(own))
    assert taken.returncode == 1
    assert "a rulebook of this name has another text" in taken.stderr


def test_an_activation_in_the_past_is_refused_and_a_wrong_one_cannot_be_done(run: Run) -> None:
    past = run("rulebook", "activate", "guide-2024-11", "--market", "GB", "--from", "2025-03-01T00:00:00Z")
    assert past.returncode == 1
    assert (
        "A rulebook cannot come into force on Sat 1 Mar 2025 00:00 UTC: that is in the past." in past.stderr
    )
    wrong = run("rulebook", "activate", "guide-2024-11", "--market", "Britain")
    assert wrong.returncode == 2
    assert "market: found 'Britain'; allowed: a country code of ISO 3166-1" in wrong.stderr
    assert activations() == []


def test_rulebooks_that_ship_are_read_without_a_database(tmp_path: Path) -> None:
    done = shoplink("", tmp_path, "rulebook", "show", "guide-2024-11", "--json")
    shown = msgspec.json.decode(done.stdout)
    assert shown["parameters"]["invitation_hours"]["value"] == 48
    assert "48" in shown["parameters"]["invitation_hours"]["source"]
    assert (
        "invitation_hours = 48\n  R23" in shoplink("", tmp_path, "rulebook", "show", "guide-2024-11").stdout
    )
    differ = shoplink("", tmp_path, "rulebook", "diff", "guide-2024-11", "seller-university-2025", "--json")
    assert differ.returncode == 1
    assert {"parameter": "shop_may_unlink_alone", "a": False, "b": True} in [
        msgspec.json.decode(line) for line in differ.stdout.splitlines()
    ]
    same = shoplink("", tmp_path, "rulebook", "diff", "guide-2024-11", str(PACKAGED))
    assert (same.returncode, same.stdout) == (0, "")
    assert not (tmp_path / "shoplink.sqlite3").exists()


def test_a_rulebook_file_that_is_none_says_why(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text('name = "x"', encoding="utf-8")
    done = shoplink("", tmp_path, "rulebook", "check", str(file))
    assert done.returncode == 1
    assert f"{file}: effective_from: found nothing" in done.stderr
    assert shoplink("", tmp_path, "rulebook", "check", str(tmp_path / "none.toml")).returncode == 2


def test_the_first_command_that_writes_makes_the_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    assert shoplink(url, tmp_path, "staff", "add", "mei@example.com").returncode == 0
    assert shoplink(url, tmp_path, "staff", "list").stdout.startswith("platform\tmei@example.com\t")


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    done = shoplink(f"sqlite:///{tmp_path}/new.sqlite3", tmp_path, "keys", "list")
    assert done.returncode == 2
    assert "run `shoplink migrate` first" in done.stderr
    assert shoplink(f"sqlite:///{tmp_path}/new.sqlite3", tmp_path, "migrate").returncode == 0
    assert shoplink(f"sqlite:///{tmp_path}/new.sqlite3", tmp_path, "keys", "list").returncode == 0
