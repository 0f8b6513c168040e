"""What people type into a cell becomes the value that they mean, or is rejected: it is never guessed."""

from collections.abc import Callable
from datetime import timedelta, timezone

import pytest

from shoplink.table.cell import (
    PLAIN_FORM,
    CellError,
    Form,
    IdCount,
    is_nothing,
    read_count,
    read_country,
    read_date,
    read_handle,
    read_id,
    read_instant,
    read_whole_number,
)
from shoplink.table.country import country_codes, plain_name
from tests.traceability import ROOT

ID = "7592255573464597551"
CHINA = timezone(timedelta(hours=8))

Reader = Callable[[str, Form], object]


@pytest.mark.parametrize(
    "cell",
    [
        ID,
        f"'{ID}",
        f"'{ID}'",
        f"\t{ID}",
        f"{ID} \u3000",
        f"\ufeff{ID}\u200b",
        f"7592\u200b{ID[4:]}",
        f'="{ID}"',
        f'="\'{ID}"',
        "７５９２２５５５７３４６４５９７５５１",
    ],
)
def test_an_id_without_what_spreadsheets_put_around_it(cell: str) -> None:
    assert read_id(cell, PLAIN_FORM) == ID


@pytest.mark.parametrize(
    "cell",
    [
        "7.59226E+18",
        "7,59226E+18",
        "7E18",
        "7.592255573464597542E18",
        "7592255573464597550.0",
        "7592255573464590000",
        "7495100000000000000",
        "7,592,255,573,464,597,555",
        "'7.59226E+18",
    ],
)
def test_an_id_that_a_spreadsheet_has_spoiled_is_no_id(cell: str) -> None:
    with pytest.raises(CellError, match="a spreadsheet has rounded this number"):
        read_id(cell, PLAIN_FORM)


@pytest.mark.parametrize("cell", ["1000000000", "20000", "759225557346459000", "7E", "7.5.1", "S-1"])
def test_an_id_that_only_looks_a_little_like_it_is_one(cell: str) -> None:
    assert read_id(cell, PLAIN_FORM) == cell


def test_zeros_are_rounding_where_they_are_more_than_chance() -> None:
    count = IdCount()
    assert not count.are_rounded
    for number in range(200):
        count.add(f"75922555734645{97_000 + number}")
        count.add("S-1")
    assert (count.long, count.zeros, count.are_rounded) == (200, 0, False)
    count.add("7592255573464590000")
    assert not count.are_rounded
    count.add("7592255573464590000")
    assert count.are_rounded
    assert read_id("7592255573464590000", Form(zeros_are_rounding=False)) == "7592255573464590000"
    with pytest.raises(CellError):
        read_id("7.59226E+18", Form(zeros_are_rounding=False))


def test_signs_and_words_for_nothing() -> None:
    words = [
        "",
        " \t",
        "-",
        "--",
        "—",
        "/",
        "N/A",
        "na",
        "NA",
        "null",
        "None",
        "\\N",
        "NaN",
        "无",
        "暂无",
        "空",
        "'",
    ]
    assert all(map(is_nothing, words))
    assert not any(map(is_nothing, ("0", "'-", "nil", "n.a", ".")))


def test_every_spelling_of_a_country() -> None:
    names = (ROOT / "tests" / "cases" / "C30-countries.names.txt").read_text(encoding="utf-8").splitlines()
    found = {name: country_codes().get(plain_name(name)) for name in names}
    assert {name for name, code in found.items() if code is None} == {"EN", "XX", "EU"}
    for cell, code in {
        "U.K.": "GB", "英國": "GB", "Great Britain": "GB", "Hong Kong": "HK", "香港": "HK", "UAE": "AE", "阿联酋": "AE",
        "Turkey": "TR", "TÜRKIYE": "TR", "Viet Nam": "VN", "印尼": "ID", "沙特": "SA", "马来": "MY", "ＧＢ": "GB",
        " gbr ": "GB", "Korea": "KR", "Cote d'Ivoire": "CI", "Guinea": "GN", "Niger": "NE", "Oman": "OM",
    }.items():  # fmt: skip
        assert read_country(cell, PLAIN_FORM) == code, cell


@pytest.mark.parametrize("cell", ["EN", "EU", "XX", "ZZ", "Mars", "AC", "G B R X"])
def test_no_country(cell: str) -> None:
    with pytest.raises(CellError, match="a country by its"):
        read_country(cell, PLAIN_FORM)


