"""The addresses of the built style sheets, scripts and icons, by the names of their sources."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct


class AssetsMissingError(RuntimeError):
    """The front end is not built."""


class _Manifest(Struct, frozen=True):
    """What the build wrote: the file for each name, and the names of the icons."""

    files: dict[str, str]
    icons: frozenset[str]


@cache
def _manifest() -> _Manifest:
    path = files("shoplink.web") / "static" / "built" / "manifest.json"
    if not path.is_file():
        raise AssetsMissingError("the styles and scripts of the pages are not built; run `make assets`")
    return msgspec.json.decode(path.read_bytes(), type=_Manifest)


def asset(name: str) -> str:
    """The address of an asset. Raises KeyError if it is not built, AssetsMissingError if nothing is built."""
    return f"/static/built/{_manifest().files[name]}"


def icon_address(name: str) -> str:
    """The address of an icon. Raises KeyError if it is not built."""
    if name not in _manifest().icons:
        raise KeyError(f"no icon {name!r} is built; run `make assets`")
    return f"{asset('icons.svg')}#{name}"


@cache
def assets_version() -> str:
    """A text that changes whenever any asset changes."""
    return ",".join(_manifest().files.values())
