"""How the code itself is kept: sizes, names, traceability, and what no file may name."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.pages import pages
from tests.traceability import ROOT, rules_in_code, rules_in_tests, rules_of_the_guide

SOURCES = sorted(path for path in (ROOT / "src").rglob("*.py") if path.parent.name != "migrations")
EVERY_MODULE = sorted(
    path for folder in ("src", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
LINES_IN_MODULE_MAX = 300
LINES_IN_FUNCTION_MAX = 60
VAGUE_NAMES = {"utils", "helpers", "common", "manager", "base", "misc"}
NAMED_BY_DJANGO = {ROOT / "src" / "shoplink" / "store" / "postgresql" / "base.py"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_IN_MODULE_MAX


@pytest.mark.parametrize("path", EVERY_MODULE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_fits_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LINES_IN_FUNCTION_MAX, f"{node.name} has {length} lines"


def test_no_module_has_a_vague_name() -> None:
    assert not [path for path in EVERY_MODULE if path.stem in VAGUE_NAMES and path not in NAMED_BY_DJANGO]


READS_THE_CLOCK = re.compile(
    r"\b(?:datetime\.(?:now|utcnow|today)|timezone\.now|date\.today|time\.time(?:_ns)?)\("
)
CLOCKS = {"flows/clock.py", "store/database/owner.py"}
"""The clock of decisions; and the note beside a SQLite file, since when somebody owns it."""


def test_one_module_reads_the_system_clock() -> None:
    """On PostgreSQL it is the database's; a second reader would have another opinion (tests/trust/test_clocks.py)."""
    readers = {
        path.relative_to(ROOT / "src" / "shoplink").as_posix()
        for path in SOURCES
        if READS_THE_CLOCK.search(path.read_text(encoding="utf-8"))
    }
    assert readers == CLOCKS


def test_every_rule_of_the_guide_has_a_test() -> None:
    assert not rules_of_the_guide().keys() - rules_in_tests().keys()


def test_every_rule_that_a_test_or_the_code_names_is_in_the_guide() -> None:
    named = rules_in_tests().keys() | rules_in_code().keys()
    assert named <= rules_of_the_guide().keys()


@pytest.mark.parametrize(("path", "text"), pages().items(), ids=[path.name for path in pages()])
def test_a_generated_page_is_up_to_date(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run `make docs`"


def test_the_lock_names_no_registry_and_hashes_everything() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "http" not in text
        packages = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)
        assert packages
        assert text.count("\\\n") >= len(packages)
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", text.strip()))


def test_every_direct_dependency_is_given_a_reason() -> None:
    page = (ROOT / "docs" / "reference" / "dependencies.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = re.findall(r"^(?:dependencies|dev|bench) = \[(.*?)\]", project, re.MULTILINE | re.DOTALL)
    names = re.findall(r'"([A-Za-z0-9_-]+)', " ".join(section))
    assert len(names) > 8
    assert not [name for name in names if f"| {name} |" not in page]


def test_every_package_of_the_assets_is_given_a_reason_and_locked_without_a_registry() -> None:
    page = (ROOT / "docs" / "reference" / "dependencies.md").read_text(encoding="utf-8")
    project = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    names = [*project["dependencies"], *project["devDependencies"]]
    assert [name for name in names if f"| {name} |" not in page] == []
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    packages = {name: entry for name, entry in locked.items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry or "integrity" not in entry] == []


def test_no_tracked_file_names_a_folder_of_a_machine() -> None:
    tracked = subprocess.run(
        ["git", "grep", "-nIE", r"/(home|root|Users)/[a-z]"],  # noqa: S607 (the git that the checkout was made with)
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    assert not [line for line in tracked if not line.startswith("tests/tidy/")]
