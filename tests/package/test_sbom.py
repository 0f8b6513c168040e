"""The bill of materials names every package that is shipped, with its version, hashes and licence, and is valid CycloneDX."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.traceability import ROOT
from tools import shipped


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """As `make sbom` writes it, which validates it against the schema of CycloneDX."""
    target: Path = tmp_path_factory.mktemp("sbom") / "dist" / "shoplink.cdx.json"
    subprocess.run([sys.executable, "-m", "tools.sbom", target], cwd=ROOT, check=True)
    whole: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return whole


def test_every_package_of_the_lock_is_in_it_with_version_hashes_and_licence(bill: dict[str, Any]) -> None:
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    listed = {part["purl"]: part for part in bill["components"]}
    locked = re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==([^ ;\\]+)", lock, re.MULTILINE)
    assert len(locked) > 50
    assert not [
        f"{name}=={version}" for name, version in locked if f"pkg:pypi/{name}@{version}" not in listed
    ]
    assert all(part["licenses"] and part["hashes"] for part in listed.values())
    digests = {digest["content"] for part in listed.values() for digest in part["hashes"]}
    assert set(re.findall("sha256:([0-9a-f]{64})", lock)) <= digests


def test_what_the_assets_contain_is_in_it_and_what_only_makes_them_is_not(bill: dict[str, Any]) -> None:
    names = {part["name"] for part in bill["components"] if part["purl"].startswith("pkg:npm/")}
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"].keys()
    assert asked - names == {"esbuild"}
    assert {"bootstrap", "@popperjs/core", "zrender"} <= names


def test_whatever_is_shipped_is_needed_by_something_that_is(bill: dict[str, Any]) -> None:
    refs = {"shoplink", *(part["bom-ref"] for part in bill["components"])}
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert needs.keys() == refs
    reached, ahead = set(), ["shoplink"]
    while ahead:
        ref = ahead.pop()
        if ref not in reached:
            reached.add(ref)
            ahead += needs[ref]
    assert reached == refs


def test_a_package_whose_licence_nobody_knows_is_named() -> None:
    lock = f"nobody-knows==1.0 \\\n    --hash=sha256:{'0' * 64}\n    # via shoplink (pyproject.toml)\n"
    with pytest.raises(shipped.UnknownLicenceError, match=r"^nobody-knows: .* tools/licences\.toml$"):
        list(shipped.of_the_lock(lock))


def test_every_note_and_licence_of_ours_is_about_something_that_is_shipped() -> None:
    names = {package.name for package in shipped.shipped()}
    assert {*shipped.KNOWN["licences"], *shipped.KNOWN["notes"]} <= names
