"""`shoplink replay` as a user runs it: a process with arguments, standard streams and an exit status."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from shoplink.core import AnyEvent
from tests import forked
from tests.traceability import ROOT

EXAMPLE = ROOT / "examples" / "first-week.ndjson"
GOOD = b'{"at": "2026-01-01T00:00:00Z", "command": "put_shop", "shop_id": "s", "market": "GB", "enrolment": "open"}\n'


def shoplink(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return forked.run(arguments, stdin=stdin)


def test_the_example_world_is_replayed_line_by_line() -> None:
    done = shoplink("replay", str(EXAMPLE), "--explain", "zh", "--strict")
    lines = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [line["line"] for line in lines] == list(range(1, 20))
    assert [reason["code"] for reason in lines[5]["reasons"]] == [
        "account.status_not_normal",
        "account.under_age",
        "account.region_mismatch",
        "shop.role_not_available",
    ]
    assert lines[5]["reasons"][1]["detail"] == "账号使用者未满 18 周岁。"
    assert done.stderr.decode() == "19 lines: 14 accepted, 5 refused, 0 invalid\n"


def test_standard_input_is_a_dash() -> None:
    done = shoplink("replay", "-", stdin=GOOD)
    assert done.returncode == 0
    assert msgspec.json.decode(done.stdout)["outcome"] == "accepted"


@pytest.mark.parametrize(("strict", "status"), [((), 0), (("--strict",), 1)])
def test_an_invalid_line_fails_only_a_strict_run(strict: tuple[str, ...], status: int) -> None:
    done = shoplink("replay", "-", *strict, stdin=b"nonsense\n" + GOOD)
    assert done.returncode == status
    assert [msgspec.json.decode(line)["outcome"] for line in done.stdout.splitlines()] == [
        "invalid",
        "accepted",
    ]


def test_a_file_that_is_not_there_is_status_2(tmp_path: Path) -> None:
    done = shoplink("replay", str(tmp_path / "none.ndjson"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert "none.ndjson: cannot be read: No such file or directory" in done.stderr.decode()


def test_a_rulebook_that_is_not_known_is_status_2() -> None:
    done = shoplink("replay", "-", "--rulebook", "nonsense", stdin=GOOD)
    assert (done.returncode, done.stdout) == (2, b"")
    assert "found 'nonsense'; allowed: guide-2024-11, seller-university-2025" in done.stderr.decode()


def test_a_rulebook_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    packaged = (ROOT / "src/shoplink/rulebooks/guide-2024-11.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(
        packaged.replace('name = "guide-2024-11"', 'name = "own"').replace("value = 48", "value = 72")
    )
    activation = b'{"at": "2026-01-02T00:00:00Z", "command": "activate_rulebook", "name": "own", "market": "GB", "effective_from": "2026-01-02T00:00:00Z"}\n'
    done = shoplink("replay", "-", "--rulebook", str(own), stdin=GOOD + activation)
    assert [msgspec.json.decode(line)["outcome"] for line in done.stdout.splitlines()] == ["accepted"] * 2
    own.write_text("name = 3")
    broken = shoplink("replay", "-", "--rulebook", str(own), stdin=GOOD)
    assert broken.returncode == 2
    assert f"{own}: name: found 3; allowed: one line of 1 to 200 characters" in broken.stderr.decode()


def test_a_reader_that_has_seen_enough_ends_the_run_quietly() -> None:
    command = Path(sys.executable).parent / "shoplink"
    script = f'yes "$(cat "{EXAMPLE}")" | head -c 4000000 | "{command}" replay - | head -n 1'
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=False, text=True)
    assert done.stdout.startswith('{"line":1,')
    assert "Traceback" not in done.stderr


def test_help_shows_an_example() -> None:
    text = shoplink("replay", "--help").stdout.decode()
    assert "shoplink replay examples/first-week.ndjson --explain en" in text


def test_every_event_of_an_answer_is_one_of_the_catalogue() -> None:
    done = shoplink("replay", str(EXAMPLE))
    types = {
        event["type"] for line in done.stdout.splitlines() for event in msgspec.json.decode(line)["events"]
    }
    assert types <= {kind.__struct_config__.tag for kind in AnyEvent.__args__}
