"""A real browser on a served demo world. Without Chromium these tests are skipped, except in the gate."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from shoplink.store.database.owner import release_ownership
from tests.browser.drive import Demo
from tests.databases import fresh_demo, use
from tests.server import serving

# Playwright keeps an event loop in this thread; our tests do not run in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, shared by all tests of a process."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_service(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Demo]:
    """A served demo world for tests that only read."""
    yield from served(tmp_path_factory.mktemp("demo"), chromium)


@pytest.fixture
def own_demo(tmp_path: Path, chromium: Browser) -> Iterator[Demo]:
    """A served demo world of its own, for tests that change something."""
    yield from served(tmp_path, chromium)


def served(folder: Path, browser: Browser) -> Iterator[Demo]:
    """A demo world in a folder, served until the block ends."""
    url = fresh_demo("sqlite")
    use(url)
    addresses = Demo.addresses_of_the_tour()
    release_ownership()
    # All requests come from one address in quick succession; the rate limit is not under test here.
    with serving(url, folder, SHOPLINK_RATE_PER_SECOND="100000") as address:
        yield Demo(browser, address, addresses)
