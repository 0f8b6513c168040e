"""The tutorial for agencies is one session: every command is executed as it stands, and shows what it says."""

import re
from pathlib import Path

from tests.docs.session import shown_and_written
from tests.traceability import ROOT

PAGE = ROOT / "docs" / "tutorial" / "agency-mirror.md"
OWN = ((re.compile(r"link_[0-9a-f]{20}"), "LINK"),)
"""What is different each time."""


def test_the_tutorial_for_agencies_happens_as_it_is_written(tmp_path: Path) -> None:
    shown, written = shown_and_written(PAGE, OWN, tmp_path)
    assert shown == written
    assert len(shown) == 7
