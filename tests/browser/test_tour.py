"""The whole tour in a real browser: no findings of axe-core, no CSP violations, no overflow."""

import pytest
from playwright.sync_api import Page

from tests.browser.axe import ALL, AXE, SEEN_RULES, axe, findings
from tests.browser.drive import DESK, HEIGHT, PHONE, Demo, Scheme
from tests.browser.tour import LOOKS, STOPS

VIEWS: dict[str, list[tuple[Scheme, int]]] = {
    "zh-CN": [("light", PHONE), ("dark", DESK)],
    "en-GB": [("light", DESK), ("dark", PHONE)],
}
"""Every pair of a language, a scheme and a width: what goes wrong on a page comes of one of them, or of two together.

A page is loaded once per language, in one language as on a phone and in the other as on a desk, and looked at by every
rule; the window then turns to the other scheme and width, and the page is looked at by the rules about what is seen.
"""


@pytest.mark.parametrize("language", VIEWS)
def test_axe_finds_nothing_on_any_page(demo_service: Demo, language: str) -> None:
    found: list[str] = []
    script = AXE.read_text(encoding="utf-8")
    first, second = VIEWS[language]
    for persona, network in sorted({(stop.persona, stop.network) for stop in STOPS}, key=str):
        with demo_service.window(
            persona, language=language, scheme=first[0], width=first[1], network=network
        ) as watched:
            page = watched.page
            for number, stop in enumerate(STOPS):
                if (stop.persona, stop.network) == (persona, network):
                    loaded, turned = (first, second) if number % 2 else (second, first)
                    _turn(page, *loaded)
                    demo_service.visit(page, stop)
                    page.evaluate(script)
                    found += [f"{stop.path}, {loaded}: {one}" for one in findings(page, ALL)]
                    _turn(page, *turned)
                    _settle(page)
                    found += [f"{stop.path}, {turned}: {one}" for one in findings(page, SEEN_RULES)]
                    found += [f"{stop.path}: {one}" for one in watched.troubles]
                    watched.troubles.clear()
            page.locator("header details[data-menu] > summary").last.click()
            found += [f"the menu of {persona}: {one}" for one in axe(page, ALL, "header.topbar")]
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.parametrize("language", VIEWS)
def test_axe_finds_nothing_on_a_look_before_a_step(demo_service: Demo, language: str) -> None:
    found: list[str] = []
    script = AXE.read_text(encoding="utf-8")
    for look in LOOKS:
        for scheme, width in VIEWS[language]:
            with demo_service.window(
                look.stop.persona, language=language, scheme=scheme, width=width, network=look.stop.network
            ) as watched:
                demo_service.look(watched.page, look)
                assert watched.page.locator("main h2, main table").count(), look
                watched.page.evaluate(script)
                found += [f"{look.stop.path}, {width}: {one}" for one in findings(watched.page, ALL)]
                found += [f"{look.stop.path}: {one}" for one in watched.troubles]
    assert not found, "\n".join(sorted(set(found)))


def _turn(page: Page, scheme: Scheme, width: int) -> None:
    """Turn the window to a colour scheme and a width."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": HEIGHT})


def _settle(page: Page) -> None:
    """Let the page settle after a turn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_the_first_page_is_light(demo_service: Demo) -> None:
    sizes: list[int] = []
    with demo_service.window(None) as watched:
        session = watched.page.context.new_cdp_session(watched.page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
        watched.page.goto("/demo", wait_until="networkidle")
    assert len(sizes) >= 5, "page, style sheet, scripts, icons, font"
    assert sum(sizes) <= 160_000, sizes
