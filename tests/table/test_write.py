"""What leaves is text for every spreadsheet, whatever it begins with, and comes back as it was."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from shoplink.table import cell as cells
from shoplink.table.cell import PLAIN_FORM, as_text, is_nothing
from shoplink.table.read import open_table, rows, split_line
from shoplink.table.write import CsvWriter, guarded, workbook
from shoplink.wording import language_for

RUNS = (
    '=HYPERLINK("http://127.0.0.1/x","y")', "+44abc", "@cmd|x", "-minus", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x",
    " =1", "\u3000=1", "\ufeff=1", "-1+1",
)  # fmt: skip
EN = language_for("en")
NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("=+-@\t\r\n'\" ,;|＝\u200b\ufeff0.无"),
        st.characters(codec="utf-8", exclude_characters="\x00"),
    ),
    max_size=8,
)


def line(*row: object, delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    CsvWriter(out, delimiter).row(row)
    return out.getvalue()


@pytest.mark.parametrize("text", RUNS)
def test_what_a_spreadsheet_could_run_is_text(text: str) -> None:
    (cell,) = split_line(line(text), ",")
    assert cell == f"'{text}"
    assert as_text(cell) == text
    book = load_workbook(io.BytesIO(workbook(["h"], [[text]])))
    found = book.worksheets[0]["A2"]
    assert found.data_type == "s"


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert line(-5, "-5", "-1,234.50", 0, None, "x") == '-5,-5,"-1,234.50",0,,x\r\n'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_any_spreadsheet_splits_at_is_quoted_whatever_the_delimiter(delimiter: str) -> None:
    row = ["x;=1+1", "x,y", "x\ty", 'x"y', "x\r\ny", "x|y", "x"]
    written = line(*row, delimiter=delimiter)
    assert all(f'"{cell}"' in written for cell in row if cell not in ('x"y', "x"))
    assert split_line(written, delimiter) == row


@given(st.lists(NASTY, min_size=1, max_size=4))
@example(["'=1", "''=1", "'", "-5", "'-5", "--", "'--", "'null", "null"])
def test_every_text_comes_back_as_it_was(texts: list[str]) -> None:
    out = io.StringIO(newline="")
    writer = CsvWriter(out)
    writer.row(["header", *("x" * len(texts))])
    writer.row(["", *(cells.write_text(text, EN) for text in texts)])
    writer.row(["end"])
    file = open_table("t", io.BytesIO(out.getvalue().encode("utf-8-sig")), lambda _: True)
    (*found, _) = rows(file) if any(text.strip() for text in texts) else [None]
    for row in found:
        assert row is not None
        assert not row.is_broken
        back = ["" if is_nothing(cell) else cells.read_text(cell, PLAIN_FORM) for cell in row.cells[1:]]
        assert back == texts


@given(NASTY)
def test_a_guard_is_taken_off_as_it_was_put_on(text: str) -> None:
    assert as_text(guarded(text)) == text


@given(
    st.text(alphabet="=+-@'\"ab.＝无/", min_size=1, max_size=6).filter(lambda text: not text.startswith("@"))
)
@example("-")
@example('="a"')
@example("null")
def test_a_handle_comes_back_as_it_was(text: str) -> None:
    cell = guarded(cells.write_word(text, EN))
    assert not is_nothing(cell)
    assert cells.read_handle(cell, PLAIN_FORM) == text
