"""Closing: a closed period stays as it is, and what changes of it later is in the next one, to the last minor unit."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoplink.wording import language_for
from shoplink.wording.statement import CLOSING
from tests.statements.desk import HEADER, LATE_LINK, LINKS, NOVEMBER, OCTOBER, Desk

REFUNDED = tuple(f"{line}20000" if line.startswith("O3") else line for line in OCTOBER)


def test_a_refund_after_closing_is_in_the_next_period_with_both_amounts(desk: Desk) -> None:
    done = desk.state(desk.judge(*OCTOBER), "--close", "2026-10", "--json")
    assert (done.json["closed"], len(done.json["digest"])) == ("2026-10", 64)
    before = desk.rows("out/commission.csv")
    done = desk.state(desk.judge(*REFUNDED, *NOVEMBER), "--json")
    assert done.json["adjustments"] == {"refund": 1}
    assert [row for row in desk.rows("out/commission.csv") if row["period"] == "2026-10"] == before
    (change,) = desk.rows("out/adjustments.csv")
    assert (change["period"], change["adjusts"], change["order_id"]) == ("2026-11", "2026-10", "O3")
    assert (change["before_commission_minor"], change["now_commission_minor"]) == ("2000", "0")
    assert change["commission_minor"] == "-2000"
    assert (desk.due("2026-10"), desk.due("2026-11")) == (3500, 500 - 2000)
    page = next((desk.folder / "out" / "2026-11").glob("*.en.html")).read_text(encoding="utf-8")
    assert "Adjustments of closed periods" in page
    assert "Affiliate creator, adjustment of 2026-10" in page
    (of_creator,) = [row for row in desk.rows("out/settlement.csv") if row["adjusts"]]
    assert (of_creator["account_id"], of_creator["commission_minor"]) == ("A8", "-2000")


def test_a_late_link_moves_an_order_from_the_affiliate_s_to_the_link_s(desk: Desk) -> None:
    desk.state(desk.judge(*OCTOBER), "--close", "2026-10")
    desk.file("links.csv", LINKS + LATE_LINK)
    done = desk.state(desk.judge(*OCTOBER, *NOVEMBER), "--json")
    assert done.json["adjustments"] == {"link": 2}
    assert {(row["basis"], row["commission_minor"]) for row in desk.rows("out/adjustments.csv")} == {
        ("affiliate", "-1500"),
        ("marketing", "0"),
    }
    assert desk.due("2026-11") == 500 - 1500


def test_new_vanished_and_corrected_orders_are_named(desk: Desk) -> None:
    desk.state(desk.judge(*OCTOBER), "--close", "2026-10")
    new = "O9,S1,A8,2026-10-30T00:00:00Z,1000,GBP,1000,"
    cheaper = OCTOBER[2].replace("20000", "10000")
    done = desk.state(desk.judge(OCTOBER[0], cheaper, OCTOBER[3], new), "--json")
    assert done.json["adjustments"] == {"changed": 1, "gone": 1, "new": 1}
    assert {row["order_id"]: row["reason"] for row in desk.rows("out/adjustments.csv")} == {
        "O2": "gone",
        "O3": "changed",
        "O9": "new",
    }
    assert desk.due("2026-11") == -1500 - 1000 + 100


def test_a_closed_period_that_the_results_do_not_have_is_taken_as_it_was_closed(desk: Desk) -> None:
    desk.state(desk.judge(*OCTOBER), "--close", "2026-10")
    done = desk.state(desk.judge(*NOVEMBER), "--json")
    assert (done.json["kept"], done.json["adjustments"]) == (["S1 2026-10"], {})
    assert "taken as closed, because the results have no row of them: S1 2026-10" in done.err
    assert (desk.due("2026-10"), desk.due("2026-11")) == (3500, 500)


def test_periods_are_closed_once_and_in_order(desk: Desk) -> None:
    result = desk.judge(*OCTOBER, *NOVEMBER)
    assert (
        "2026-10 is before it, has rows and is open" in desk.state(result, "--close", "2026-11", status=2).err
    )
    desk.state(result, "--close", "2026-10")
    record = desk.read("out.closed/closings.json")
    assert "2026-10 was closed at 20" in desk.state(result, "--close", "2026-10", status=2).err
    assert "the next one is 2026-11" in desk.state(result, "--close", "2026-12", status=2).err
    assert "the next one is 2026-11" in desk.state(result, "--close", "2026-09", status=2).err
    assert "--by month; found week" in desk.state(result, "--by", "week", status=2).err
    zone = ("--time-zone", "Asia/Shanghai")
    assert "--time-zone UTC; found Asia/Shanghai" in desk.state(result, *zone, status=2).err
    assert desk.read("out.closed/closings.json") == record
    desk.state(result, "--close", "2026-11")
    desk.state(result, "--close", "2026-12")  # a period without orders
    assert pq.read_table(desk.folder / "out.closed" / "2026-12.parquet").num_rows == 0
    earlier = "O0,S1,A8,2026-09-30T00:00:00Z,1000,GBP,1000,"
    done = desk.state(desk.judge(earlier, *OCTOBER), status=2)
    assert "found rows of 2026-09, but the record of closed periods begins with 2026-10" in done.err


def test_a_record_that_was_changed_is_not_used(desk: Desk) -> None:
    result = desk.judge(*OCTOBER, *NOVEMBER)
    for period in ("2026-10", "2026-11"):
        desk.state(result, "--close", period)
    index = desk.read("out.closed/closings.json")
    for was, now in (
        ('"GBP": 3500', '"GBP": 3400'),
        ('"lines": 4', '"lines": 5'),
        ("2026-10.parquet", "2026-11.parquet"),
    ):
        assert was in index
        desk.file("out.closed/closings.json", index.replace(was, now, 1))
        assert "The record of 2026-10 is not as it was closed" in desk.state(result, status=2).err
    desk.file("out.closed/closings.json", "{")
    assert "cannot be read as the record" in desk.state(result, status=2).err
    desk.file("out.closed/closings.json", index)
    desk.state(result)
    first = desk.folder / "out.closed" / "2026-10.parquet"
    whole = first.read_bytes()
    first.write_bytes((desk.folder / "out.closed" / "2026-11.parquet").read_bytes())
    assert "The record of 2026-10 is not as it was closed" in desk.state(result, status=2).err
    first.write_bytes(whole)
    (desk.folder / "out.closed" / "closings.json").unlink()
    assert "holds closed periods but no closings.json" in desk.state(result, status=2).err


def test_what_is_said_about_closing_is_said_in_chinese_too() -> None:
    for sentence in CLOSING.values():
        chinese = language_for("zh").text(sentence)
        names = [part.partition("}")[0] for part in sentence.split("{")[1:]]
        assert all(f"{{{name}}}" in chinese for name in names)


ORDER = st.tuples(
    st.sampled_from(["S1", "S2"]),
    st.sampled_from(["A1", "A2", "A8", "A9", ""]),
    st.integers(1, 87),
    st.integers(0, 30_000),
    st.sampled_from([0, 50, 100]),
    st.sampled_from(["GBP", "JPY"]),
    st.sampled_from([5, 333, 1000]),
)
WORLD = st.dictionaries(st.integers(1, 12), ORDER, min_size=3, max_size=10)


def written(world: dict[int, tuple[str, str, int, int, int, str, int]]) -> list[str]:
    """Orders of September, October and November; of 4 and 8 there are two lines."""
    found = []
    for number, (shop, account, day, amount, refunded, currency, rate) in world.items():
        month, day_of_month = 9 + (day - 1) // 29, (day - 1) % 29 + 1
        line = f"O{number},{shop},{account},2026-{month:02}-{day_of_month:02}T12:00:00Z,{amount},{currency},{rate},"
        found += [f"{line}{amount * refunded // 100}"] * (2 if number % 4 == 0 else 1)
    return found


def sums(desk: Desk) -> dict[tuple[str, str, str], int]:
    """What is due by shop, currency and basis, in all periods, where anything is."""
    found: dict[tuple[str, str, str], int] = {}
    for row in desk.rows("out/commission.csv"):
        key = row["shop_id"], row["currency"], row["basis"]
        found[key] = found.get(key, 0) + int(row["commission_minor"]) * 10**9 + int(row["base_minor"])
    return {key: value for key, value in found.items() if value}


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds=st.lists(WORLD, min_size=3, max_size=3), late=st.lists(st.booleans(), min_size=3, max_size=3))
def test_closed_periods_and_adjustments_add_up_to_a_judgement_made_from_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    worlds: list[dict[int, tuple[str, str, int, int, int, str, int]]],
    late: list[bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three times the orders are other ones, and links are found or lost; each time a period is closed."""
    folder: Path = tmp_path_factory.mktemp("closing")
    monkeypatch.chdir(folder)
    desk = Desk(folder)
    anchors = [f"X{shop}{month},{shop},,2026-{month:02}-02T00:00:00Z,7,GBP,,"
               for shop in ("S1", "S2") for month in (9, 10, 11)]  # fmt: skip
    fixed: dict[str, list[dict[str, str]]] = {}
    for period, world, is_late in zip(("2026-09", "2026-10", "2026-11"), worlds, late, strict=True):
        desk.file("links.csv", LINKS + (LATE_LINK if is_late else ""))
        result = desk.judge(*anchors, *written(world))
        desk.state(result, "--close", period, "--pages", "none")
        stated = sums(desk)
        fixed[period] = [row for row in desk.rows("out/commission.csv") if row["period"] == period]
        for closed, lines in fixed.items():
            assert [row for row in desk.rows("out/commission.csv") if row["period"] == closed] == lines
        desk.run("statement", result, "--links", "links.csv", "--out", "anew", "--pages", "none")
        (folder / "out").rename(folder / "kept")
        (folder / "anew").rename(folder / "out")
        assert stated == sums(desk)
        (folder / "out").rename(folder / "anew")
        (folder / "kept").rename(folder / "out")
    record = json.loads(desk.read("out.closed/closings.json"))
    assert [one["period"] for one in record["closings"]] == list(fixed)
    assert HEADER in desk.read("orders.csv")
