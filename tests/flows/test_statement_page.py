"""A printed statement shows other people's values as text, never as markup."""

from typing import Any

from shoplink.flows.commission.statement_page import settlement_page, statement_page
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
        **values,
    }


def test_what_a_seller_has_written_is_escaped() -> None:
    page = statement_page(("2026-11", "S1"), [row()], [row()], ZONE, language_for("en"))
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; &quot;more&quot;" in page
    assert page.count("1,234.50") == 4  # a line and a total in both tables


def test_a_creator_reads_a_page_without_the_commission_table() -> None:
    page = settlement_page(("2026-11", "S1"), "A1", [row()], ZONE, language_for("zh"))
    assert page.count("<table>") == 1
    assert 'lang="zh-Hans"' in page


def test_a_month_without_linked_creators_says_so() -> None:
    page = statement_page(("2026-11", "S1"), [row(basis="none")], [], ZONE, language_for("en"))
    assert TEXTS["nobody"] in page
    assert page.count("<table>") == 1
