"""The tutorial of the guide in five minutes, walked in a real browser: every step does what it says, and reads what it quotes."""

import re
import time
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect

from tests.browser.drive import Demo
from tests.rule import rule
from tests.traceability import ROOT

PAGE = ROOT / "docs" / "tutorial" / "guide-in-five-minutes.md"
_PART = re.compile(r"(Be|[Oo]pen|[Pp]ress|[Tt]ype)\b|\*\*(.+?)\*\*|`(.+?)`|“(.+?)”", re.DOTALL)
SECONDS_MAX = 30


def steps() -> Iterator[list[tuple[str, str]]]:
    """The numbered steps of the page, each as what is done in turn, such as (`press`, a name) and (`read`, a text)."""
    for text in re.findall(
        r"^\d+\. (.*?)(?=^\d+\. |^$|^#)", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    ):
        doing, done = "", []
        for verb, bold, code, quoted in _PART.findall(re.sub(r"\s+", " ", text)):
            doing = verb.lower() or doing
            if quoted:
                done.append(("read", quoted))
            elif bold or code:
                done.append((doing, bold or code))
        yield done


def walk(page: Page, what: str, name: str) -> None:
    """Do one thing that the page names."""
    main = page.get_by_role("main")
    if what == "be":
        page.get_by_role("link", name="Change persona").click()
        page.get_by_role("button", name=name).click()
    elif what == "type":
        main.get_by_role("textbox").first.fill(name)
    elif what == "read":
        expect(main.get_by_text(name).first).to_be_visible()
    else:
        _named(page, main, name).click()
    page.wait_for_load_state()


def _named(page: Page, main: Locator, name: str) -> Locator:
    """The button, the link or the summary of this name that can be clicked now: in the page itself before its frame."""
    for place in (main, page.locator("header.topbar")):
        for found in (
            place.get_by_role("button", name=name, exact=True),
            place.get_by_role("link", name=name, exact=True),
            place.locator("summary", has_text=name),
            place.get_by_role("link", name=name),
        ):
            seen = [one for one in found.all() if one.is_visible()]
            if seen:
                return seen[0]
    raise AssertionError(f"{page.url}: there is no {name!r}")


@rule("R23", "R24", "R25", "R26", "R43", "R45", "R46")
def test_the_guide_is_walked_in_five_minutes_as_the_tutorial_says(own_demo: Demo) -> None:
    began, count = time.monotonic(), 0
    with own_demo.window(None) as window:
        page = window.page
        page.set_default_timeout(10_000)
        page.goto("/demo")
        for step in steps():
            for what, name in step:
                walk(page, what, name)
                count += 1
        assert not window.troubles
    assert count > 40
    assert time.monotonic() - began < SECONDS_MAX
