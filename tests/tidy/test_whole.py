"""A clone is whole: no test, script or page reads above the repository's root."""

import ast
import os
import re
from pathlib import Path

import pytest

from tests.traceability import ROOT

PROGRAMS = sorted(
    path for folder in ("src", "tests", "benchmarks", "examples") for path in (ROOT / folder).rglob("*.py")
)
SCRIPTS = sorted(
    path
    for path in [ROOT / "Makefile", ROOT / ".ci" / "run", *(ROOT / "src").rglob("*.mjs"), *ROOT.glob("*.*")]
    if path.suffix in {"", ".mjs", ".toml", ".json", ".cfg", ".txt"} and path.is_file()
)
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CLIMBS = re.compile(r"(?:[\w.$(){}-]+/)*\.\.(?:/\.\.)*(?=[/\"'\s]|$)")
LINK = re.compile(r"\]\(([^)\s#]+)[^)\s]*\)|src=\"([^\"]+)\"")

# The names of the folders of this repository that modules share, each with the folder that it stands for.
SHARED_NAMES = {"ROOT": ROOT, "_ROOT": ROOT}


class Folders:
    """What the path expressions of a module come to, as far as they start at the module's own file."""

    def __init__(self, path: Path, source: str) -> None:
        """Know the module's own constants, and the names that are shared between modules."""
        self.path = path
        self.tree = ast.parse(source)
        self.named = {**SHARED_NAMES, "__file__": path}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                folder = self.of(node.value)
                if folder is not None:
                    self.named[node.targets[0].id] = folder

    def of(self, node: ast.expr) -> Path | None:
        """The path that an expression comes to; None if it does not start at a known one."""
        folder = None
        match node:
            case ast.Name(id=name):
                folder = self.named.get(name)
            case ast.Call(func=ast.Name(id="Path" | "open"), args=[ast.Constant(value=str(text)), *_]) if (
                not text.startswith("/")
            ):
                folder = _joined(ROOT, text)
            case ast.Call(func=ast.Name(id="Path"), args=[argument]):
                folder = self.of(argument)
            case ast.Call(func=ast.Attribute(value=value, attr="resolve" | "absolute")):
                folder = self.of(value)
            case ast.Attribute(value=value, attr="parent"):
                folder = _climbed(self.of(value), 1)
            case ast.Subscript(
                value=ast.Attribute(value=value, attr="parents"), slice=ast.Constant(value=int(n))
            ):
                folder = _climbed(self.of(value), n + 1)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                part = right.value if isinstance(right, ast.Constant) else "unknown"
                start = self.of(left)
                folder = start and _joined(start, str(part))
        return folder

    def above_the_root(self) -> list[str]:
        """The expressions of the module that leave the repository."""
        return [
            f"{self.path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
            for node in ast.walk(self.tree)
            if isinstance(node, ast.expr)
            and (folder := self.of(node)) is not None
            and not folder.is_relative_to(ROOT)
        ]


def _climbed(path: Path | None, levels: int) -> Path | None:
    return path and _joined(path, "/".join([".."] * levels))


def _joined(folder: Path, relative: str) -> Path:
    """Where a relative path leads, without asking the disk; an absolute one stays as it is."""
    return Path(os.path.normpath(folder / relative))


def climbing(path: Path, text: str) -> list[str]:
    """The relative paths in a script that leave the repository, read from the script's own folder."""
    return [
        climb[0] for climb in CLIMBS.finditer(text) if not _joined(path.parent, climb[0]).is_relative_to(ROOT)
    ]


def test_no_program_reads_above_the_root() -> None:
    assert len(PROGRAMS) > 100
    found = [
        place
        for path in PROGRAMS
        for place in Folders(path, path.read_text(encoding="utf-8")).above_the_root()
    ]
    assert not found


