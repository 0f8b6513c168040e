"""Which rows of orders count: conditions, repeated lines, amounts of whole orders; nothing is lost among them."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.mapping import MappingError, parse_mapping
from shoplink.attribution.row_choice import Again, SameAmount
from shoplink.core.commission.attribution import Period
from shoplink.core.instant import parse_instant
from shoplink.flows.commission.judge import AttributionRequest, attribute_files
from shoplink.flows.commission.summary import AttributionResult, BasisSum, LeftOutCount, RejectCount
from tests.traceability import ROOT

CASES = ROOT / "tests" / "cases"
BEGUN = parse_instant("2026-11-01T00:00:00Z")
LINKS = [Period("link_322", "7495100000000000322", "7592255573464597542", "official", BEGUN, BEGUN)]
C01 = (CASES / "C01-map.toml").read_text(encoding="utf-8")
C01B = (CASES / "C01b-map-order-amount.toml").read_text(encoding="utf-8")
COUNT = 'where = [{ column = "Order Status", not_in = ["cancelled", "Unpaid"] }]\n'
PLAIN = """
amounts = "major"
rates = "percent"
{rules}
[columns]
order_id = "order"
sku_id = "sku"
ordered_at = "at"
amount = "amount"
refund = "refund"
account_id = "account"
{columns}
[constants]
shop_id = "S"
currency = "GBP"
commission_rate = 10
"""


def judge(folder: Path, files: list[Path], mapping: str, form: Any = "csv", **more: Any) -> AttributionResult:
    asked = AttributionRequest(
        orders=list(map(str, files)),
        links=LINKS,
        out=folder / f"out.{form}",
        form=form,
        rejects=folder / "rejects.csv",
        engine=lambda work: DuckDBEngine("1GB", work, 1),
        work=folder,
        mapping=parse_mapping(mapping, "m.toml"),
        **more,
    )
    return attribute_files(asked, lambda *_: None)


def rows(folder: Path, name: str = "out.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def export(
    folder: Path, name: str, *lines: str, header: str = "order,sku,at,amount,refund,account,status,v"
) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def line(order: str, sku: str, amount: str, *, refund: str = "", more: str = ",") -> str:
    return f"{order},{sku},2026-11-05T10:00:00Z,{amount},{refund},A,{more}"


def test_rows_that_do_not_count_are_counted_by_value_and_kept(tmp_path: Path) -> None:
    done = judge(tmp_path, [CASES / "C01-tts-ordersku.csv"], COUNT + C01)
    assert (done.rows, done.judged, done.rejected, done.left_out) == (6, 4, 0, 2)
    assert done.left_out_by == (
        LeftOutCount("Order Status", "Cancelled", 1),
        LeftOutCount("Order Status", "Unpaid", 1),
    )
    kept = rows(tmp_path, "rejects.left-out.csv")
    assert [row["Order ID"].strip() for row in kept] == ["576460752303423512", "576460752303423513"]
    assert [(row["Line"], row["Reason"]) for row in kept] == [
        ("4", "left out: Order Status is Cancelled"),
        ("5", "left out: Order Status is Unpaid"),
    ]
    judge(tmp_path, [CASES / "C01-tts-ordersku.csv"], C01)
    assert not (tmp_path / "rejects.left-out.csv").exists()  # that of the earlier run


def test_several_conditions_hold_together_and_an_empty_cell_is_a_value(tmp_path: Path) -> None:
    file = export(
        tmp_path,
        "o.csv",
        line("1", "a", "1", more="Completed,"),
        line("2", "a", "1", more=" ＣＯＭＰＬＥＴＥＤ,"),
        line("3", "a", "1", more=","),
        line("4", "a", "1", more="COMPLETED\t,old"),
        line("5", "a", "x", more="Closed,"),
    )
    rules = 'where = [{ column = "Status", in = ["Completed"] }, { column = "v", not_in = ["old"] }]'
    done = judge(tmp_path, [file], PLAIN.format(rules=rules, columns=""))
    assert (done.judged, done.rejected, done.left_out) == (1, 0, 4)
    assert {(each.column, each.value, each.rows) for each in done.left_out_by} == {
        ("Status", "", 1),
        ("Status", "ＣＯＭＰＬＥＴＥＤ", 1),
        ("Status", "Closed", 1),
        ("v", "old", 1),
    }


@pytest.mark.parametrize("sku", ["", 'sku_id = "SKU ID"\n'])
def test_an_export_that_comes_twice_counts_once(tmp_path: Path, sku: str) -> None:
    files = [CASES / f"C18-same-export-twice-{name}.csv" for name in "ab"]
    done = judge(tmp_path, files, C01.replace("[columns]\n", f"[columns]\n{sku}"))
    assert (done.rows, done.judged, done.rejected, done.left_out) == (12, 6, 0, 0)
    assert done.repeated == Again(identical=6, different=0)
    assert {row["Reason"] for row in rows(tmp_path, "rejects.left-out.csv")} == {
        "repeated: the same line counts elsewhere"
    }


def test_of_a_line_that_comes_again_the_later_counts(tmp_path: Path) -> None:
    october = export(
        tmp_path, "a.csv", line("1", "a", "5"), line("1", "b", "6"), line("2", "a", "7", more=",3")
    )
    november = export(
        tmp_path, "b.csv", line("1", "a", "5"), line("2", "a", "8", more=",2"), line("3", "a", "x")
    )
    by_order = PLAIN.format(rules="", columns="")
    done = judge(tmp_path, [october, november], by_order)
    assert (done.judged, done.rejected, done.repeated) == (3, 1, Again(identical=1, different=1))
    assert sorted((row["order"], row["sku"], row["amount"]) for row in rows(tmp_path)) == [
        ("1", "a", "5"), ("1", "b", "6"), ("2", "a", "8"),
    ]  # fmt: skip
    done = judge(tmp_path, [october, november], PLAIN.format(rules='version = "v"', columns=""))
    assert done.repeated == Again(identical=1, different=1)
    assert ("2", "7") in {(row["order"], row["amount"]) for row in rows(tmp_path)}
    # Without a column for the SKU, an order has the lines of the last file that names it.
    lines = by_order.replace('sku_id = "sku"\n', "")
    done = judge(tmp_path, [october, november], lines)
    assert (done.judged, done.repeated) == (2, Again(identical=1, different=2))
    # In one file, nothing says that lines of one order are the same.
    done = judge(tmp_path, [october], lines)
    assert (done.judged, done.repeated) == (3, Again())
    done = judge(tmp_path, [october], PLAIN.format(rules='identity = ["Order"]', columns=""))
    assert (done.judged, done.repeated) == (2, Again(identical=0, different=1))


def test_a_later_cancellation_takes_the_line_out(tmp_path: Path) -> None:
    first = export(tmp_path, "a.csv", line("1", "a", "5", more="Completed,"))
    later = export(tmp_path, "b.csv", line("1", "a", "5", more="Cancelled,"))
    rules = 'where = [{ column = "status", not_in = ["Cancelled"] }]'
    done = judge(tmp_path, [first, later], PLAIN.format(rules=rules, columns=""))
    assert (done.judged, done.left_out, done.repeated) == (0, 1, Again(different=1))


def test_the_same_order_id_in_two_shops_is_two_orders(tmp_path: Path) -> None:
    header = "order,sku,at,amount,refund,account,status,v,shop"
    file = export(tmp_path, "a.csv", *(f"{line('1', 'a', '5')},{shop}" for shop in "ST"), header=header)
    mapping = PLAIN.format(rules="", columns='shop_id = "shop"').replace('shop_id = "S"\n', "")
    assert judge(tmp_path, [file], mapping).judged == 2


def test_an_amount_of_the_order_is_divided_or_named(tmp_path: Path) -> None:
    file = CASES / "C01-tts-ordersku.csv"
    done = judge(tmp_path, [file], COUNT + C01B)
    assert done.same_amounts == (SameAmount("Order Amount", 1, "576460752303423514", "30.00", 2),)
    assert sum(each.base_minor for each in done.by_basis) != 30_00 + 35_90
    done = judge(tmp_path, [file], 'per_order = ["Order Amount"]\n' + COUNT + C01B)
    assert done.same_amounts == ()
    of_order = [row for row in rows(tmp_path) if row["Order ID"].startswith("576460752303423514")]
    assert [row["line_amount_minor"] for row in of_order] == ["1500", "1500"]
    assert sum(int(row["base_minor"]) for row in of_order) == 30_00


def test_a_refund_of_the_order_is_divided_in_proportion(tmp_path: Path) -> None:
    file = export(
        tmp_path,
        "o.csv",
        line("1", "a", "10", refund="10.01"),
        line("1", "b", "20", refund="10.01"),
        line("2", "a", "5", refund="1"),
        line("2", "b", "5", refund="2"),
        line("3", "a", "5", refund="1"),
        line("3", "b", "x", refund="1"),
        line("4", "a", "5", refund="5"),
        line("5", "a", "5", refund="5.01"),
        line("6", "a", "4", refund=""),
        line("7", "a", "0", refund="0"),
        line("7", "b", "0", refund="0"),
    )
    done = judge(tmp_path, [file], PLAIN.format(rules='per_order = ["refund"]', columns=""))
    shares = {(row["order"], row["sku"]): row["line_refund_minor"] for row in rows(tmp_path)}
    assert shares == {
        ("1", "a"): "333",
        ("1", "b"): "668",
        ("4", "a"): "500",
        ("6", "a"): "",
        ("7", "a"): "0",
        ("7", "b"): "0",
    }
    assert done.rejected_by == (
        RejectCount("refund", "not_divided", 4),
        RejectCount("amount", "not_number", 1),
        RejectCount("refund", "more_than_amount", 1),
    )
    # The result is read by its shares, also when rows of an order are missing from it.
    out = tmp_path / "out.csv"
    text = out.read_text(encoding="utf-8").splitlines()
    first = next(one for one in text if one.startswith("1,a"))
    export(tmp_path, "again.csv", first, header=text[0])
    again = judge(
        tmp_path,
        [tmp_path / "again.csv"],
        PLAIN.format(rules='per_order = ["refund"]', columns=""),
        since=parse_instant("2026-10-01T00:00:00Z"),
    )
    assert again.by_basis == (BasisSum("affiliate", "GBP", 1, 667, 67),)


def test_large_amounts_are_divided_to_the_last_minor_unit(tmp_path: Path) -> None:
    """In floating point, 1353010467 × 476707776 ÷ 1430123328 is a little less than 451003489."""
    lines = [
        line("1", sku, amount, refund="1353010467")
        for sku, amount in (("a", "476707776"), ("b", "953415552"))
    ]
    mapping = PLAIN.format(rules='per_order = ["refund"]', columns="").replace('amounts = "major"', "")
    judge(tmp_path, [export(tmp_path, "o.csv", *lines)], mapping)
    shares = {row["sku"]: row["line_refund_minor"] for row in rows(tmp_path)}
    assert shares == {"a": "451003489", "b": "902006978"}


@settings(max_examples=15, deadline=None)
@given(
    amounts=st.lists(
        st.lists(st.integers(0, 10**6) | st.sampled_from([10**14, 3 * 10**14 + 1]), min_size=1, max_size=4),
        min_size=1,
        max_size=6,
    ),
    data=st.data(),
)
def test_shares_add_up_to_what_is_divided(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[list[int]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("shares")
    refunds = [data.draw(st.integers(0, max(sum(each) - len(each), 0))) for each in amounts]
    lines = [
        line(str(order), str(sku), f"{amount}", refund=f"{refund}")
        for order, (those, refund) in enumerate(zip(amounts, refunds, strict=True))
        for sku, amount in enumerate(those)
    ]
    mapping = PLAIN.format(rules='per_order = ["refund"]', columns="").replace('amounts = "major"', "")
    done = judge(folder, [export(folder, "o.csv", *lines)], mapping)
    refused = {row["order"] for row in rows(folder, "rejects.csv")} if done.rejected else set()
    for order, refund in enumerate(refunds):
        if str(order) not in refused:
            shares = [int(row["line_refund_minor"]) for row in rows(folder) if row["order"] == str(order)]
            assert sum(shares) == refund
            weights = amounts[order] if any(amounts[order]) else [1] * len(amounts[order])
            parts = [refund * weight // sum(weights) for weight in weights]
            off = [share - part for share, part in zip(sorted(shares), sorted(parts), strict=True)]
            assert off == [0] * (len(off) - 1) + [refund - sum(parts)]


def test_what_is_wrong_with_rules_is_said(tmp_path: Path) -> None:
    file = export(tmp_path, "o.csv", line("1", "a", "5"))
    for rules, said in (
        ("where = 1", "m.toml: where: found 1; expected a list of conditions"),
        ('where = [{ column = "x" }]', "m.toml: where, 1.: found {'column': 'x'}; expected { column = "),
        ('where = [{ column = "status", is = ["x"] }]', "found the key 'is'; expected"),
        ('where = [{ column = "status", in = "x" }]', "where, 1.: found 'x'; expected a list of cells"),
        ('where = [{ column = "state", in = ["x"] }]', "a rule for rows reads the column 'state', which "),
        ("identity = []", "m.toml: identity: found []; expected a list of columns"),
        (
            'per_order = ["status"]',
            "m.toml: per_order: found 'status'; allowed: a column of amount or refund",
        ),
        ("skip_lines = -1", "m.toml: skip_lines: found -1; allowed: 0 to 1000"),
        ('description_line = "yes"', "m.toml: description_line: found 'yes'; allowed: true, false"),
    ):
        with pytest.raises(MappingError) as error:
            judge(tmp_path, [file], PLAIN.format(rules=rules, columns=""))
        assert said in str(error.value)


def test_lines_that_are_no_data_are_skipped_as_the_mapping_says(tmp_path: Path) -> None:
    head = "order,sku,at,amount,refund,account,status,v"
    file = export(
        tmp_path, "o.csv", head, "1,2,2026-11-05,3,4,5,6,7", line("1", "a", "5"), header="# an export"
    )
    rules = "skip_lines = 1\ndescription_line = true"
    done = judge(tmp_path, [file], PLAIN.format(rules=rules, columns=""))
    assert (done.rows, done.judged, done.skipped) == (1, 1, (f"{file}: line 3",))
    done = judge(tmp_path, [file], PLAIN.format(rules="description_line = false", columns=""))
    assert (done.judged, done.rejected) == (1, 1)
