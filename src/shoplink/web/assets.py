"""The built style sheets, scripts and icons: a name as its source has it, to the address it is served at."""

import json
from functools import cache
from importlib.resources import files


class AssetsMissingError(RuntimeError):
    """The front end was not built."""


@cache
def _built() -> dict[str, str]:
    manifest = files("shoplink.web") / "static" / "built" / "manifest.json"
    if not manifest.is_file():
        raise AssetsMissingError("the front end is not built; run `make assets`")
    names: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return names


def asset(name: str) -> str:
    """The address of an asset. Raises KeyError for one that is not built, AssetsMissingError if none is."""
    return f"/static/built/{_built()[name]}"


@cache
def build() -> str:
    """What changes whenever any asset does."""
    return ",".join(_built().values())
