"""`shoplink apply` as a user runs it: what it prints and writes, and its exit status."""

import os
import pty
import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.running import Place
from tests.databases import fresh
from tests.server import SHOPLINK, serving

HEADER = "店铺ID,店铺名称,经营国家,入驻类型,店铺状态\r\n"
SHOP = '{"command": "put_shop", "shop_id": "S", "market": "GB", "enrolment": "open"}\n'
INVITE = (
    '{"command": "invite", "shop_id": "S", "account_id": "A", "role": "official", "network_region": "GB"}\n'
)
ROWS = 100_000
ROWS_MEMORY_MAX_MIB = 160


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(fresh("sqlite"), tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rejected_lines_can_be_corrected_and_taken_in(place: Place, encoding: str) -> None:
    rows = "S1,兰亭,英国,定邀,正常\r\n7.12E+18,云裳,英国,定邀,正常\r\nS3,木棉,火星,普招,坏\r\n"
    place.file("shops.csv", (HEADER + rows).encode(encoding))
    done = place.run("apply", "shops.csv", status=1)
    assert [line.split("：")[0] for line in done.text.splitlines()] == [
        "shops.csv: line 3: invalid: 列「店铺ID」",
        "shops.csv: line 4: invalid: 列「经营国家」",
    ]
    assert done.err.splitlines() == [
        "shops.csv: 2 rejected lines are in shops.rejected.csv",
        "3 lines: 1 accepted, 0 refused, 2 invalid",
    ]
    rejected = place.read("shops.rejected.csv", encoding)
    assert rejected.startswith(HEADER.replace("\r\n", ",原因\r\n"))
    assert "S3,木棉,火星,普招,坏,列「经营国家」：发现“火星”" in rejected
    corrected = rejected.replace("7.12E+18", "S2").replace("火星", "英国").replace(",坏,", ",正常,")
    place.file("shops.rejected.csv", corrected.encode(encoding))
    place.run("apply", "shops.rejected.csv")
    assert place.run("export", "-").out.count(b"\n") == 3
    assert not (place.folder / "shops.rejected.rejected.csv").exists()


def test_rejected_commands_say_why_and_are_commands_still(place: Place) -> None:
    wrong = SHOP.replace("GB", "gb")
    place.file("c.ndjson", SHOP + INVITE + "no json\n" + wrong)
    place.run("apply", "c.ndjson", "--language", "en", "--rejected", "out.ndjson", status=1)
    lines = place.read("out.ndjson").splitlines()
    assert '"about":"There is no TikTok account with this id.' in lines[0]
    assert lines[1] == "no json"
    assert (
        '"about":"field market: found \'gb\'; allowed: a country code of ISO 3166-1 in capitals: GB"'
        in lines[2]
    )
    again = place.run("apply", "--json", "out.ndjson", status=1).lines
    assert [line["outcome"] for line in again[:-1]] == ["refused", "invalid", "invalid"]


def test_each_line_is_answered_as_replay_answers_it(place: Place) -> None:
    done = place.run("apply", "--json", "-", stdin=(SHOP + "\n" + INVITE).encode(), status=1)
    first, second, summary = done.lines
    assert first["file"] == "-"
    assert (first["line"], first["outcome"], first["events"][0]["type"]) == (1, "accepted", "shop.recorded")
    assert (second["line"], second["outcome"]) == (3, "refused")
    assert [reason["code"] for reason in second["reasons"]] == ["account.not_found"]
    assert second["why"].startswith("There is no TikTok account with this id.")
    assert summary == {
        "summary": {
            "lines": 2,
            "accepted": 1,
            "refused": 1,
            "invalid": 0,
            "rejected": 0,
            "cleaned": 0,
            "dry_run": False,
        }
    }


def test_a_dry_run_says_a_verdict_per_line_and_stores_nothing(place: Place) -> None:
    account = '{"command": "put_account", "account_id": "A", "region": "GB", "registered_in": "ID", "birth_date": "1990-01-01"}\n'
    place.file("c.ndjson", SHOP + account + INVITE + INVITE)
    done = place.run("apply", "--dry-run", "c.ndjson", status=1)
    lines = done.text.splitlines()
    assert lines[:2] == ["c.ndjson: line 1: accepted", "c.ndjson: line 2: accepted"]
    assert lines[2].startswith("c.ndjson: line 3: accepted, but: ")
    assert lines[3].startswith("c.ndjson: line 4: refused: ")
    assert done.err == "4 lines: 3 accepted, 1 refused, 0 invalid (nothing was stored)\n"
    assert place.run("export", "-").out == b""
    assert [path.name for path in place.folder.glob("*.ndjson")] == ["c.ndjson"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("none.csv",), "none.csv: cannot be read: No such file or directory"),
        (("shops.csv", "none.csv"), "none.csv: cannot be read: No such file or directory"),
        (("wrong.csv",), "wrong.csv: line 1: found the column '备注'; shops have 店铺ID|shop_id, "),
        (("shops.csv", "--trust-instants"), "shops.csv: a table names no instants to trust; allowed: NDJSON"),
        (
            ("shops.csv", "--utc-offset", "8"),
            "--utc-offset: found '8'; allowed: an offset such as +08:00 or -05:00",
        ),
        (
            ("shops.csv", "--by", "me"),
            "--by: found 'me'; allowed: shop:ID, creator:ID, support:ID, platform:ID",
        ),
        (("shops.csv", "wrong.csv", "--rejected", "x"), "--rejected: allowed with one FILE only"),
    ],
)
def test_what_cannot_be_read_is_status_2_and_nothing_is_done(
    place: Place, arguments: tuple[str, ...], problem: str
) -> None:
    place.file("shops.csv", HEADER + "S1,x,GB,普招,\r\n")
    place.file("wrong.csv", "店铺ID,经营国家,入驻类型,备注\r\n")
    for dry_run in ((), ("--dry-run",)):
        assert place.run("apply", *dry_run, *arguments, status=2).err.startswith(problem)
    assert place.run("export", "-").out == b""


