"""The whole tour in a real browser: no findings of axe-core, no CSP violations, no overflow."""

import pytest
from playwright.sync_api import Page

from tests.browser.drive import DESK, PHONE, Demo, Scheme
from tests.browser.tour import STOPS
from tests.traceability import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = f"""async (part) => (await axe.run(part, {{
  runOnly: {RULES}, resultTypes: ["violations"]
}})).violations"""
VIEWS: list[tuple[str, Scheme, int]] = [
    ("zh-CN", "light", PHONE),
    ("zh-CN", "dark", DESK),
    ("en-GB", "light", DESK),
    ("en-GB", "dark", PHONE),
]
"""Every pair of a language, a scheme and a width: what goes wrong on a page comes of one of them, or of two together."""


@pytest.mark.parametrize(("language", "scheme", "width"), VIEWS)
def test_axe_finds_nothing_on_any_page(demo_service: Demo, language: str, scheme: Scheme, width: int) -> None:
    found: list[str] = []
    script = AXE.read_text(encoding="utf-8")
    for persona, network in sorted({(stop.persona, stop.network) for stop in STOPS}, key=str):
        with demo_service.window(
            persona, language=language, scheme=scheme, width=width, network=network
        ) as watched:
            for stop in STOPS:
                if (stop.persona, stop.network) == (persona, network):
                    demo_service.visit(watched.page, stop)
                    found += [f"{stop.path}: {one}" for one in _axe(watched.page, script)]
                    found += [f"{stop.path}: {one}" for one in _overflowing(watched.page)]
                    found += [f"{stop.path}: {one}" for one in watched.troubles]
                    watched.troubles.clear()
            watched.page.locator("header details[data-menu] > summary").last.click()
            found += [f"the menu of {persona}: {one}" for one in _axe(watched.page, script, "header.topbar")]
    assert not found, "\n".join(sorted(set(found)))


def _axe(page: Page, script: str, part: str = "html") -> list[str]:
    """The findings of axe-core, which runs through the debugger so that the page's CSP does not block it."""
    page.evaluate(script)
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in page.evaluate(_RUN, part)
        for node in violation["nodes"]
    ]


def _overflowing(page: Page) -> list[str]:
    """The elements that make the page scroll sideways."""
    out: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          const out = [...document.querySelectorAll("main *, header *")].filter((one) => {
            return one.getBoundingClientRect().right > width + 1 && !one.closest(".table-responsive, .place-menu, .page-tabs");
          });
          return ["sticks out: " + out.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" | ")];
        }"""
    )
    return out


def test_the_first_page_is_light(demo_service: Demo) -> None:
    sizes: list[int] = []
    with demo_service.window(None) as watched:
        session = watched.page.context.new_cdp_session(watched.page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
        watched.page.goto("/demo", wait_until="networkidle")
    assert len(sizes) >= 5, "page, style sheet, scripts, icons, font"
    assert sum(sizes) <= 160_000, sizes
