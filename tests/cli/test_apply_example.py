"""The example of a platform's export is taken in as it is, also by a process that is killed on the way."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.platform_export import ACCOUNTS, FOLDER, SHOPS, files
from tests.cli.running import EXAMPLE, Place
from tests.databases import fresh
from tests.server import SHOPLINK

EXPORT = [FOLDER / name for name in EXAMPLE]
LINES = sum(content.count(b"\n") - 1 for content in files().values())


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(fresh(request.param), tmp_path)


def test_the_example_is_what_its_script_writes() -> None:
    assert {name: (FOLDER / name).read_bytes() for name in EXAMPLE} == files()


def test_the_example_uses_three_encodings() -> None:
    content = files()
    assert content["shops.csv"].startswith(b"\xef\xbb\xbf")
    assert "账号ID" in content["accounts.csv"].decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        content["accounts.csv"].decode()
    assert content["links.csv"].decode().startswith("店铺ID")


def test_the_example_is_taken_in_and_verify_agrees_as_often_as_one_likes(place: Place) -> None:
    done = place.run("apply", *EXPORT)
    assert done.text == ""
    assert done.err == f"{LINES:,} lines: {LINES:,} accepted, 0 refused, 0 invalid\n"
    summary = place.run("verify", "--json").lines[-1]["summary"]
    assert (summary["shops"], summary["accounts"], summary["differences"]) == (SHOPS, ACCOUNTS, 0)
    assert summary["links"] == LINES - SHOPS - ACCOUNTS
    log = place.run("export", "--what", "log", "-").out
    place.run("apply", *EXPORT)
    assert place.run("export", "--what", "log", "-").out == log, "taken in again, nothing is done twice"


@pytest.mark.parametrize("read_lines", [250, 1_250])
def test_a_process_that_is_killed_is_continued_by_the_next(place: Place, read_lines: int) -> None:
    """The process is stopped by its own full output, somewhere behind the lines that are read here."""
    process = subprocess.Popen(
        [SHOPLINK, "apply", "--json", *EXPORT], stdout=subprocess.PIPE, env=place.environment()
    )
    assert process.stdout is not None
    answered = [process.stdout.readline() for _ in range(read_lines)]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(set(answered)) == read_lines
    begun = place.run("verify", "--json").lines[-1]["summary"]
    assert read_lines <= begun["events"] < LINES
    assert begun["differences"] == 0
    place.run("apply", *EXPORT)
    ended = place.run("verify", "--json").lines[-1]["summary"]
    assert (ended["events"], ended["differences"]) == (LINES, 0)


def test_a_dry_run_says_the_same_and_stores_nothing(place: Place) -> None:
    judged = place.run("apply", "--dry-run", "--json", *EXPORT).lines
    assert place.run("verify", "--json").lines[-1]["summary"]["events"] == 0
    done = place.run("apply", "--json", *EXPORT).lines
    assert judged[-1]["summary"] == {**done[-1]["summary"], "dry_run": True}
    assert [(line["file"], line["line"], line["outcome"]) for line in judged[:-1]] == [
        (line["file"], line["line"], line["outcome"]) for line in done[:-1]
    ]


@pytest.mark.parametrize(("kind", "form"), [("postgresql", "ndjson"), ("sqlite", "zh"), ("sqlite", "en")])
def test_what_is_exported_is_taken_in_again(kind: str, form: str, tmp_path: Path) -> None:
    place, other = Place(fresh(kind), tmp_path), Place(fresh("sqlite"), tmp_path)
    place.run("apply", *EXPORT)
    if form == "ndjson":
        place.run("export", "all.ndjson")
        other.run("apply", "all.ndjson")
    else:
        for what in ("links", "accounts", "shops"):
            place.run("export", "--what", what, "--format", "csv", "--language", form, f"{what}.csv")
        other.run("apply", "links.csv", "accounts.csv", "shops.csv")
    other.run("verify")
    assert other.run("export", "-").out == place.run("export", "-").out
    assert place.run("export", "-").out.count(b"\n") > SHOPS + ACCOUNTS


def test_with_the_ended_links_a_whole_history_is_taken_along(tmp_path: Path) -> None:
    place, other = Place(fresh("sqlite"), tmp_path), Place(fresh("sqlite"), tmp_path)
    place.run("apply", *EXPORT)
    place.run("export", "--ended", "all.ndjson")
    other.run("apply", "all.ndjson")
    assert other.run("verify", "--json").lines[-1]["summary"]["links"] == LINES - SHOPS - ACCOUNTS
