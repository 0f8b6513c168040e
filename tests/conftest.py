"""What all tests share: under SHOPLINK_NO_SKIP=1, as in the gate, a skipped test is a failure."""

import os
import tempfile

import django
import pytest

os.environ.setdefault("SHOPLINK_SECRET_KEY", "a key for the tests")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
os.environ.setdefault("SHOPLINK_HOME", tempfile.mkdtemp(prefix="shoplink-tests-"))
django.setup()

pytest_plugins = ["tests.databases"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def] # noqa: ANN201, ARG001
    report = yield
    if report.skipped and os.environ.get("SHOPLINK_NO_SKIP") == "1":
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and in the gate nothing may be: {report.longrepr}"
    return report
