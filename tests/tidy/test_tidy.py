"""How the code itself is kept: sizes, names, traceability, and what no file may name."""

import ast
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.pages import pages
from tests.traceability import ROOT, rules_in_code, rules_in_tests, rules_of_the_guide

SOURCES = sorted(path for path in (ROOT / "src").rglob("*.py") if path.parent.name != "migrations")
EVERY_MODULE = sorted(
    path for folder in ("src", "tests", "benchmarks", "tools") for path in (ROOT / folder).rglob("*.py")
)
TEXTS = {".md", ".py", ".html", ".po", ".toml", ".ndjson"}
LINES_IN_MODULE_MAX = 400
LINES_IN_FUNCTION_MAX = 60
VAGUE_NAMES = {"utils", "helpers", "common", "manager", "base", "misc"}
NAMED_BY_DJANGO = {ROOT / "src" / "shoplink" / "store" / "postgresql" / "base.py"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_IN_MODULE_MAX


@pytest.mark.parametrize("path", EVERY_MODULE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_fits_on_a_screen(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    lines = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert not {name: number for name, number in lines.items() if number > LINES_IN_FUNCTION_MAX}


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


MAKES_ELEMENTS = {"web/templatetags/shell.py"}
"""Tags that templates call; what is put into them is escaped by `format_html`."""


def test_html_stands_in_templates() -> None:
    """There, everything is escaped that is not said to be markup; in a string of Python, nothing is."""
    places = {
        path.relative_to(ROOT / "src" / "shoplink").as_posix()
        for path in SOURCES
        if re.search(r"</[a-z]", path.read_text(encoding="utf-8"))
    }
    assert places == MAKES_ELEMENTS


def test_every_rule_of_the_guide_has_a_test() -> None:
    assert not rules_of_the_guide().keys() - rules_in_tests().keys()


def test_every_rule_that_a_test_or_the_code_names_is_in_the_guide() -> None:
    named = rules_in_tests().keys() | rules_in_code().keys()
    assert named <= rules_of_the_guide().keys()


@pytest.mark.parametrize(("path", "text"), pages().items(), ids=[path.name for path in pages()])
def test_a_generated_page_is_up_to_date(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run `make docs`"


def test_the_lock_names_no_registry_and_hashes_everything() -> None:
    locks = sorted(ROOT.glob("requirements*.txt"))
    assert len(locks) == 4
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        packages = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)
        assert packages
        assert text.count("\\\n") >= len(packages)
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=[a-z0-9])", text.strip()))


def test_every_direct_dependency_is_given_a_reason() -> None:
    page = (ROOT / "docs" / "reference" / "dependencies.md").read_text(encoding="utf-8")
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = whole["project"]
    lists = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *whole["dependency-groups"].values(),
    ]
    names = {re.split(r"[^A-Za-z0-9_-]", each, maxsplit=1)[0] for some in lists for each in some}
    of_the_assets = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    listed = set(re.findall(r"^\| (\S+) \|", page, re.MULTILINE)) - {"package", "|"}
    assert len(names) > 30
    assert listed - of_the_assets["dependencies"].keys() - of_the_assets[
        "devDependencies"
    ].keys() == names - {"shoplink"}


NAMES_THE_REGISTRY = re.compile(r"(?:pip|pipx|uv|uvx)\b[^\n`]*\s['\"]?shoplink\b(?![-./])|['\" ]shoplink\[")
"""`shoplink` on the public registry is nobody's; whoever takes the name is installed by what says so."""


def test_nobody_is_told_to_install_a_name_that_is_not_ours() -> None:
    files = [path for folder in ("src", "docs", "examples") for path in (ROOT / folder).rglob("*")]
    shipped = [*(ROOT / "deploy").iterdir(), ROOT / "Makefile"]
    files = [path for path in [*files, *ROOT.glob("*.md")] if path.suffix in TEXTS]
    texts = {path: path.read_text(encoding="utf-8") for path in [*files, *shipped]}
    assert len(texts) > 400
    assert not [str(path) for path, text in texts.items() if NAMES_THE_REGISTRY.search(text)]
    assert NAMES_THE_REGISTRY.search("pip install 'shoplink[spark]'")
    assert NAMES_THE_REGISTRY.search("uv tool install shoplink")
    assert not NAMES_THE_REGISTRY.search("pip install './dist/shoplink-0.1.0-py3-none-any.whl[spark]'")


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