def test_a_file_of_rejected_lines_that_cannot_be_written_is_status_2(place: Place) -> None:
    place.file("c.ndjson", "no json\n")
    problem = place.run("apply", "c.ndjson", "--rejected", "none/out.ndjson", status=2).err
    assert problem.startswith("none/out.ndjson: cannot be written: No such file or directory")
    assert place.run("export", "none/out.ndjson", status=2).err.startswith(
        "none/out.ndjson: cannot be written: "
    )
    assert place.run("export", "--format", "csv", "x.csv", status=2).err.startswith(
        "--format: found 'csv'; a table needs"
    )


def test_the_first_import_makes_the_tables_and_a_dry_run_says_what_to_do(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path}/none.sqlite3", tmp_path)
    place.file("c.ndjson", SHOP)
    assert "`shoplink migrate` makes it" in place.run("apply", "--dry-run", "c.ndjson", status=2).err
    assert "1 accepted" in place.run("apply", "c.ndjson").err


def test_a_database_that_a_service_owns_is_status_2_and_says_who(place: Place) -> None:
    place.file("c.ndjson", SHOP)
    with serving(place.url, place.folder / "home"):
        problem = place.run("apply", "c.ndjson", status=2).err
        assert "belongs to process" in problem
        assert "POST /v1/commands" in problem
        assert "1 accepted" in place.run("apply", "--dry-run", "c.ndjson").err
    place.run("apply", "c.ndjson")


def test_beside_a_service_on_postgresql_it_takes_in(tmp_path: Path) -> None:
    place = Place(fresh("postgresql"), tmp_path)
    place.file("c.ndjson", SHOP)
    with serving(place.url, place.folder / "home"):
        place.run("apply", "c.ndjson")
        place.run("verify")


def test_who_acts_and_local_time_can_be_given(place: Place) -> None:
    place.file("shops.csv", "shop_id,market,enrolment\nS,GB,open\n")
    place.file("accounts.csv", "account_id,region\nA,GB\n")
    place.file("links.csv", "shop_id,account_id,role,linked_at,note\nS,A,official,2025-01-01 00:00,x\n")
    options = ("--by", "support:li", "--utc-offset", "+08:00", "--skip-column", "Note")
    place.run("apply", *options, "links.csv", "accounts.csv", "shops.csv")
    imported = place.run("export", "--what", "log", "-").lines[-1]
    assert imported["by"] == {"kind": "support", "id": "li"}
    assert imported["linked_at"] == "2024-12-31T16:00:00Z"


def test_on_a_terminal_there_is_a_bar_and_the_rejected_lines_come_after_it(place: Place) -> None:
    place.file("c.ndjson", SHOP + "no json\n" * 30)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [SHOPLINK, "apply", "c.ndjson"],
        stdout=theirs,
        stderr=theirs,
        env=place.environment(),
        cwd=place.folder,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65536)
        except OSError:
            break
    os.close(ours)
    assert process.wait() == 1
    text = shown.decode()
    assert "100%" in text
    after = text[text.index("100%") :]
    assert after.count(": invalid: ") == 20
    assert "c.ndjson: 30 rejected lines are in c.rejected.ndjson" in after


def test_a_hundred_thousand_rows_are_taken_in_at_once_in_bounded_memory(place: Place) -> None:
    rows = "".join(f"S{number},Shop {number},GB,open\n" for number in range(ROWS))
    place.file("shops.csv", f"shop_id,name,market,enrolment\n{rows}")
    with (place.folder / "said.txt").open("w+b") as said:
        process = subprocess.Popen(
            [SHOPLINK, "apply", "shops.csv"], env=place.environment(), cwd=place.folder, stderr=said
        )
        peak_kib = 0
        while process.poll() is None:
            peak_kib = max(peak_kib, peak_memory_kib(process.pid))
            time.sleep(0.02)
        said.seek(0)
        assert said.read().decode() == "100,000 lines: 100,000 accepted, 0 refused, 0 invalid\n"
    assert process.returncode == 0
    assert 0 < peak_kib < ROWS_MEMORY_MAX_MIB * 1024


def peak_memory_kib(pid: int) -> int:
    """The most memory that a process has had; not `ru_maxrss`, which counts the process it was forked from."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) if found else 0


def test_every_command_shows_an_example_and_its_statuses(place: Place) -> None:
    for command in ("apply", "export", "verify"):
        text = place.run(command, "--help").text
        assert f"shoplink {command}" in text.split("Examples:")[1]
        assert "Exit status: 0" in text
