"""The example of a platform's export is taken in as it is, also by a process that is killed on the way."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.platform_export import ACCOUNTS, FOLDER, NOT_ACCEPTED, SHOPS, files
from tests.cli.running import EXAMPLE, Place
from tests.databases import fresh
from tests.server import SHOPLINK

LINES = sum(content.count(b"\n") - 1 for content in files().values())
ACCEPTED = LINES - NOT_ACCEPTED


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return with_the_example(Place(fresh(request.param), tmp_path))


def with_the_example(place: Place) -> Place:
    """The place with a copy of the example in its folder: what is rejected is written beside it."""
    for name, content in files().items():
        place.file(name, content)
    return place


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
    done = place.run("apply", *EXAMPLE, status=1)
    assert done.text.count("\n") == NOT_ACCEPTED
    assert f"{LINES:,} lines: {ACCEPTED:,} accepted, 1 refused, 2 invalid\n" in done.err
    summary = place.run("verify", "--json").lines[-1]["summary"]
    assert (summary["shops"], summary["accounts"], summary["differences"]) == (SHOPS, ACCOUNTS, 0)
    assert summary["links"] == ACCEPTED - SHOPS - ACCOUNTS
    log = place.run("export", "--what", "log", "-").out
    place.run("apply", *EXAMPLE, status=1)
    assert place.run("export", "--what", "log", "-").out == log, "taken in again, nothing is done twice"


def test_what_is_not_accepted_is_kept_with_its_reason(place: Place) -> None:
    place.run("apply", "--language", "en", *EXAMPLE, status=1)
    header, *rejected = place.read("links.rejected.csv").splitlines()
    assert header.endswith(",Reason")
    sent = files()["links.csv"].decode().splitlines()[-NOT_ACCEPTED:]
    assert len(rejected) == NOT_ACCEPTED
    for row, line, reason in zip(rejected, sent, ["6.80043E+18", "2025-03-02", "no shop"], strict=True):
        assert row.startswith(line)
        assert reason in row[len(line) :]


@pytest.mark.parametrize("read_lines", [250, 1_250])
def test_a_process_that_is_killed_is_continued_by_the_next(place: Place, read_lines: int) -> None:
    """The process is stopped by its own full output, somewhere behind the lines that are read here."""
    process = subprocess.Popen(
        [SHOPLINK, "apply", "--json", *EXAMPLE],
        stdout=subprocess.PIPE,
        env=place.environment(),
        cwd=place.folder,
    )
    assert process.stdout is not None
    answered = [process.stdout.readline() for _ in range(read_lines)]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(set(answered)) == read_lines
    begun = place.run("verify", "--json").lines[-1]["summary"]
    assert read_lines <= begun["events"] < ACCEPTED
    assert begun["differences"] == 0
    place.run("apply", *EXAMPLE, status=1)
    ended = place.run("verify", "--json").lines[-1]["summary"]
    assert (ended["events"], ended["differences"]) == (ACCEPTED, 0)


def test_a_dry_run_says_the_same_and_stores_nothing(place: Place) -> None:
    judged = place.run("apply", "--dry-run", "--json", *EXAMPLE, status=1).lines
    assert place.run("verify", "--json").lines[-1]["summary"]["events"] == 0
    done = place.run("apply", "--json", *EXAMPLE, status=1).lines
    assert judged[-1]["summary"] == {**done[-1]["summary"], "dry_run": True}
    assert [(line["file"], line["line"], line["outcome"]) for line in judged[:-1]] == [
        (line["file"], line["line"], line["outcome"]) for line in done[:-1]
    ]


@pytest.mark.parametrize(("kind", "form"), [("postgresql", "ndjson"), ("sqlite", "zh"), ("sqlite", "en")])
def test_what_is_exported_is_taken_in_again(kind: str, form: str, tmp_path: Path) -> None:
    place, other = with_the_example(Place(fresh(kind), tmp_path)), Place(fresh("sqlite"), tmp_path)
    place.run("apply", *EXAMPLE, status=1)
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
    place, other = with_the_example(Place(fresh("sqlite"), tmp_path)), Place(fresh("sqlite"), tmp_path)
    place.run("apply", *EXAMPLE, status=1)
    place.run("export", "--ended", "all.ndjson")
    other.run("apply", "all.ndjson")
    assert other.run("verify", "--json").lines[-1]["summary"]["links"] == ACCEPTED - SHOPS - ACCOUNTS
