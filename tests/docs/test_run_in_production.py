"""The page about production, walked: every command in an empty folder, TLS by the shipped proxy, e-mail over SMTP, and a browser.

What needs a machine of its own is done by the test as the page says it: the packages and the wheel are there
(tests/package/test_wheel.py installs one), and the unit is started as systemd would start it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from tests import mailbox, server
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.deploy.proxy import HOST, proxying
from tests.docs.test_how_tos import blocks
from tests.server import SHOPLINK, free_port
from tests.traceability import ROOT

PAGE = "run-in-production.md"
PLATFORM, SELLER, SHOP = "mei@example.com", "seller@example.com", "Sunlit Homes GB"
PASSWORD, KEPT = "a long enough sentence", "a sentence that stays"
OF_THE_MACHINE = ("sudo apt-get ", "sudo python3 -m venv ", "sudo /opt/shoplink/bin/pip ", "sudo useradd ")
BY_SYSTEMD = ("sudo systemctl daemon-reload", "sudo systemctl restart caddy")
START = "sudo systemctl enable --now shoplink"


class Server:
    """The operator's machine: a folder that stands for its root, in which the page's commands run."""

    def __init__(self, root: Path, running: ExitStack) -> None:
        self.root, self.port, self.running = root, free_port(), running
        self.here = root / "here"
        shutil.copytree(ROOT / "deploy", self.here / "deploy")
        for file in (self.here / "deploy").iterdir():
            file.write_text(self.on_it(file.read_text(encoding="utf-8")), encoding="utf-8")
        for folder in ("etc/caddy", "etc/systemd/system", "opt/shoplink/bin", "usr/local/bin", "var/lib"):
            (root / folder).mkdir(parents=True)
        (root / "opt/shoplink/bin/shoplink").symlink_to(SHOPLINK)
        (root / "usr/local/bin/sudo").write_text('#!/bin/sh\nexec "$@"\n', encoding="utf-8")
        (root / "usr/local/bin/sudo").chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHOPLINK_")}
        self.environment = {
            **kept,
            "PATH": f"{root}/usr/local/bin:{os.environ['PATH']}",
            "HOME": str(self.here),
        }

    def on_it(self, text: str) -> str:
        """A text with the machine's folders in this one, and its user being this one."""
        text = re.sub(r"(?<![\w./])/(etc|opt|usr/local|var/lib)/", rf"{self.root}/\1/", text)
        return re.sub(r" -o shoplink( -g shoplink)?|setpriv --reuid=.*--init-groups ", "", text)

    def run(self, line: str) -> str:
        """What a command of the page says."""
        if line.startswith(OF_THE_MACHINE) or line in BY_SYSTEMD:
            return ""
        if line == START:
            self._start()
            return ""
        done = subprocess.run(
            ["/bin/sh", "-c", self.on_it(line)],
            cwd=self.here,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}"
        return done.stdout

    def _start(self) -> None:
        unit = (self.root / "etc/systemd/system/shoplink.service").read_text(encoding="utf-8")
        told = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
        lines = [told["Environment"], *Path(told["EnvironmentFile"]).read_text(encoding="utf-8").splitlines()]
        sets = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        program, word = told["ExecStart"].split()
        assert (program, word) == (f"{self.root}/opt/shoplink/bin/shoplink", "serve")
        sets["SHOPLINK_SECRET_KEY"] = ""  # these tests have one
        process = server.start("", Path(sets.pop("SHOPLINK_HOME")), self.port, program=[program], **sets)
        self.running.callback(server.stop, process)
        proxy = self.running.enter_context(proxying("caddy", f"127.0.0.1:{self.port}", self.root))
        self.proxy_port = proxy.port
        # Here, the name leads to the proxy of this test, and nobody vouches for its certificate.
        curl = f'connect-to = "{HOST}:443:127.0.0.1:{proxy.port}"\ninsecure\n'
        (self.here / ".curlrc").write_text(curl, encoding="utf-8")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Server]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with ExitStack() as running:
        yield Server(tmp_path, running)


