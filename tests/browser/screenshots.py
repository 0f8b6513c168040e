"""`make screenshots`: pictures of the main pages in docs/images, in both languages, on a phone and a desktop, some in dark mode."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import tests.conftest  # noqa: F401 (sets Django up, with a folder of its own)
from tests.browser.conftest import ARGUMENTS, CHROMIUM, served
from tests.browser.drive import DESK, PHONE, Demo, Scheme
from tests.browser.tour import TOUR, Stop
from tests.traceability import ROOT

FOLDER = ROOT / "docs" / "images"
_LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
_WIDTHS = {"phone": PHONE, "desk": DESK}


def _stop(place: str, part: str) -> Stop:
    """The first stop of a place whose path contains a text."""
    return next(stop for stop in TOUR[place] if part in stop.path)


def main_pages() -> dict[str, Stop]:
    """The main pages by the names of their pictures."""
    return {
        "demo": _stop("front", "/demo"),
        "seller-home": _stop("seller", "/seller/"),
        "seller-accounts": _stop("seller", "/seller/hh-beauty-gb/?role=marketing"),
        "seller-conditions": _stop("seller", "/link/jack.lin/"),
        "seller-unlink": _stop("seller", "/unlink"),
        "creator-invitation": _stop("creator", "/creator/callum.reid/"),
        "creator-link": _stop("creator", "/creator/zhou.zhou/profile/link"),
        "support-queue": _stop("support", "/support/"),
        "platform-overview": _stop("platform", "/platform/"),
        "help": _stop("help", "/help"),
    }


def main() -> None:
    """Take every picture again."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with tempfile.TemporaryDirectory() as folder:
            for demo in served(Path(folder), browser):
                for language, locale in _LANGUAGES.items():
                    for name, width in _WIDTHS.items():
                        _take(demo, f"{language}-{name}", locale, width, "light")
                _take(demo, "zh-phone-dark", _LANGUAGES["zh"], PHONE, "dark")
                _take(demo, "en-desk-dark", _LANGUAGES["en"], DESK, "dark")
        browser.close()


def _take(demo: Demo, suffix: str, locale: str, width: int, scheme: Scheme) -> None:
    for name, stop in main_pages().items():
        with demo.window(
            stop.persona, language=locale, scheme=scheme, width=width, network=stop.network
        ) as watched:
            demo.visit(watched.page, stop)
            watched.page.wait_for_load_state("networkidle")
            watched.page.screenshot(path=FOLDER / f"{name}-{suffix}.png")


if __name__ == "__main__":
    main()
