"""`deploy/shoplink.service`: systemd takes it, it is closed as far as the service allows, and it waits for `serve` to end."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from shoplink.cli.serve import STOP_WITHIN_SECONDS
from tests.server import SHOPLINK
from tests.traceability import ROOT

UNIT = ROOT / "deploy" / "shoplink.service"
PROGRAM = "/opt/shoplink/bin/shoplink"
EXPOSED_AT_MOST = 2.0  # of 10, in systemd's measure
CLOSES_WITHIN_SECONDS = 10


def value(name: str) -> str:
    (found,) = re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    return str(found)


def analysed(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("there is no systemd here")
    return subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with the program where these tests have it."""
    text = UNIT.read_text(encoding="utf-8")
    assert text.count(PROGRAM) == 1
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace(PROGRAM, str(SHOPLINK)), encoding="utf-8")
    return copy


def test_systemd_has_nothing_to_say_against_it(unit: Path) -> None:
    verified = analysed("verify", unit)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    unit.write_text(unit.read_text(encoding="utf-8") + "\n[Service]\nRestart=perhaps\n", encoding="utf-8")
    assert "perhaps" in analysed("verify", unit).stderr


def test_it_is_closed_as_far_as_the_service_allows(unit: Path) -> None:
    looked = analysed("security", "--offline=yes", f"--threshold={round(EXPOSED_AT_MOST * 10)}", unit)
    assert looked.returncode == 0, looked.stdout


def test_it_starts_again_whatever_happens_and_lets_the_service_end() -> None:
    assert value("Restart") == "always"
    assert value("StartLimitIntervalSec") == "0"
    assert int(value("TimeoutStopSec")) >= STOP_WITHIN_SECONDS + CLOSES_WITHIN_SECONDS
    assert value("KillMode") == "mixed", "`serve` ends its own processes"
    assert value("ExecStart") == f"{PROGRAM} serve"
