"""Files of orders as people have them (tests/cases): encodings, header lines, quotation marks, spoiled ids, workbooks."""

import csv
from pathlib import Path

import pytest
from msgspec.structs import replace

from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.mapping import MappingError, parse_mapping
from shoplink.core.commission.attribution import Period
from shoplink.core.instant import parse_instant
from shoplink.flows.commission.judge import AttributionRequest, attribute_files
from shoplink.flows.commission.summary import AttributionResult
from tests.traceability import ROOT

CASES = ROOT / "tests" / "cases"
BEGUN = parse_instant("2026-11-01T00:00:00Z")
LINKS = [
    Period(f"link_{shop[-3:]}", shop, account, "official", BEGUN, BEGUN)
    for shop, account in (
        ("7495100000000000322", "7592255573464597542"),
        ("7495100000000000333", "7592255573464597543"),
    )
]


def judge(
    folder: Path, name: str, mapping: str = "C05-map.toml", encoding: str | None = None
) -> AttributionResult:
    read = parse_mapping((CASES / mapping).read_text(encoding="utf-8"), mapping)
    asked = AttributionRequest(
        orders=[str(CASES / name)],
        links=LINKS,
        out=folder / "out.csv",
        form="csv",
        rejects=folder / "rejects.csv",
        engine=lambda work: DuckDBEngine("1GB", work, 1),
        work=folder,
        mapping=replace(read, encoding=encoding),
    )
    return attribute_files(asked, lambda *_: None)


def rows(folder: Path, name: str = "out.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "mapping", "encoding", "count"),
    [
        ("C11-utf16le-tab.csv", "C05-map.toml", None, 1),
        ("C11b-utf16le-nobom.csv", "C05-map.toml", None, 1),
        ("C11c-sep-line.csv", "C05-map.toml", None, 1),
        ("C11d-title-line.csv", "C05-map.toml", None, 1),
        ("C11e-crlf-cr.csv", "C05-map.toml", None, 1),
        ("C11f-big5.csv", "C05-map.toml", "big5", 1),
        ("C11g-cp1252.csv", "C05-map.toml", "cp1252", 1),
        ("C12-dup-header.csv", "C05-map.toml", None, 1),
        ("C12b-empty-header.csv", "C05-map.toml", None, 1),
        ("C12c-short-row.csv", "C05-map.toml", None, 2),
        ("C12e-header-case.csv", "C05-map.toml", None, 1),
        ("C13b-inch-odd.csv", "C05-map.toml", None, 2),
        ("C13c-inch-even.csv", "C05-map.toml", None, 2),
        ("C17-orders.xlsx", "C01-map.toml", None, 1),
        ("C03c-douyin-trailing-comma.csv", "C03-map.toml", None, 1),
    ],
)
def test_what_people_have_is_read(
    tmp_path: Path, name: str, mapping: str, encoding: str | None, count: int
) -> None:
    found = judge(tmp_path, name, mapping, encoding)
    assert (found.judged, found.rejected) == (count, 0)
    assert {row["basis"] for row in rows(tmp_path)} == {"official"}


def test_an_encoding_is_never_guessed(tmp_path: Path) -> None:
    for name in ("C11f-big5.csv", "C11g-cp1252.csv"):
        with pytest.raises(MappingError, match=f"{name}: .*name its encoding in the mapping"):
            judge(tmp_path, name)


def test_spoiled_ids_are_rejected_and_marked_ones_are_cleaned(tmp_path: Path) -> None:
    found = judge(tmp_path, "C08-ids.csv")
    assert [row["order_id"] for row in rows(tmp_path)] == ["I13"]
    rejected = rows(tmp_path, "rejects.csv")
    assert found.rejected == len(rejected) == 8
    assert all("a spreadsheet has rounded this number" in row["Reason"] for row in rejected)
    found = judge(tmp_path, "C04-apostrophe.csv", "C04-map.toml")
    assert (found.judged, found.cleaned) == (3, 4)
    assert {row["basis"] for row in rows(tmp_path)} == {"official"}


@pytest.mark.parametrize(
    ("name", "judged", "rejected"),
    [
        (
            "C16-refunds.csv",
            {"F1": (1000, 0), "F2": (600, 0), "F3": (600, 60), "F4": (0, 0), "F7": (1000, 100)},
            {"F5": "found '10.01'; allowed: at most the amount of the order", "F6": "found '-4.00'"},
        ),
        ("C54-aff-refund.csv", {"G1": (0, 0), "G2": (10_000, 1_000), "G3": (6_000, 600)}, {}),
    ],
)
def test_commission_is_on_what_stays_sold(
    tmp_path: Path, name: str, judged: dict[str, tuple[int, int]], rejected: dict[str, str]
) -> None:
    judge(tmp_path, name, "C16-map.toml")
    assert {
        row["order_id"]: (int(row["base_minor"]), int(row["commission_minor"])) for row in rows(tmp_path)
    } == judged
    why = {row["order_id"]: row["Reason"] for row in rows(tmp_path, "rejects.csv")} if rejected else {}
    assert why.keys() == rejected.keys()
    assert all(said in why[order_id] for order_id, said in rejected.items())


def test_the_line_that_describes_the_columns_is_skipped_and_said(tmp_path: Path) -> None:
    found = judge(tmp_path, "C01-tts-ordersku.csv", "C01-map.toml")
    assert (found.judged, found.rejected) == (6, 0)
    assert found.skipped == (f"{CASES / 'C01-tts-ordersku.csv'}: line 2",)


def test_what_is_rejected_is_named_by_its_row_and_comes_back_as_it_was(tmp_path: Path) -> None:
    judge(tmp_path, "C13-newline.csv")
    (row,) = rows(tmp_path, "rejects.csv")
    assert (row["order_id"], row["Line"]) == ("U2", "3")
    (tmp_path / "rejects.csv").unlink()  # rejects of other orders are not replaced


@pytest.mark.parametrize("quoted", [True, False])
def test_what_a_line_has_beyond_the_header_is_kept_with_it(tmp_path: Path, *, quoted: bool) -> None:
    found = judge(tmp_path, "C03b-douyin-extra-cell.csv", "C03-map.toml")
    assert (found.judged, found.rejected) == (2, 0)
    assert found.surplus == (f"{CASES / 'C03b-douyin-extra-cell.csv'}: line 3",)
    assert {row["主订单编号"][-3:]: row["surplus"] for row in rows(tmp_path)} == {"721": "", "722": "10001-1"}
    # A comma that has moved the cells of a line is no surplus: the amount would be another one.
    text = (CASES / "C03b-douyin-extra-cell.csv").read_text(encoding="utf-8-sig")
    moved = text.replace('"	绿茶","	默认",1,"	T-1",20.00', "茶, 绿,默认,1,T-1,20.00").replace(
        ",10001-1", ""
    )
    moved = moved if quoted else moved.replace('"', "").replace("	", "")
    (tmp_path / "moved.csv").write_text(moved, encoding="utf-8")
    found = judge(tmp_path, str(tmp_path / "moved.csv"), "C03-map.toml")
    assert (found.judged, found.rejected, found.surplus) == (1, 1, ())
    (row,) = rows(tmp_path, "rejects.csv")
    assert row["原因"] == "此行有 14 个单元格，表头有 13 个"
