"""The bill of materials of what is shipped, `python -m tools.sbom FILE`: CycloneDX 1.6, as JSON, valid or not written."""

import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.tool import Tool
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from tools.shipped import ROOT, Package, shipped


def sbom() -> str:
    """The bill, with hash, licence and dependencies of each package. Raises ValueError if it is not valid CycloneDX."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    product = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        bom_ref=project["name"],
        licenses=[LicenseFactory().make_from_string(project["license"])],
    )
    packages = shipped()
    components = {package: component(package) for package in packages}
    bom = Bom(components=components.values())
    bom.metadata.component = product
    bom.metadata.tools.tools.add(Tool(name="cyclonedx-python-lib", version=version("cyclonedx-python-lib")))
    needs: dict[str, list[Component]] = {}
    for package in packages:
        for name in package.needed_by:
            needs.setdefault(name, []).append(components[package])
    bom.register_dependency(product, needs[product.name])
    for package in packages:
        bom.register_dependency(components[package], needs.get(package.name, []))
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(str(error))
    return f"{text}\n"


def component(package: Package) -> Component:
    """What the bill says of a package. Its hashes are those of all its files that the lock admits."""
    return Component(
        type=ComponentType.LIBRARY,
        name=package.name,
        version=package.version,
        bom_ref=package.purl,
        purl=PackageURL.from_string(package.purl),
        licenses=[LicenseFactory().make_from_string(package.licence)],
        hashes=[HashType(alg=HashAlgorithm(kind), content=digest) for kind, digest in package.hashes],
        description=package.note or None,
    )


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(sbom(), encoding="utf-8")