@pytest.mark.parametrize(
    "cell",
    [
        "li.hua",
        "@li.hua",
        "＠li.hua",
        " '@li.hua ",
        "\u200bli.hua",
        "https://www.tiktok.com/@li.hua?lang=en",
        "http://tiktok.com/@li.hua/",
        "www.tiktok.com/@li.hua",
        "tiktok.com/@li.hua/video/7",
        "HTTPS://M.TIKTOK.COM/@li.hua#x",
        "https://www.tiktok.com/@li%2Ehua",
    ],
)
def test_a_handle_from_what_people_paste(cell: str) -> None:
    assert read_handle(cell, PLAIN_FORM) == "li.hua"


def test_what_is_within_a_handle_stays() -> None:
    assert [read_handle(cell, PLAIN_FORM) for cell in ("月月 Luna", "zero\u200bwidth", "a@b", "'=1")] == [
        "月月 Luna",
        "zero\u200bwidth",
        "a@b",
        "=1",
    ]


@pytest.mark.parametrize(
    ("read", "cell", "number"),
    [
        (read_count, "1.2K", 1_200),
        (read_count, "1.2k", 1_200),
        (read_count, "12.5万", 125_000),
        (read_count, "1.2M", 1_200_000),
        (read_count, "3w", 30_000),
        (read_count, "1000.0", 1_000),
        (read_count, "1,000", 1_000),
        (read_count, "１０００", 1_000),
        (read_count, "0", 0),
        (read_whole_number, "1,234,567", 1_234_567),
        (read_whole_number, "12.00", 12),
    ],
)
def test_numbers(read: Reader, cell: str, number: int) -> None:
    assert read(cell, PLAIN_FORM) == number


@pytest.mark.parametrize(
    ("read", "cell"),
    [
        (read_count, "1.2"),
        (read_count, "1.23456K"),
        (read_count, "999,99"),
        (read_count, "1000+"),
        (read_count, "-1"),
        (read_count, "99999999999999999"),
        (read_count, "9999999999999999K"),
        (read_whole_number, "1.2K"),
        (read_whole_number, "12.5"),
        (read_whole_number, ""),
    ],
)
def test_no_numbers(read: Reader, cell: str) -> None:
    with pytest.raises(CellError, match="a whole number"):
        read(cell, PLAIN_FORM)


@pytest.mark.parametrize(
    ("cell", "dates", "day"),
    [
        ("1990-05-01", "ymd", "1990-05-01"),
        ("1990/5/1", "ymd", "1990-05-01"),
        ("1990年5月1日", "ymd", "1990-05-01"),
        ("1990.05.01", "ymd", "1990-05-01"),
        ("19900501", "ymd", "1990-05-01"),
        ("1990-05-01 00:00:00", "ymd", "1990-05-01"),
        ("１９９０－０５－０１", "ymd", "1990-05-01"),
        ("01/05/1990", "dmy", "1990-05-01"),
        ("01/05/1990", "mdy", "1990-01-05"),
        ("13.05.1990", "dmy", "1990-05-13"),
        ("1990-05-01", "dmy", "1990-05-01"),
        ("01/05/1990", "ymd", None),
        ("13/05/1990", "mdy", None),
        ("1990-05-01 10:00:00", "ymd", None),
        ("32994", "ymd", None),
        ("90-05-01", "ymd", None),
        ("1990-02-29", "ymd", None),
        ("0000-00-00", "ymd", None),
        ("01-May-1990", "dmy", None),
    ],
)
def test_a_date_in_the_order_that_is_stated(cell: str, dates: str, day: str | None) -> None:
    form = Form(dates=dates)  # type: ignore[arg-type]
    if day is not None:
        assert read_date(cell, form) == day
        return
    with pytest.raises(CellError, match="a date"):
        read_date(cell, form)


@pytest.mark.parametrize(
    ("cell", "form", "instant"),
    [
        ("05/11/2026 10:00", Form(CHINA, "dmy"), "2026-11-05T02:00:00Z"),
        ("05/11/2026 10:00", Form(CHINA, "mdy"), "2026-05-11T02:00:00Z"),
        ("2026-11-05T10:00Z", Form(), "2026-11-05T10:00:00Z"),
        ("2026-11-05 10:00:00 UTC", Form(CHINA), "2026-11-05T10:00:00Z"),
        ("2026-11-05 10:00:00.123456000+08:00", Form(), "2026-11-05T02:00:00.123456Z"),
        ("2026-11-05 00:00:00", Form(), None),
        ("20261105", Form(), "2026-11-05T00:00:00Z"),
        ("05/11/2026 10:00", Form(CHINA), None),
        ("2026-11-05 10:00:00", Form(), None),
        ("2026-11-05 10:00:00.1234567Z", Form(), None),
        ("45966", Form(CHINA), None),
        ("2026-11-05 25:00:00Z", Form(), None),
    ],
)
def test_an_instant(cell: str, form: Form, instant: str | None) -> None:
    if instant is not None:
        assert read_instant(cell, form) == instant
        return
    with pytest.raises(CellError, match="a date"):
        read_instant(cell, form)
