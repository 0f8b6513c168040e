"""What hatchling asks before it builds: a package that lacks a part is not built."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):  # type: ignore[misc, unused-ignore] # where hatchling is not installed
    """Compiles the catalogues, and holds that the pages' assets are built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's)
        """End the build with a sentence if a part is missing; an editable install is the checkout, whatever it has."""
        if version == "editable":
            return
        root = Path(self.root)
        subprocess.run([sys.executable, root / "tools" / "catalogue.py"], check=True)
        built = root / "src" / "shoplink" / "web" / "static" / "built"
        manifest = built / "manifest.json"
        if not manifest.is_file():
            self.app.abort(
                "The pages' assets are not built, and without them nothing is packed; `make wheel` does both."
            )
        names = json.loads(manifest.read_text(encoding="utf-8"))["files"].values()
        if missing := [name for name in names if not (built / name).is_file()]:
            self.app.abort(
                f"Of the pages' assets {', '.join(missing)} is missing; `make clean wheel` builds them anew."
            )
