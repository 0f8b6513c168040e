"""What axe-core finds on a page in a real browser, and what makes it scroll sideways."""

from collections.abc import Mapping

from playwright.sync_api import Page

from tests.traceability import ROOT

Options = Mapping[str, object]

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
SEEN = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""The rules about what is seen and not about what is there: what a turn of the window can break."""
SEEN_RULES = {"runOnly": {"type": "rule", "values": SEEN}, "resultTypes": ["violations"]}
_RUN = "async ([part, options]) => (await axe.run(part, options)).violations"


def findings(page: Page, options: Options) -> list[str]:
    """What axe-core finds, and what sticks out. The script `AXE` is in the page by now."""
    return [*axe(page, options), *_overflowing(page)]


def axe(page: Page, options: Options, part: str = "html") -> list[str]:
    """The findings of axe-core, which came through the debugger so that the page's CSP does not block it."""
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in page.evaluate(_RUN, [part, options])
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
