"""The tutorial about orders is one session: every command is executed as it stands, and shows what it says."""

import os
import re
import subprocess
from pathlib import Path

from tests.traceability import ROOT

PAGE = ROOT / "docs" / "tutorial" / "commission-statement.md"
OWN = (
    (re.compile(r"link_[0-9a-f]{20}"), "LINK"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "INSTANT"),
    (re.compile(r"\b\d{4}-\d\d\b"), "MONTH"),
    (re.compile(r"(?<=official,,)(\d+,){6}\d+$|(?<=INSTANT,,)(\d+,){4}\d+$", re.MULTILINE), "SUMS"),
    (re.compile(r"\d+ pages"), "PAGES"),
    (re.compile(r"^(official|marketing|affiliate|none): .*$", re.MULTILINE), r"\1: SUMS"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "SEAL"),
    (re.compile(r"^GBP: [\d,]+ (agree|differs?): .*$", re.MULTILINE), r"GBP: SUMS \1"),
    (re.compile(r"by order; \d+ in all"), "by order; COUNT in all"),
)
"""What is different from day to day: ids of links, instants, months, how many there are, and what was sold in one."""


def alike(text: str) -> str:
    text = text.replace("\r\n", "\n").removeprefix("\ufeff").strip()
    for pattern, name in OWN:
        text = pattern.sub(name, text)
    return text


def test_the_tutorial_about_orders_happens_as_it_is_written(tmp_path: Path) -> None:
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
    expected: list[str] = []
    for language, text in given:
        if language == "sh":
            expected.append("")
        else:
            expected[-1] = text
    assert [alike(text) for text in shown[:-1]] == [alike(text) for text in expected]
    assert len(expected) == len(commands) == 18
