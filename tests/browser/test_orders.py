"""Orders in a real browser, as the tutorial goes: an export, what is owed, a month that is closed, a refund after it.

The export is the one of `examples/orders/tiktok`, with a creator of the demo, her shop's currency and months of today.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import ALL, AXE, SEEN_RULES, findings
from tests.browser.drive import DESK, PHONE, Demo
from tests.traceability import ROOT

SHOP, ACCOUNT = "hh-tea-gb", "olivia.chen"
ORDERS = f"/seller/{SHOP}/orders"
EXPORT = ROOT / "examples" / "orders" / "tiktok" / "affiliate-october.csv"
_SLOW = 60_000
"""How long a step may take that is done in a process of its own, on a machine with other work, in milliseconds."""


def month_before(at: datetime) -> datetime:
    """The first day of the month before."""
    return (at.replace(day=1) - timedelta(days=1)).replace(day=1)


def exports(folder: Path, now: datetime) -> tuple[Path, Path, str]:
    """Two exports, of which the second has another month and an order that was returned; and the name of the first month."""
    later = month_before(now)
    first = month_before(later)
    text = EXPORT.read_text(encoding="utf-8-sig").replace("MYR", "GBP").replace("siti.sells", "oliviasteeps")
    text = text.replace("/10/2025", f"/{first:%m/%Y}")
    lines = [line for line in text.splitlines() if "/09/2025" not in line]
    more = (
        lines[1]
        .replace("576460752303423511", "576460752303423599")
        .replace(f"{first:/%m/%Y}", f"{later:/%m/%Y}")
    )
    returned = [line.replace(",1,No,", ",1,Yes,") if "kopi.ais" in line else line for line in lines]
    files = folder / "affiliate-1.csv", folder / "affiliate-2.csv"
    files[0].write_text("\n".join(lines), encoding="utf-8-sig")
    files[1].write_text("\n".join([*returned, more]), encoding="utf-8-sig")
    return *files, f"{first:%Y-%m}"


def send(page: Page, file: Path) -> None:
    """Send an export, and wait until it is said what it is."""
    page.goto(ORDERS)
    page.get_by_label("A file with orders").set_input_files(file)
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_text("This is an export of TikTok Shop: affiliate orders.")).to_be_visible(
        timeout=_SLOW
    )


def calculate(page: Page) -> None:
    """Have it calculated, and wait for the statement."""
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_role("heading", name="Statement")).to_be_visible(timeout=_SLOW)


def _looked_at(page: Page) -> list[str]:
    """What axe-core finds on a page as it is, and once the window is turned to the other width and colour scheme."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = findings(page, ALL)
    size = page.viewport_size
    assert size is not None
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({**size, "width": DESK if size["width"] == PHONE else PHONE})
    found += findings(page, SEEN_RULES)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(size)
    return [f"{page.url}: {one}" for one in found]


def test_from_an_export_to_a_closed_month_and_a_refund_after_it(own_demo: Demo, tmp_path: Path) -> None:
    first, second, month = exports(tmp_path, datetime.now(UTC))
    found: list[str] = []
    with own_demo.window("mei") as seller:
        page = seller.page
        send(page, first)
        expect(page.get_by_role("row", name="Creator Username Creator’s handle")).to_be_visible()
        calculate(page)
        owed = page.get_by_role("listitem").filter(has_text=month)
        expect(owed).to_contain_text("Commission due £4.00")
        found += _looked_at(page)
        with page.expect_popup() as printed:
            owed.get_by_role("link", name="Read or print").click()
        expect(printed.value.get_by_role("heading", name="Commission statement")).to_be_visible()
        found += _looked_at(printed.value)
        owed.get_by_role("link", name="Close month").click()
        expect(page.get_by_role("heading", name=f"Close {month}?")).to_be_visible()
        found += _looked_at(page)
        page.get_by_role("button", name="Close it now").click()
        expect(owed.get_by_text("Closed")).to_be_visible(timeout=_SLOW)
        send(page, second)
        calculate(page)
        expect(page.get_by_role("main")).to_contain_text("of it adjustments -£2.00")
        found += seller.troubles
    with own_demo.window("olivia", width=PHONE) as creator:
        page = creator.page
        page.goto(f"/creator/{ACCOUNT}/")
        page.get_by_role("link", name="My settlements").click()
        expect(page.get_by_role("heading", name=month)).to_be_visible()
        found += _looked_at(page)
        page.get_by_role("link", name="See every order").click()
        expect(page.get_by_role("row", name="576460752303423511")).to_contain_text("£35.90")
        expect(page.get_by_role("main")).not_to_contain_text("576460752303423512")
        found += [*_looked_at(page), *creator.troubles]
    assert not found, "\n".join(found)