def test_no_script_reads_above_the_root() -> None:
    assert ROOT / "Makefile" in SCRIPTS
    assert not [
        (path, found) for path in SCRIPTS if (found := climbing(path, path.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize(
    "planted",
    [
        'GUIDE = ROOT.parent / "beside" / "guide.md"',
        'FILES = Path(__file__).resolve().parents[2].parent / "beside"',
        "FILES = Path(__file__).parents[3]",
        'HERE = Path(__file__).parent\nFILES = HERE / "../../../beside"',
        'HERE = ROOT\nopen(HERE.parent / "beside")',
        'open("../beside/guide.md")',
    ],
)
def test_a_program_that_reads_above_the_root_is_found(planted: str) -> None:
    assert Folders(ROOT / "tests" / "tidy" / "planted.py", planted).above_the_root()


@pytest.mark.parametrize(
    "planted", ["\tcp ../beside/guide.md docs", "-r ../requirements.txt", "cd src/../.."]
)
def test_a_script_that_reads_above_the_root_is_found(planted: str) -> None:
    assert climbing(ROOT / "Makefile", planted)


def test_every_link_of_a_page_leads_to_a_file_of_the_repository() -> None:
    broken = []
    for page in PAGES:
        for link in (first or second for first, second in LINK.findall(page.read_text(encoding="utf-8"))):
            target = _joined(page.parent, link)
            if "://" not in link and not (target.exists() and target.is_relative_to(ROOT)):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert not broken


def test_every_page_is_found_from_the_list_of_its_readers() -> None:
    """The specification and the decisions have lists of their own."""
    for folder in ("docs", "docs/specification", "docs/decisions"):
        index = (ROOT / folder / "README.md").read_text(encoding="utf-8")
        listed = {link for link, _ in LINK.findall(index)}
        own = [page for page in PAGES if _list_of(page) == ROOT / folder and page.name != "README.md"]
        assert own
        assert not [page for page in own if page.relative_to(ROOT / folder).as_posix() not in listed]


def _list_of(page: Path) -> Path | None:
    if page.parent == ROOT:
        return None
    return page.parent if page.parent.name in {"specification", "decisions"} else ROOT / "docs"


CITED = re.compile(r"\b([a-z]+)\.md(?:\]\([^)]*\))? section (\d+)")


def test_every_section_that_is_cited_is_in_the_specification() -> None:
    headings = {
        (page.stem, number)
        for page in (ROOT / "docs" / "specification").glob("*.md")
        for number in re.findall(r"^## (\d+)\. ", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    cited = {
        (citation, path.relative_to(ROOT))
        for path in [*PROGRAMS, *PAGES]
        for citation in CITED.findall(path.read_text(encoding="utf-8"))
    }
    assert len({citation for citation, _ in cited}) > 10
    assert not {(citation, path) for citation, path in cited if citation not in headings}


NAMED = re.compile(r"`((?:\w+/)+\w+\.(?:py|toml|md|ndjson|csv|txt|json))`")


def test_every_file_that_a_page_names_is_there() -> None:
    """The specification names what is to be built, too, and its readers know."""
    missing = []
    for page in PAGES:
        if page.parent.name == "specification":
            continue
        for name in NAMED.findall(page.read_text(encoding="utf-8")):
            places = (ROOT / name, ROOT / "src" / "shoplink" / name, page.parent / name)
            if not any(place.exists() for place in places):
                missing.append(f"{page.relative_to(ROOT)}: {name}")
    assert not missing


NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def lacking_tests(text: str) -> list[str]:
    """The tests that a text names, as `path::function`, and that are not there."""
    return [
        f"{path}::{name}"
        for path, name in NAMED_TEST.findall(text)
        if not (ROOT / path).is_file()
        or not re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]


def test_every_test_that_a_page_names_is_there() -> None:
    texts = {page: page.read_text(encoding="utf-8") for page in PAGES}
    assert len(NAMED_TEST.findall(texts[ROOT / "docs" / "explanation" / "security.md"])) > 100
    assert not [(page.name, lacking) for page, text in texts.items() if (lacking := lacking_tests(text))]
    here = "tests/tidy/test_whole.py"
    assert lacking_tests(f"`{here}::test_gone`, `tests/gone.py::test_gone`, `{here}::lacking_tests`") == [
        f"{here}::test_gone",
        "tests/gone.py::test_gone",
    ]
