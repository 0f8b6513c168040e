"""The built style sheets, scripts and icons: a name as its source has it, to the address it is served at."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct


class AssetsMissingError(RuntimeError):
    """The front end was not built."""


class _Built(Struct, frozen=True):
    """What was built: the file of each name, and the icons that there are."""

    files: dict[str, str]
    icons: frozenset[str]


@cache
def _built() -> _Built:
    manifest = files("shoplink.web") / "static" / "built" / "manifest.json"
    if not manifest.is_file():
        raise AssetsMissingError("the styles and scripts of the pages are not built; run `make assets`")
    return msgspec.json.decode(manifest.read_bytes(), type=_Built)


def asset(name: str) -> str:
    """The address of an asset. Raises KeyError for one that is not built, AssetsMissingError if none is."""
    return f"/static/built/{_built().files[name]}"


def icon_address(name: str) -> str:
    """The address of an icon. Raises KeyError for one that is not built."""
    if name not in _built().icons:
        raise KeyError(f"no icon {name!r} is built; run `make assets`")
    return f"{asset('icons.svg')}#{name}"


@cache
def build() -> str:
    """What changes whenever any asset does."""
    return ",".join(_built().files.values())
