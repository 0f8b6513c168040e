"""A printed statement shows other people's values as text, never as markup."""

from typing import Any

from shoplink.flows.commission.statement.page import ShopPage, settlement_page, statement_page
from shoplink.wording import language_for
from shoplink.wording.statement import TEXTS

ZONE = "Europe/London"
AT_MICROS = 1_764_000_000_000_000


def row(**values: Any) -> dict[str, Any]:
    return {
        "currency": "GBP",
        "basis": "marketing",
        "role": "marketing",
        "account_id": "A1",
        "link_id": "link_1",
        "reference": "<script>alert('1')</script> & \"more\"",
        "linked_at": AT_MICROS,
        "ended_at": None,
        "order_lines": 2_000,
        "amount_minor": 123_450,
        "refund_minor": 50,
        "commission_minor": 0,
        "adjusts": None,
        **values,
    }


def page(of_shop: list[dict[str, Any]], creators: list[dict[str, Any]], more: int = 0) -> str:
    """The English page of a shop that shows these creators, of which there are so many more."""
    whole = [{**creators[0], "lines": len(creators) + more}] if creators else []
    shown = ShopPage(("2026-11", "S1"), of_shop, creators, whole, [], [], ZONE)
    return statement_page(shown, language_for("en"))


def test_what_a_seller_has_written_is_escaped() -> None:
    text = page([row()], [row()])
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; &quot;more&quot;" in text
    assert text.count("1,234.50") == 4  # a line and a total in both tables


def test_a_creator_reads_a_page_without_the_commission_table() -> None:
    text = settlement_page(("2026-11", "S1"), "A1", [row()], ZONE, language_for("zh"))
    assert text.count("<table>") == 1
    assert 'lang="zh-Hans"' in text


def test_a_period_without_creators_says_so() -> None:
    text = page([row(basis="none")], [])
    assert TEXTS["nobody"] in text
    assert text.count("<table>") == 1


def test_creators_that_are_not_shown_are_summed() -> None:
    shown = [row(order_lines=500, amount_minor=23_450, refund_minor=0)]
    whole = [row(lines=31)]
    text = statement_page(
        ShopPage(("2026-11", "S1"), [row()], shown, whole, [], [], ZONE), language_for("en")
    )
    assert "30 more" in text
    assert '1,500</td><td class="n">1,000.00</td><td class="n">0.50</td>' in text
