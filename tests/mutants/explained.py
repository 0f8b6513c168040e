"""The faults that need no test, each with its reason: `explained.toml`."""

import json
import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_suffix(".toml")


@cache
def explained() -> dict[tuple[str, str, str], str]:
    """The reason of each explained fault, by its file, its place and its change."""
    entries = tomllib.loads(_FILE.read_text())["fault"]
    return {(entry["file"], entry["where"], entry["change"]): entry["why"] for entry in entries}


def as_entry(file: str, where: str, change: str) -> str:
    """An entry of the file, for the reason to be added."""
    fields = {"file": file, "where": where, "change": change, "why": ""}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    return "\n".join(["[[fault]]", *lines])
