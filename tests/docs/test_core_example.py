"""The examples of the core as a library run as they are written."""

import contextlib
import doctest
import io
import re
import subprocess
import sys

from shoplink import core
from tests.traceability import ROOT


def test_the_example_in_the_docstring_is_true() -> None:
    result = doctest.testmod(core)
    assert (result.failed, result.attempted) == (0, 8)


def test_the_example_in_the_reference_prints_what_it_says() -> None:
    page = (ROOT / "docs" / "reference" / "core.md").read_text(encoding="utf-8")
    program, printed = re.findall(r"```(?:python)?\n(.*?)```", page, re.DOTALL)[:2]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(program, "core.md", "exec"), {})  # noqa: S102 (our own page)
    assert out.getvalue() == printed


def test_the_core_is_importable_alone_with_msgspec_its_only_import_from_outside() -> None:
    program = (
        "import sys; import shoplink.core; "
        "print(*sorted({name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if not name.startswith(("_", "sitecustom"))}
    # msgspec itself takes typing_extensions where it is installed.
    assert loaded - {"typing_extensions"} == {"msgspec", "shoplink"}
