"""Cells of orders as people have them (tests/cases C05–C07 and C09): amounts, currencies, rounding and instants."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.mapping import parse_mapping
from shoplink.core.commission.attribution import Period
from shoplink.core.instant import parse_instant
from shoplink.flows.commission.judge import AttributionRequest, attribute_files
from shoplink.flows.commission.summary import AttributionResult
from tests.attribution.test_cases import CASES, LINKS, rows


def attributed(
    folder: Path, name: str, mapping: str = "C05-map.toml", links: list[Period] = LINKS, **more: str
) -> AttributionResult:
    """Judge a case with its mapping, and `more` keys of it."""
    read = replace(parse_mapping((CASES / mapping).read_text(encoding="utf-8"), mapping), **more)
    asked = AttributionRequest(
        orders=[str(CASES / name)],
        links=links,
        out=folder / "out.csv",
        form="csv",
        rejects=folder / "rejects.csv",
        engine=lambda work: DuckDBEngine("1GB", work, 1),
        work=folder,
        mapping=read,
    )
    return attribute_files(asked, lambda *_: None)


def judged(
    folder: Path, name: str, mapping: str = "C05-map.toml", links: list[Period] = LINKS, **more: str
) -> dict[str, dict[str, str]]:
    """The judged rows of a case by order id, and the rejected ones with their reason."""
    found = attributed(folder, name, mapping, links, **more)
    out = {row["order_id"]: row for row in rows(folder)}
    if found.rejected:
        out |= {row["order_id"]: row for row in rows(folder, "rejects.csv")}
    assert len(out) == found.judged + found.rejected
    return out


def commissions(out: dict[str, dict[str, str]]) -> dict[str, int]:
    """The commission of the rows that were judged, by order id."""
    return {key: int(row["commission_minor"]) for key, row in out.items() if "basis" in row}


def test_dots_between_thousands_are_read_where_they_can_be_nothing_else(tmp_path: Path) -> None:
    out = judged(tmp_path, "C05-dot-thousands.csv")
    # 10 % of 99,500; 1,250,000; 199,000; 35.91; 1,234.50; 1.250
    assert commissions(out) == {
        "VN2": 9_950,
        "VN3": 125_000,
        "VN4": 19_900,
        "BR1": 359,
        "BR2": 12_345,
        "KW1": 125,
    }
    for key in ("VN1", "BR3"):
        assert 'write decimal = "." or decimal = "," in the mapping' in out[key]["Reason"]


def test_stated_marks_decide_what_is_ambiguous(tmp_path: Path) -> None:
    out = judged(tmp_path, "C05-dot-thousands.csv", decimal=",", thousands=".")
    assert commissions(out)["VN1"] == 19_900
    assert commissions(out)["BR3"] == 13  # 10 % of 1.25
    assert commissions(out)["KW1"] == 125_000


def test_a_sign_that_agrees_with_the_currency_is_read(tmp_path: Path) -> None:
    out = judged(tmp_path, "C06-prefixes.csv")
    of = commissions(out)
    assert [of[key] for key in ("P1", "P2", "P3", "P5", "P6", "P7")] == [359, 359, 359, 359, 125, 12_345]
    assert (of["P10"], of["P18"]) == (0, 12_345)
    for key, found in (
        ("P8", "-"),
        ("P9", "--"),
        ("P12", "1e3"),
        ("P14", "(12.00)"),
        ("P16", "12."),
        ("P17", ".50"),
    ):
        assert out[key]["Reason"].startswith(
            f"column amount: found '{found}'; allowed: an amount in digits"
        ), key
    assert out["P11"]["Reason"] == "column amount: missing; allowed: the amount of the order"


def test_a_sign_of_another_currency_is_rejected(tmp_path: Path) -> None:
    text = (CASES / "C06-prefixes.csv").read_text(encoding="utf-8").replace("RM 35.90,MYR", "RM 35.90,IDR")
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    out = judged(tmp_path, str(tmp_path / "orders.csv"))
    assert out["P1"]["Reason"] == (
        "column amount: found 'RM 35.90'; allowed: an amount in the currency of its row: this one has the sign of another"
    )


def test_halves_are_rounded_up_by_line_in_the_digits_of_the_currency(tmp_path: Path) -> None:
    out = judged(tmp_path, "C07-rounding.csv")
    assert commissions(out) == {
        "R1": 125,
        "R2": 1,
        "R3": 1,
        "R4": 126,
        "R5": 11,
        "R6": 0,
        "R7": 1_990,
        "R8": 5,
        "R9": 9_006_298_534_815_517,
        "R12": 150,
        "R13": 150,
        "R14": 125,
    }
    assert all("a rate from 0 to 100 %" in out[key]["Reason"] for key in ("R10", "R11"))


def test_an_instant_is_never_guessed(tmp_path: Path) -> None:
    out = judged(tmp_path, "C09-dates.csv")
    read = {"D6", "D9", "D11", "D16", "D17", "D18"}
    assert {key for key, row in out.items() if "basis" in row} == read
    why = {key: row["Reason"].partition("; allowed: ")[2] for key, row in out.items() if key not in read}
    assert why["D1"] == "a date with its time: the day alone does not say which link was in force"
    assert {why[key].partition(":")[0] for key in ("D2", "D3", "D7", "D8", "D12", "D13", "D14")} == {
        "a date and a time"
    }
    assert why["D5"].startswith("an instant with its offset")
    assert set(why) == {f"D{number}" for number in range(1, 19)} - read


@pytest.mark.parametrize(("repeated", "basis"), [("first", "affiliate"), ("second", "official")])
def test_the_repeated_hour_is_rejected_until_the_mapping_states_it(
    tmp_path: Path, repeated: str, basis: str
) -> None:
    out = judged(tmp_path, "C09-us.csv", "C09-us-map.toml")
    assert {key for key, row in out.items() if "basis" in row} == {"D1", "D2"}
    assert 'write repeated_hour = "first" or "second" in the mapping' in out["D3"]["Reason"]
    assert "clocks were put forward over this one" in out["D4"]["Reason"]
    assert "allowed: a date and a time" in out["D5"]["Reason"]
    assert "allowed: a date and a time" in out["D6"]["Reason"]
    # At 09:00 UTC clocks in Los Angeles go back: 1:30 comes an hour before this link's half an hour, and within it.
    begun = parse_instant("2026-11-01T09:00:00Z")
    links = [replace(link, linked_at=begun) for link in LINKS]
    out = judged(tmp_path, "C09-us.csv", "C09-us-map.toml", links, repeated_hour=repeated)
    assert out["D3"]["basis"] == basis


def test_rates_in_per_cent_that_are_all_below_one_are_said(tmp_path: Path) -> None:
    lines = (CASES / "C05-dot-thousands.csv").read_text(encoding="utf-8")
    for name, rate, small in (
        ("fractions", "0.10", "commission_rate"),
        ("one", "1", ""),
        ("none", "0", ""),
    ):
        (tmp_path / name).mkdir()
        orders = tmp_path / name / "orders.csv"
        orders.write_text(lines.replace(",10\n", f",{rate}\n"), encoding="utf-8")
        assert attributed(tmp_path / name, str(orders)).small_rates == small
