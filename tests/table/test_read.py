"""Files as people have them are read, or named for what they are: encodings, header lines, quotation marks, workbooks."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from shoplink.table.error import TableError
from shoplink.table.read import HeaderError, Hints, Row, TableFile, open_table, rows
from tests.traceability import ROOT

CASES = ROOT / "tests" / "cases"
ORDER = ["U1", "7495100000000000322", "7592255573464597542", "2026-11-05T10:00:00Z", "10.00", "MYR", "10"]


def with_id(cells: Sequence[str]) -> Sequence[str] | None:
    return cells if "order_id" in [cell.casefold() for cell in cells] else None


def opened(content: bytes | str, told: Hints | None = None) -> TableFile[Sequence[str]]:
    stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return open_table("t.csv", stream, with_id, told)


def read(content: bytes | str, told: Hints | None = None) -> list[Row]:
    return list(rows(opened(content, told)))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("C11-utf16le-tab", 2),
        ("C11b-utf16le-nobom", 2),
        ("C11c-sep-line", 3),
        ("C11d-title-line", 3),
        ("C11e-crlf-cr", 2),
        ("C12-dup-header", 2),
        ("C12b-empty-header", 2),
        ("C12e-header-case", 2),
    ],
)
def test_the_cases_of_encodings_and_headers_are_read_alike(name: str, line: int) -> None:
    (row, *_) = read((CASES / f"{name}.csv").read_bytes())
    assert (row.line, row.cells[:7], row.is_broken) == (line, ORDER, False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_line_end_and_delimiter(encoding: str, end: str, delimiter: str) -> None:
    text = end.join(
        delimiter.join(line) for line in (["order_id", "备注"], ["1", "香氛蜡烛"], ["2", '"a\nb"'], [""])
    )
    assert [row.cells for row in read(text.encode(encoding))] == [["1", "香氛蜡烛"], ["2", "a\nb"]]


@pytest.mark.parametrize(("name", "encoding"), [("C11f-big5", "big5"), ("C11g-cp1252", "cp1252")])
def test_an_encoding_that_would_be_a_guess_is_asked_for(name: str, encoding: str) -> None:
    content = (CASES / f"{name}.csv").read_bytes()
    with pytest.raises(TableError, match="save the file as CSV UTF-8"):
        opened(content)
    assert read(content, Hints(encoding=encoding))[0].cells[:7] == ORDER
    with pytest.raises(TableError, match=r"in GB18030 it reads '.+'"):
        opened("order_id,name\n1,Zoëa\n".encode("cp1252"))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n", "an image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"an Excel workbook of the old kind \(.xls\)"),
        (b"\x1f\x8b\x08", r"compressed \(gzip\)"),
        (b"PAR1\x15", "a Parquet file"),
        (b"\xef\xbb\xbf <!DOCTYPE html><html>", r"a web page \(HTML\)"),
        (b"<table><tr>", r"a web page \(HTML\)"),
    ],
)
def test_a_file_of_another_kind_is_named(content: bytes, what: str) -> None:
    with pytest.raises(TableError, match=rf"^t\.csv: this is {what}; ") as error:
        opened(content)
    assert error.value.said.zh.startswith("t.csv：这是")


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ("word/document.xml", "a Word document"),
        ("a.txt", "a zip archive"),
        ("content.xml", "an OpenDocument"),
    ],
)
def test_what_is_in_a_zip_is_named(part: str, what: str) -> None:
    with pytest.raises(TableError, match=f"this is {what}"):
        opened(packed({part: b"x"}))


def test_an_odd_quotation_mark_costs_its_row_at_most() -> None:
    table = 'order_id,a,b\n1,7" pan,x\n2,"7 pan,x\n3,"ok, fine",x\n4,"7" pan,x\n5,"two\nlines",x\n6,"open,x\n7,y,z\n'
    assert [(row.line, row.cells, row.is_broken) for row in read(table)] == [
        (2, ["1", '7" pan', "x"], False),
        (3, ["2", '"7 pan', "x"], True),
        (4, ["3", "ok, fine", "x"], False),
        (5, ["4", '"7" pan', "x"], True),
        (6, ["5", "two\nlines", "x"], False),
        (8, ["6", '"open', "x"], True),
        (9, ["7", "y", "z"], False),
    ]
    for name in ("C13-newline", "C13b-inch-odd", "C13c-inch-even"):
        found = read((CASES / f"{name}.csv").read_bytes())
        assert [row.cells[0] for row in found if not row.is_broken] == ["U1", "U2"]


def test_surplus_and_missing_cells_at_the_end_of_a_line() -> None:
    assert [row.cells for row in read("order_id,a,\n1,x,,,\n2\n3,x,,y,\n,,\n")] == [
        ["1", "x"],
        ["2", ""],
        ["3", "x", "", "y"],
    ]


def test_a_file_without_the_header_says_what_stands_there() -> None:
    with pytest.raises(HeaderError) as error:
        opened("a;b\n1;2\n")
    assert error.value.cells == ["a", "b"]
    with pytest.raises(HeaderError):
        opened("")
    with pytest.raises(TableError, match="line 2: longer than 1048576 characters"):
        read("order_id\n" + "x" * (1 << 20))


def book(sheets: dict[str, list[list[Any]]]) -> bytes:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, lines in sheets.items():
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(line)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_workbook_is_read_as_its_cells_are_meant() -> None:
    lines: list[list[Any]] = [
        ["Report"],
        [],
        ["order_id", "at", "amount", ""],
        ["7592255573464597541", datetime(2026, 11, 5, 10), 35.9],  # noqa: DTZ001 (a spreadsheet knows no zones)
        [7592255573464597541.0, date(1990, 5, 1), 12.0],
        ["1", datetime(1990, 5, 1), None],  # noqa: DTZ001 (as above)
        [None, None, None],
        [True, 45966, None],
    ]
    content = book({"Notes": [["nothing"]], "Orders": lines})
    assert [(row.line, row.cells) for row in read(content)] == [
        (4, ["7592255573464597541", "2026-11-05 10:00:00", "35.9"]),
        (5, ["7.59225557346460E+18", "1990-05-01", "12"]),
        (6, ["1", "1990-05-01 00:00:00", ""]),
        (8, ["TRUE", "45966", ""]),
    ]
    assert opened(content).sheet == "Orders"
    two = book({"Oct": lines, "Nov": lines})
    with pytest.raises(
        TableError, match="this is an Excel workbook; its sheets are Oct, Nov; several have the header"
    ):
        opened(two)
    assert len(read(two, Hints(sheet="Nov"))) == 4
    with pytest.raises(TableError, match="its sheets are Oct, Nov; none is called 'Dec'"):
        opened(two, Hints(sheet="Dec"))


def test_a_workbook_is_not_unpacked_beyond_bounds() -> None:
    content = book({"Orders": [["order_id"], *(["x" * 2_000] for _ in range(2_000))]})
    assert len(content) < 1 << 17
    with pytest.raises(TableError, match="unpacked, this workbook is larger than 1 MB"):
        opened(content, Hints(bytes_max=1 << 20))
    with zipfile.ZipFile(io.BytesIO(book({"Orders": [["order_id"], ["1"]]}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    grows = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
        + parts["xl/workbook.xml"].split(b"?>")[-1]
    )
    for damaged in (grows, parts["xl/workbook.xml"][:40]):
        with pytest.raises(TableError, match="this Excel workbook is damaged or protected"):
            opened(packed({**parts, "xl/workbook.xml": damaged}))
