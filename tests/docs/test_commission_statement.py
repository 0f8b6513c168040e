"""The tutorial about orders is one session: every command is executed as it stands, and shows what it says."""

import re
from pathlib import Path

from tests.docs.session import shown_and_written
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


def test_the_tutorial_about_orders_happens_as_it_is_written(tmp_path: Path) -> None:
    shown, written = shown_and_written(PAGE, OWN, tmp_path)
    assert shown == written
    assert len(shown) == 18
