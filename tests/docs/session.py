"""A tutorial as one session: every command is executed as it stands, and what it says is what the page shows."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.traceability import ROOT

Own = Sequence[tuple["re.Pattern[str]", str]]
"""What is different from one session to the next, and the word that stands for it."""


def shown_and_written(page: Path, own: Own, folder: Path) -> tuple[list[str], list[str]]:
    """What each block of commands says, and what the page says of it; temporary files are in the folder."""
    text = page.read_text(encoding="utf-8")
    given: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert given.pop(0) == ("sh", "make setup\n")  # the tests run in the set-up that stands
    commands = [block for language, block in given if language == "sh"]
    script = "exec 2>&1\nset -e\n" + "".join(f"{block}echo '<end of block>'\n" for block in commands)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHOPLINK_")}
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=ROOT,
        env={**kept, "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        timeout=300,
    )
    shown = done.stdout.decode().split("<end of block>\n")
    assert done.returncode == 0, shown[-1]
    written: list[str] = []
    for language, block in given:
        if language == "sh":
            written.append("")
        else:
            written[-1] = block
    return [_alike(block, own) for block in shown[:-1]], [_alike(block, own) for block in written]


def _alike(text: str, own: Own) -> str:
    text = text.replace("\r\n", "\n").replace("\ufeff", "").strip()
    for pattern, name in own:
        text = pattern.sub(name, text)
    return text
