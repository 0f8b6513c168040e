"""The field's words in names and sentences: what the glossary in CONTRIBUTING.md replaced does not come back."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.traceability import ROOT

SOURCE = ROOT / "src" / "shoplink"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.parent.name != "migrations")

PARTICIPLES = frozenset(
    [
        "Told",
        "Said",
        "Asked",
        "Seen",
        "Done",
        "Found",
        "Sent",
        "Shown",
        "Posted",
        "Delivered",
        "Ticked",
        "Counted",
        "Wanted",
        "Stated",
        "Picked",
        "Judged",
        "Staged",
        "Touched",
        "Loaded",
        "Granted",
        "Recorded",
        "Verified",
        "Tallied",
    ]
)
"""Participles that stood for nouns. Decisions and events are past tense on purpose: Accepted, LinkInvited."""

POETIC = frozenset(
    [
        "together",
        "around",
        "away",
        "ending",
        "tell",
        "post",
        "past",
        "trial",
        "outlook",
        "meter",
        "shut_out",
        "turn",
        "dress",
        "enter",
        "arrive",
        "said",
        "goods",
    ]
)
"""Names that said nothing of what is inside, or another word than the glossary's."""

ONE_MEANING = frozenset(["Step", "Row", "find", "Problem", "claim", "settle", "page"])
"""Public names that stood in several modules with several meanings; each may stand in one."""

SENTENCES = re.compile(
    r"\b(whoever|whomever|all the same|for ever|is told so|are told so|nobody is ever|hand-off (links?|person)|shut out|strikes? off)\b",
    re.IGNORECASE,
)
"""Idioms that a native engineer sends back, and words that the glossary replaced."""


def definitions(path: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def parameters(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.arg):
            yield node.arg


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_names_are_the_fields_words(path: Path) -> None:
    names = {path.stem, *(node.name for node in definitions(path))}
    assert not names & (PARTICIPLES | POETIC)
    assert not {"said", "goods"} & set(parameters(path))


def test_no_module_takes_its_neighbours_overflow() -> None:
    """`help_more` beside `help`, `show2`, `schema_rest`: a module is named after its topic."""
    overflow = re.compile(r"([a-z_]{3,}\d|_(more|rest|other|others|extra|too|afterwards|again|part))$")
    assert not [path for path in MODULES if overflow.search(path.stem)]


def test_a_public_name_has_one_meaning() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in definitions(path):
            places[node.name].append(str(path.relative_to(SOURCE)))
    assert not {name: where for name, where in places.items() if name in ONE_MEANING and len(where) > 1}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_sentences_are_plain(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert not [(number, line) for number, line in enumerate(lines, 1) if SENTENCES.search(line)]


def test_a_folder_holds_twenty_modules_at_most() -> None:
    folders = {path.parent for path in MODULES}
    sizes = {str(folder.relative_to(SOURCE)): len(list(folder.glob("*.py"))) for folder in folders}
    assert not {folder: size for folder, size in sizes.items() if size > 20}
