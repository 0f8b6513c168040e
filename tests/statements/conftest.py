"""A desk of each test's own."""

from pathlib import Path

import pytest

from tests.statements.desk import LINKS, Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder with links."""
    monkeypatch.chdir(tmp_path)
    found = Desk(tmp_path)
    found.file("links.csv", LINKS)
    return found
