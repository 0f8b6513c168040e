"""What is shipped: every package of the run-time lock, and every npm package whose code the pages' assets contain."""

import base64
import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

ROOT = Path(__file__).resolve().parents[1]
KNOWN = tomllib.loads((ROOT / "tools" / "licences.toml").read_text(encoding="utf-8"))
BUILDS = {"esbuild"}
"""npm packages that make the assets and are in none of them."""


class UnknownLicenceError(Exception):
    """A package is shipped, and nobody knows under which licence; the text names it and what to do."""


class Package(NamedTuple):
    """A package at one version: its registry's kind, its licence (SPDX), hashes of its files, who needs it, what to know."""

    kind: str
    name: str
    version: str
    licence: str
    hashes: tuple[tuple[str, str], ...]
    needed_by: frozenset[str]
    note: str

    @property
    def purl(self) -> str:
        """Its name among all packages there are."""
        return f"pkg:{self.kind}/{self.name.replace('@', '%40')}@{self.version}"


def shipped() -> list[Package]:
    """All of them, by kind and name. Raises UnknownLicenceError."""
    return sorted([*of_the_lock((ROOT / "requirements.txt").read_text(encoding="utf-8")), *of_the_assets()])


def of_the_lock(text: str) -> Iterator[Package]:
    """The Python packages of a lock file. A name stands twice if its version depends on Python's."""
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        name, version = re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==([^ ;\\]+)", block)[0]
        hashes = tuple(("SHA-256", digest) for digest in re.findall(r"--hash=sha256:([0-9a-f]{64})", block))
        comment = block[block.index("# via") :].removeprefix("# via")
        needed_by = frozenset(
            re.findall(r"[a-z0-9][a-z0-9-]*(?=\s|$)", comment.replace("(pyproject.toml)", ""))
        )
        yield Package(
            "pypi", name, version, licence_of(name), hashes, needed_by, KNOWN["notes"].get(name, "")
        )


def licence_of(name: str) -> str:
    """The licence of a Python package as an SPDX expression: what its metadata say, else what we read in its files.

    Raises UnknownLicenceError.
    """
    texts = [KNOWN["licences"].get(name)]
    with suppress(metadata.PackageNotFoundError):
        said = metadata.metadata(name).json
        texts = [str(said.get("license_expression", "")), str(said.get("license", "")), *texts]
    for text in texts:
        try:
            return str(canonicalize_license_expression(text or ""))
        except InvalidLicenseExpression:
            continue
    raise UnknownLicenceError(
        f"{name}: its metadata give no SPDX licence; read its files, and add it to tools/licences.toml"
    )


def of_the_assets() -> Iterator[Package]:
    """The npm packages that the assets are made of, as the npm lock names them."""
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    needed_by: dict[str, set[str]] = {}
    ahead = [("shoplink", name) for name in locked[""]["dependencies"].keys() - BUILDS]
    while ahead:
        needing, name = ahead.pop()
        if name not in needed_by:
            ahead += [(name, other) for other in locked[f"node_modules/{name}"].get("dependencies", {})]
        needed_by.setdefault(name, set()).add(needing)
    for name, needing_it in needed_by.items():
        entry = locked[f"node_modules/{name}"]
        if "license" not in entry:
            raise UnknownLicenceError(f"{name}: the npm lock gives no licence")
        algorithm, digest = entry["integrity"].split("-", 1)
        hashes = ((algorithm.upper().replace("SHA", "SHA-"), base64.b64decode(digest).hex()),)
        note = KNOWN["notes"].get(name, "")
        yield Package("npm", name, entry["version"], entry["license"], hashes, frozenset(needing_it), note)