def test_from_nothing_to_the_first_seller_signed_in(machine: Server) -> None:
    # Playwright starts only in a thread without an event loop, and the browser of tests/browser keeps one in this thread.
    with mailbox.receiving() as letters, ThreadPoolExecutor(1) as own_thread:
        link = operate(machine)
        own_thread.submit(walk_the_pages, machine, link, letters).result()


def walk_the_pages(machine: Server, link: str, letters: mailbox.Mailbox) -> None:
    """What steps 7 to 9 say, in a browser: the first person joins, and invites a seller, who joins."""
    rule = f"--host-resolver-rules=MAP {HOST}:443 127.0.0.1:{machine.proxy_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, rule])
        platform, seller = (
            browser.new_context(ignore_https_errors=True, locale="en-GB").new_page() for _ in range(2)
        )
        join(platform, link, "Mei Chen", PLATFORM)
        assert platform.url == f"https://{HOST}/platform/"
        confirm_the_address(platform, letters)
        invite_the_seller(platform)
        (sent,) = set(re.findall(rf"https://{HOST}/join/\S+", letters.text(SELLER)))
        join(seller, sent, "Lan Wang", SELLER)
        assert SHOP in seller.get_by_role("main").inner_text()
        assert seller.url.startswith(f"https://{HOST}/seller/")
        browser.close()


def operate(machine: Server) -> str:
    """Walk the page's commands; the link of the first person. What the page shows is what they say."""
    said, link = "", ""
    for language, text in blocks(PAGE):
        if language == "sh":
            said = "".join(machine.run(line) for line in text.splitlines())
            found = re.search(rf"https://{HOST}/join/\S+", said)
            link = found[0] if found else link
        elif language == "ini" and not link:
            write_settings(machine, text)
        elif language == "text":
            assert text.strip() in said
    return link


def write_settings(machine: Server, shown: str) -> None:
    """What step 3 says: the settings that the file has, with one's own mail server."""
    file = machine.root / "etc/shoplink/shoplink.env"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines == shown.splitlines()
    own = f"SHOPLINK_SMTP_URL=smtp://127.0.0.1:{settings.EMAIL_PORT}"
    written = re.sub(r"^SHOPLINK_SMTP_URL=.*$", own, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(written, encoding="utf-8")


def join(page: Page, link: str, name: str, email: str) -> None:
    """Open an invitation, set up a sign-in and join."""
    page.goto(link)
    page.get_by_role("link", name="Set up your sign-in").click()
    assert page.locator("input[name=email]").input_value() == email
    page.get_by_label("Name").fill(name)
    page.locator("input[name=password1]").fill(PASSWORD)
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Join").click()
    page.wait_for_load_state()


def confirm_the_address(page: Page, letters: mailbox.Mailbox) -> None:
    """What step 8 says: sign out, let a code be sent, and choose a password with it."""
    page.goto(f"https://{HOST}/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.goto(f"https://{HOST}/sign-in/")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(PLATFORM)
    page.get_by_role("button", name="Send the code").click()
    page.locator("input[name=code]").wait_for()
    code = re.search(r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\s*$", letters.text(PLATFORM), re.MULTILINE)
    assert code is not None
    page.locator("input[name=code]").fill(code[1])
    page.get_by_role("button", name="Continue").click()
    for field in ("password1", "password2"):
        page.locator(f"input[name={field}]").fill(KEPT)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.locator("input[name=login]").fill(PLATFORM)
    page.locator("input[name=password]").fill(KEPT)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"https://{HOST}/platform/")


def invite_the_seller(page: Page) -> None:
    """What step 9 says."""
    page.get_by_role("link", name="Search", exact=True).first.click()
    page.get_by_role("main").get_by_role("searchbox").first.fill(SHOP)
    page.keyboard.press("Enter")
    page.locator("main a[href*='/shops/7495100000000000001']").first.click()
    page.get_by_role("link", name="Members").first.click()
    page.get_by_label("E-mail address").fill(SELLER)
    page.get_by_role("button", name="Send invitation").click()
    page.wait_for_load_state()
