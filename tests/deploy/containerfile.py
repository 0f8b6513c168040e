"""`deploy/Containerfile`, read: its stages, each a list of instructions with what they are given."""

import json
from typing import NamedTuple

from tests.traceability import ROOT

PATH = ROOT / "deploy" / "Containerfile"


class Instruction(NamedTuple):
    """One instruction, such as RUN, and the rest of its line."""

    name: str
    text: str


def stages() -> list[list[Instruction]]:
    """The stages in order; each begins with its FROM."""
    found: list[list[Instruction]] = []
    for line in PATH.read_text(encoding="utf-8").replace("\\\n", "").splitlines():
        if not line or line.startswith("#"):
            continue
        name, _, text = line.partition(" ")
        if name == "FROM":
            found.append([])
        found[-1].append(Instruction(name, text.strip()))
    return found


def given(name: str, stage: int = -1) -> list[str]:
    """What each instruction of this name is given in a stage, by default in the last."""
    return [each.text for each in stages()[stage] if each.name == name]


def command(text: str) -> list[str]:
    """The program and its arguments, from the form that no shell reads."""
    words: list[str] = json.loads(text[text.index("[") :])
    return words
