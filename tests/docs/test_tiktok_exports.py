"""The tutorial about TikTok's exports is one session: every command is executed as it stands, and shows what it says."""

import os
import re
import subprocess
from pathlib import Path

from tests.traceability import ROOT

PAGE = ROOT / "docs" / "tutorial" / "tiktok-exports.md"
OWN = ((re.compile(r"link_[0-9a-f]{20}"), "LINK"), (re.compile(r"\b[0-9a-f]{64}\b"), "SEAL"))
"""What is different each time."""


def alike(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\ufeff", "").strip()
    for pattern, name in OWN:
        text = pattern.sub(name, text)
    return text


def test_the_tutorial_about_tiktoks_exports_happens_as_it_is_written(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    given: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert given.pop(0) == ("sh", "make setup\n")  # the tests run in the set-up that stands
    commands = [text for language, text in given if language == "sh"]
    script = "exec 2>&1\nset -e\n" + "".join(f"{text}echo '<end of block>'\n" for text in commands)
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SHOPLINK_")}
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=ROOT,
        env={**kept, "TMPDIR": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
        timeout=300,
    )
    shown = done.stdout.decode().split("<end of block>\n")
    assert done.returncode == 0, shown[-1]
    expected = [text for language, text in given if language == "text"]
    assert [alike(text) for text in shown[:-1]] == [alike(text) for text in expected]
    assert len(expected) == len(commands) == 6
