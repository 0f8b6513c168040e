"""A real browser on a served demo world. Without a Chromium these tests are skipped, by name, outside the gate only."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from shoplink.store.database.owner import release
from tests.browser.drive import Demo
from tests.databases import fresh_demo, use
from tests.server import serving

# Playwright keeps an event loop in this thread, in which no test of ours runs.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, once for all tests of a process."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_service(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Demo]:
    """The demo world, served; for tests that only look."""
    yield from served(tmp_path_factory.mktemp("demo"), chromium)


@pytest.fixture
def own_demo(tmp_path: Path, chromium: Browser) -> Iterator[Demo]:
    """A demo world of a test's own, served; for tests that change something."""
    yield from served(tmp_path, chromium)


def served(folder: Path, browser: Browser) -> Iterator[Demo]:
    """A demo world in a folder, served until the caller has seen enough of it."""
    url = fresh_demo("sqlite")
    use(url)
    addresses = Demo.addresses_of_the_tour()
    release()
    # Addresses are asked for in quick succession by one machine: its limit is not what is tested here.
    with serving(url, folder, SHOPLINK_RATE_PER_SECOND="100000") as address:
        yield Demo(browser, address, addresses)
