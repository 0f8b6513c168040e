"""Every file that leaves holds texts that a spreadsheet could run (case C52) as texts, and they come back as they were.

That there is no other writer is an import contract: only `shoplink.table` knows CSV and XLSX.
"""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from shoplink.core.commission.attribution import Period
from shoplink.core.facts import Actor
from shoplink.flows.commission.periods import read_periods, write_periods
from shoplink.flows.commission.statement.out import _csv as _statement
from shoplink.flows.file.apply import apply_files, dry_run_files
from shoplink.flows.file.export import export_table
from shoplink.flows.file.rejects import RejectFile
from shoplink.flows.file.source import Reading, inspect, read
from shoplink.table.cell import RUNNABLE, as_text
from shoplink.web.page.export import _csv
from shoplink.wording import language_for
from tests.traceability import ROOT

READING = Reading(Actor(kind="platform", id="apply"))
RUNS = ('=HYPERLINK("http://127.0.0.1/x","y")', "+44abc", "@cmd|x", "-minus", "＝1+1", " =1", "x;=1+1")
AT = datetime(2026, 11, 1, tzinfo=UTC)


def case(name: str) -> bytes:
    return (ROOT / "tests" / "cases" / name).read_bytes()


def cells(written: str) -> list[list[str]]:
    """The cells of a file, of which none may begin as a formula does; what some spreadsheet splits at is quoted."""
    rows = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline="")))
    begins = RUNNABLE.replace("\\", "")
    assert not [cell for row in rows for cell in row if cell.strip() and cell.strip()[0] in begins]
    assert all(f'"{cell}"' in written for row in rows for cell in row if ";" in cell)
    return rows


@pytest.mark.usefixtures("database")
def test_exports_and_rejected_lines(tmp_path: Path) -> None:
    sources = [
        inspect(name, io.BytesIO(case(name)), READING) for name in ("C52-shop.csv", "C52-injection.csv")
    ]
    assert {result.answer["outcome"] for result in apply_files(sources, READING)} == {"accepted"}
    for kind, place, texts in (
        ("accounts", 1, ['\'=HYPERLINK("http://127.0.0.1/x","y")', "'+44abc", "cmd|x", "'-minus"]),
        ("shops", 1, ["'=1+1"]),
    ):
        out = io.StringIO(newline="")
        export_table(kind, language_for("en"), ended=False, out=out)  # type: ignore[arg-type]
        assert [row[place] for row in cells(out.getvalue())[1:]] == texts
        again = inspect("again.csv", io.BytesIO(out.getvalue().encode()), READING)
        back = [line.command for line in read(again, READING)]
        given = [line.command for line in read(sources[kind == "accounts"], READING)]
        assert [msgspec.to_builtins(one).get("handle") for one in back] == [
            msgspec.to_builtins(one).get("handle") for one in given
        ]
    spoiled = inspect(
        "spoiled.csv", io.BytesIO(case("C52-injection.csv").replace(b",GB,", b",Mars,")), READING
    )
    with RejectFile(tmp_path / "rejected.csv", language_for("en")) as rejected:
        for result in dry_run_files([spoiled], READING):
            rejected.write(result)
    written = (tmp_path / "rejected.csv").read_bytes().decode("utf-8-sig")
    assert [as_text(row[1]) for row in cells(written)[1:]] == list(RUNS[:4])


def test_periods(tmp_path: Path) -> None:
    periods = [
        Period(f"link_{text[-1]}{place}", "S1", "A1", "official", AT, AT, reference=text)
        for place, text in enumerate(RUNS)
    ]
    out = io.StringIO(newline="")
    assert write_periods(periods, out) == len(RUNS)
    assert [as_text(row[-1]) for row in cells(out.getvalue())[1:]] == list(RUNS)
    path = tmp_path / "periods.csv"
    path.write_bytes(out.getvalue().encode("utf-8-sig"))
    assert [period.reference for period in read_periods([path])] == list(RUNS)


def test_statements_and_tables_of_consoles(tmp_path: Path) -> None:
    with _statement(tmp_path / "s.csv", ["reference", "amount_minor"]) as write:
        for text in RUNS:
            write({"reference": text, "amount_minor": -5})
    written = (tmp_path / "s.csv").read_bytes().decode()
    assert written.count(",-5\r\n") == len(RUNS)
    assert [as_text(row[0]) for row in cells(written.replace(",-5", ""))[1:]] == list(RUNS)
    table = _csv(["a", "b"], [[text, text] for text in RUNS]).decode()
    assert [as_text(row[1]) for row in cells(table)[1:]] == list(RUNS)
