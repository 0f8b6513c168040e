"""What all tests share.

In the gate (SHOPLINK_NO_SKIP=1) a skipped test is a failure, and Hypothesis tries the same examples each time: the gate
says whether a change is sound; new examples are looked for outside of it.
"""

import os
import sys

import django
import pytest
from hypothesis import settings

from tests import run_folder
from tools.catalogue import compile_catalogues

os.environ.setdefault("SHOPLINK_SECRET_KEY", "a key for the tests")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
FOLDER = run_folder.enter()
os.environ["SHOPLINK_HOME"] = str(FOLDER)
if sys.dont_write_bytecode:
    # The tests start hundreds of processes: compiling everything for each of them takes longer than the tests.
    del os.environ["PYTHONDONTWRITEBYTECODE"]
    os.environ["PYTHONPYCACHEPREFIX"] = str(FOLDER / "bytecode")
compile_catalogues()  # a checkout may have brought new sentences
django.setup()

IN_THE_GATE = os.environ.get("SHOPLINK_NO_SKIP") == "1"
settings.register_profile("gate", derandomize=True)
if IN_THE_GATE:
    settings.load_profile("gate")

pytest_plugins = ["tests.databases"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def] # noqa: ANN201, ARG001
    report = yield
    if report.skipped and IN_THE_GATE:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and in the gate nothing may be: {report.longrepr}"
    return report
