"""The cases of tables that people give, C30 to C36: which lines are read, which are rejected, and why."""

import pytest

from shoplink.flows.file.source import UnreadableError
from tests.flows.test_apply_tables import fields, lines, said
from tests.traceability import ROOT

pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("database"),
]

CASES = ROOT / "tests" / "cases"
REJECTED: dict[str, dict[int, str]] = {
    "C30-countries.csv": dict.fromkeys((46, 47, 48), "a country by its ISO 3166-1 code"),
    "C31-birthdates.csv": {
        **dict.fromkeys((5, 6, 7), "the order is never guessed"),
        **dict.fromkeys((8, 11, 13, 15, 16), "allowed: a date"),
        14: "not in the future",
    },
    "C32-handles.csv": {**dict.fromkeys((11, 12, 13), "a whole number"), 15: "U+200B ZERO WIDTH SPACE"},
    "C33-ids.csv": {**dict.fromkeys((2, 3, 4, 9), "has rounded this number"), 12: "line 11 has it already"},
    "C34-links-daymonth.csv": {
        2: "the order is never guessed",
        **dict.fromkeys((3, 4), "an instant with its offset"),
    },
    "C36-desc-row.csv": {},
}
"""Per file, the lines that are rejected, and words of the reason."""


@pytest.mark.parametrize("name", REJECTED)
def test_the_lines_of_a_case_are_read_or_rejected_with_what_was_found(name: str) -> None:
    found = {line.number: line for line in lines((CASES / name).read_bytes(), name=name)}
    assert len(found) >= 3
    for number, line in found.items():
        if number in REJECTED[name]:
            assert REJECTED[name][number] in said(line)[0]
        else:
            assert fields(line)["command"] in {"put_account", "put_shop", "import_link"}
    assert REJECTED[name].keys() <= found.keys()


def test_ids_that_a_spreadsheet_has_dressed_up_are_read_whole() -> None:
    name = "C33-ids.csv"
    found = [line for line in lines((CASES / name).read_bytes(), name=name) if line.command is not None]
    read = [fields(line)["account_id"] for line in found]
    assert read == [f"759225557346459755{last}" for last in (1, 2, 3, 4, 6, 7)]


def test_foreign_columns_are_named_and_can_be_left_out() -> None:
    name = "C35-partner-center.csv"
    with pytest.raises(UnreadableError, match=r"found the column 'GMV'; .*--skip-column"):
        lines((CASES / name).read_bytes(), name=name)
