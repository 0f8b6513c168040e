"""The nightly comparison as its how-to has it: the program runs, with what it exits with, and systemd takes the units."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.docs.test_how_tos import blocks
from tests.server import SHOPLINK

PAGE = "compare-every-night.md"
LIST = "/var/lib/shoplink/lists/links.csv"
PROGRAM = "/usr/local/bin/mirror-links"
WORLD = """\
{"command": "put_shop", "shop_id": "S", "market": "GB", "enrolment": "invited", "decided": "elsewhere"}
{"command": "put_account", "account_id": "A", "region": "GB", "handle": "ann"}
"""


def program() -> str:
    (found,) = (text for _, text in blocks(PAGE) if text.startswith("#!"))
    return found


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOPLINK_")}
    environment |= {
        "SHOPLINK_HOME": str(folder / "home"),
        "PATH": f"{folder}{os.pathsep}{environment['PATH']}",
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_nightly_program_takes_over_what_is_certain_and_fails_only_without_a_list(tmp_path: Path) -> None:
    (tmp_path / "shoplink-command").symlink_to(SHOPLINK)
    (tmp_path / "world.ndjson").write_text(WORLD, encoding="utf-8")
    for command in (("migrate",), ("apply", "world.ndjson")):
        assert run(tmp_path, "shoplink-command", *command).returncode == 0
    links, job = tmp_path / "links.csv", tmp_path / "mirror-links"
    assert program().count(LIST) == 1
    job.write_text(program().replace(LIST, str(links)), encoding="utf-8")
    job.chmod(0o755)
    failed = run(tmp_path, str(job))
    assert failed.returncode not in {0, 3}
    for days, text, told in (
        (2, "S,ann,marketing,2026-01-02\n", "1 shops: 1 recorded, 0 left"),
        (1, "S,bob,marketing,2026-01-02\n", "1 shops: 0 recorded, 2 left"),
    ):
        links.write_text(f"shop_id,handle,role,since\n{text}", encoding="utf-8")
        at = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        os.utime(links, (at, at))
        done = run(tmp_path, str(job))
        assert (done.returncode, done.stderr.strip()) == (0, told), done


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("there is no systemd here")
    service, timer = (text for language, text in blocks(PAGE) if language == "ini")
    job = tmp_path / "mirror-links"
    job.write_text(program(), encoding="utf-8")
    job.chmod(0o755)
    paths = tmp_path / "shoplink-mirror.service", tmp_path / "shoplink-mirror.timer"
    for path, text in zip(paths, (service.replace(PROGRAM, str(job)), timer), strict=True):
        path.write_text(text, encoding="utf-8")
    found = subprocess.run([analyse, "verify", *paths], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout + found.stderr) == (0, "")
