"""What all tests share.

In the gate (SHOPLINK_NO_SKIP=1) a skipped test is a failure, and Hypothesis tries the same examples each time: the gate
says whether a change is sound; new examples are looked for outside of it.
"""

import os
import sys
from itertools import chain, groupby, islice

import django
import pytest
from django.conf import settings as django_settings
from hypothesis import settings

from tests import run_folder
from tools.catalogue import compile_catalogues

os.environ.setdefault("SHOPLINK_SECRET_KEY", "a key for the tests, which nobody else uses")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
FOLDER = run_folder.enter()
os.environ["SHOPLINK_HOME"] = str(FOLDER)
if sys.dont_write_bytecode:
    # The tests start hundreds of processes: compiling everything for each of them takes longer than the tests.
    del os.environ["PYTHONDONTWRITEBYTECODE"]
    os.environ["PYTHONPYCACHEPREFIX"] = str(FOLDER / "bytecode")
compile_catalogues()  # a checkout may have brought new sentences
django.setup()
django_settings.ALLOWED_HOSTS.append("testserver")  # what Django's test client calls the service

IN_THE_GATE = os.environ.get("SHOPLINK_NO_SKIP") == "1"
settings.register_profile(
    "tests", derandomize=IN_THE_GATE, max_examples=int(os.environ.get("SHOPLINK_EXAMPLES", "100"))
)
settings.load_profile("tests")

LONG = {"browser", "trust", "docs", "cli", "attribution", "package"} | {
    "test_every_page",
    "test_message_kill",
    "test_schemathesis",
    "test_statements",
}
"""The folders and modules with the longest tests."""

pytest_plugins = ["tests.databases"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database sqlite` leaves out the tests that have a database of another kind."""
    parser.addoption(
        "--database", choices=["sqlite", "postgresql"], help="run tests on this kind of database only"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests on another database than the one asked for, and deal the others to the workers."""
    wanted = config.getoption("--database")
    if wanted is not None:
        others = {"sqlite", "postgresql"} - {wanted}
        left_out = {item for item in items if _values(item) & others}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    items[:] = _dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _dealt(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Put the tests in an order in which no worker has a long one left when the others are done.

    Each worker begins with an equal number of tests that follow each other, and takes from others when it has done them.
    So each of these parts begins with its share of the long tests, module by module, and ends with short ones.
    """
    long = [item for item in items if {item.path.parent.name, item.path.stem} & LONG]
    taken = set(long)
    short = iter([item for item in items if item not in taken])
    parts: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for number, (_, module) in enumerate(groupby(long, key=lambda item: item.path)):
        parts[number % workers] += module
    for part in parts:
        part.extend(islice(short, max(len(items) // workers - len(part), 0)))
    return [*chain.from_iterable(parts), *short]


def _values(item: pytest.Item) -> set[str]:
    """The values of a test's parameters that are texts."""
    called = getattr(item, "callspec", None)
    return {value for value in called.params.values() if isinstance(value, str)} if called else set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def] # noqa: ANN201, ARG001
    report = yield
    if report.skipped and IN_THE_GATE:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and in the gate nothing may be: {report.longrepr}"
    return report
