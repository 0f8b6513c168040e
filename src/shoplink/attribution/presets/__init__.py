"""Mappings for the exports of platforms, shipped with the package: each is an ordinary mapping, found by the header of a file."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from shoplink.attribution.input_files import opened
from shoplink.attribution.mapping import REQUIRED, Field, Mapping, own_names, parse_mapping
from shoplink.table.error import TableError
from shoplink.table.header import plain_header
from shoplink.table.read import open_table

PRESETS = ("tiktok-orders", "tiktok-affiliate", "tiktok-affiliate-creator", "douyin-orders")
PAID = ("tiktok-affiliate-paid",)
"""Presets for `reconcile`, which looks for them before the others: what a platform paid."""

_STANDS_FOR: dict[str, Any] = {
    "time_zone": "UTC",
    "constants": {"shop_id": "-", "currency": "XAF"},
}
"""What makes every preset a whole mapping, so that its columns can be looked at."""


def preset_text(name: str) -> str:
    """The TOML of a preset."""
    return (files(__name__) / f"{name}.toml").read_text(encoding="utf-8")


@cache
def preset(name: str) -> Mapping:
    """A preset by itself; what it does not say stands for something."""
    return parse_mapping(preset_text(name), name, _STANDS_FOR)


def preset_to_look_with(name: str, more: dict[str, Any]) -> Mapping:
    """A preset with what else is said of a file, even if that is not all that a whole mapping needs."""
    stands: dict[str, str] = _STANDS_FOR["constants"]
    constants = {**stands, **more.get("constants", {})}
    found = parse_mapping(preset_text(name), name, {**more, "constants": constants})
    return replace(
        found, constants={field: text for field, text in found.constants.items() if stands.get(field) != text}
    )


def recognised(path: Path, among: Sequence[str] = PRESETS) -> str:
    """The name of the first preset that a table's header fits; '' if it fits none, or the names of fields. Raises OSError."""

    def find(cells: Sequence[str]) -> str | None:
        if fits(own_names(), cells):
            return ""
        return next((name for name in among if fits(preset(name), cells)), None)

    with suppress(TableError), opened(path) as stream:
        return open_table(str(path), stream, find).found
    return ""


def fits(mapping: Mapping, header: Sequence[str]) -> bool:
    """Whether a header has every column that a mapping needs: of required fields and of rules, and who promoted an order."""
    there = set(map(plain_header, header))
    named = mapping.named_as_in(header)
    fields: tuple[Field, ...] = (*REQUIRED, "account_id", "handle", "commission")
    needed = [named.columns[field] for field in fields if field in named.columns]
    return all(plain_header(column) in there for column in (*needed, *named.rows.columns))
