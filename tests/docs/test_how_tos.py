"""How-tos happen as they are written: every command is executed as it stands, in order, and shows what the page says."""

import os
import re
import subprocess
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.databases import empty
from tests.server import SHOPLINK
from tests.traceability import ROOT

HOW_TO = ROOT / "docs" / "how-to"
NOT_EXECUTED = {"crontab", "sql"}
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def blocks(page: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page with their languages, in order."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return [(language, textwrap.dedent(block)) for _, language, block in BLOCK.findall(text)]


def walk(folder: Path, page: str, own: Mapping[str, str] | None = None) -> list[int]:
    """Execute each block of commands in a folder of its own; the statuses. What the page shows is what they show.

    `own`: what stands in the place of addresses that are the reader's own.
    """
    (folder / "examples").symlink_to(ROOT / "examples")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOPLINK_")}
    environment["PATH"] = f"{Path(SHOPLINK).parent}{os.pathsep}{environment['PATH']}"
    environment["SHOPLINK_HOME"] = str(folder / "home")
    statuses, shown = [], ""
    for language, text in blocks(page):
        for written, ours in (own or {}).items():
            text = text.replace(written, ours)  # noqa: PLW2901
        if language == "sh":
            done = subprocess.run(
                ["/bin/sh", "-c", text],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=60,
            )
            statuses.append(done.returncode)
            shown = done.stdout.decode()
        elif language not in NOT_EXECUTED:
            assert language == "text"
            for line in text.splitlines():
                assert line in shown, shown
    return statuses


@pytest.mark.parametrize(
    ("page", "statuses"),
    [
        ("take-in-your-shops.md", [0, 0, 1, 0, 0]),
        ("open-a-market.md", [0, 0, 0]),
        ("back-up-and-restore.md", [0, 0, 2]),
    ],
    ids=["take-in-your-shops", "open-a-market", "back-up-and-restore"],
)
def test_a_how_to_happens_as_it_is_written(page: str, statuses: list[int], tmp_path: Path) -> None:
    assert walk(tmp_path, page) == statuses


def test_moving_to_postgresql_and_back_happens_as_it_is_written(tmp_path: Path) -> None:
    own = {"postgresql://shoplink@db/shoplink": f"'{empty('postgresql')}'"}
    assert walk(tmp_path, "move-to-postgresql.md", own) == [0, 0, 0]
