"""A persona's browser: signed in with a click, in a language, a colour scheme and a width."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

from playwright.sync_api import Browser, Page

from tests.browser.tour import STOPS, Look, Stop

Scheme = Literal["light", "dark"]
HEIGHT = 900
PHONE, DESK = 360, 1280


@dataclass
class Watched:
    """A page and its problems: script errors, violations of the CSP, requests to other hosts."""

    page: Page
    troubles: list[str] = field(default_factory=list)


@dataclass
class Demo:
    """A served demo world, and the browser for it."""

    browser: Browser
    address: str
    addresses: dict[Stop, str]
    _signed_in: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def addresses_of_the_tour() -> dict[Stop, str]:
        """The addresses of all stops, with the ids of the database in use."""
        return {stop: stop.address() for stop in STOPS}

    @contextmanager
    def window(  # noqa: PLR0913 (what a person's machine may be like)
        self,
        persona: str | None,
        *,
        language: str = "en-GB",
        scheme: Scheme = "light",
        width: int = DESK,
        network: str = "GB",
        javascript: bool = True,
    ) -> Iterator[Watched]:
        """A window in which a persona is signed in (None: nobody); its problems are collected."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": HEIGHT},
            locale=language,
            color_scheme=scheme,
            timezone_id="Europe/London",
            java_script_enabled=javascript,
            reduced_motion="reduce",
            storage_state=self._signed_in.get(persona) if persona else None,
        )
        context.add_cookies([{"name": "network", "value": network, "url": self.address}])
        watched = Watched(context.new_page())
        self._watch(watched)
        try:
            if persona is not None and persona not in self._signed_in:
                self._sign_in(watched.page, persona)
                self._signed_in[persona] = context.storage_state()
            yield watched
        finally:
            context.close()

    def _watch(self, watched: Watched) -> None:
        def on_console(message: Any) -> None:
            # A refusal has a 4xx status, which the browser's console reports as an error.
            if message.type == "error" and "responded with a status of" not in message.text:
                watched.troubles.append(message.text)

        def on_request(request: Any) -> None:
            if not request.url.startswith((self.address, "data:")):
                watched.troubles.append(f"a request to {request.url}")

        watched.page.on("console", on_console)
        watched.page.on("pageerror", lambda error: watched.troubles.append(str(error)))
        watched.page.on("request", on_request)

    def _sign_in(self, page: Page, persona: str) -> None:
        page.goto("/demo")
        page.locator(f'button[name=persona][value="{persona}"]').click()
        page.wait_for_load_state()

    def visit(self, page: Page, stop: Stop) -> None:
        """Go to a stop of the tour."""
        if stop.before is not None:
            path, typed = stop.before
            page.goto(path)
            for name, value in parse_qsl(typed):
                page.locator(f"main form [name={name}]").first.fill(value)
            with page.expect_navigation():
                page.keyboard.press("Enter")
        response = page.goto(self.addresses[stop])
        assert response is not None
        assert response.status < 300, (stop, response.status)

    def look(self, page: Page, look: Look) -> None:
        """Fill in the form of a stop, and go to what it is answered with; the step itself is not taken."""
        self.visit(page, look.stop)
        if look.chosen:
            page.locator(f"main form {look.chosen}").first.check()
        for name, value in look.typed.items():
            page.locator(f"main form [name={name}]").first.fill(value)
        with page.expect_navigation():
            page.locator(f"main form {look.button}").first.click()
