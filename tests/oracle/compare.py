"""Compares the answers of the core and of the oracle in the promised fields (interfaces.md section 1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from shoplink.core import Rulebook, World
from shoplink.flows.file.replay import replay

from .naive import Command, Naive, to_wire

Answer = dict[str, Any]


def compared(answer: Mapping[str, Any]) -> Answer:
    """The promised fields of an answer in the form of `replay`; all others may vary."""
    return {
        "line": answer["line"],
        "outcome": answer["outcome"],
        "events": [
            {key: event[key] for key in ("type", "at", "shop_id", "account_id", "against") if event.get(key)}
            for event in answer["events"]
        ],
        "warnings": list(answer["warnings"]),
        "reasons": [
            {key: reason[key] for key in ("code", "next_actor", "possible_at")}
            for reason in answer["reasons"]
        ],
    }


def encoded(commands: Iterable[Command]) -> Iterator[bytes]:
    """Each command as a line of a file."""
    for command in commands:
        yield json.dumps(command, ensure_ascii=False).encode() + b"\n"


def core_answers(
    commands: Iterable[Command], rulebook: str, rulebooks: Mapping[str, Rulebook]
) -> Iterator[Answer]:
    """The core's answers to commands under a rulebook, through `replay`."""
    world = World(rulebooks, rulebooks[rulebook])
    return map(compared, replay(encoded(commands), world))


def oracle_answers(commands: Iterable[Command], rulebook: str) -> Iterator[Answer]:
    """The oracle's answers to commands under a rulebook."""
    world = Naive(rulebook)
    for number, command in zip(count(1), commands, strict=False):
        yield compared({"line": number, **to_wire(world.run(command))})


def first_difference(commands: list[Command], rulebook: str, rulebooks: Mapping[str, Rulebook]) -> str | None:
    """The first command on which core and oracle disagree, with both answers; None if they agree."""
    pairs = zip(
        commands,
        core_answers(commands, rulebook, rulebooks),
        oracle_answers(commands, rulebook),
        strict=True,
    )
    for command, core, oracle in pairs:
        if core != oracle:
            return f"{rulebook}: {json.dumps(command)}\n  core:   {core}\n  oracle: {oracle}"
    return None
