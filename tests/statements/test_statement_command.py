"""`shoplink statement` as a seller uses it: real files in, real files out."""

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from tests.statements.desk import LATE_LINK, LINKS, NOVEMBER, OCTOBER, Desk
from tests.traceability import ROOT


def test_a_statement_names_what_is_due_to_every_creator_and_what_links_have_waived(desk: Desk) -> None:
    done = desk.state(desk.judge(*OCTOBER, *NOVEMBER), "--json")
    said = done.json
    assert (said["rows"], said["pages"], said["zone"], said["adjustments"]) == (6, 4, "UTC", {})
    owed = {(row["period"], row["basis"]): row for row in desk.rows("out/commission.csv")}
    assert owed["2026-10", "official"]["waived_minor"] == "1000"
    assert owed["2026-10", "affiliate"]["commission_minor"] == "3500"
    assert owed["2026-10", "none"]["order_lines"] == "1"
    assert owed["2026-11", "marketing"]["lines_without_rate"] == "1"
    creators = {(row["period"], row["account_id"]): row for row in desk.rows("out/settlement.csv")}
    assert creators["2026-10", "A1"]["reference"] == "合同-7"
    assert creators["2026-10", "A9"]["commission_minor"] == "1500"
    assert creators["2026-11", "A2"]["ended_at"] == "2026-11-02T00:00:00Z"
    for name in ("commission", "settlement", "adjustments"):
        table = pq.read_table(desk.folder / "out" / f"{name}.parquet")
        assert table.num_rows == len(desk.rows(f"out/{name}.csv"))


def test_the_workbook_has_the_sums_the_lines_the_creators_and_the_adjustments(desk: Desk) -> None:
    desk.state(desk.judge(*OCTOBER))
    book = load_workbook(desk.folder / "out" / "statement.xlsx", read_only=True)
    assert book.sheetnames == ["汇总 Summary", "明细 Lines", "达人 Creators", "调整 Adjustments"]
    sheets = {name: list(book[name].values) for name in book.sheetnames}
    assert [len(some) for some in sheets.values()] == [4, 5, 4, 1]
    place_of = {str(name).split()[-1]: number for number, name in enumerate(sheets["明细 Lines"][0])}
    order = next(row for row in sheets["明细 Lines"] if "O2" in row)
    assert order[place_of["Sales"]] == 150.0
    assert order[place_of["Basis"]] == "联盟达人 Affiliate creator"


def test_pages_are_written_as_asked_and_in_both_languages(desk: Desk) -> None:
    result = desk.judge(*OCTOBER)
    desk.state(result)
    (english,) = (desk.folder / "out").rglob("*.en.html")
    (chinese,) = (desk.folder / "out").rglob("*.zh.html")
    assert "Commission statement" in english.read_text(encoding="utf-8")
    assert "合同-7" in (text := chinese.read_text(encoding="utf-8"))
    assert "佣金对账单" in text
    desk.state(result, "--pages", "none")
    assert not list((desk.folder / "out").rglob("*.html"))
    desk.state(result, "--pages", "creators")
    pages = [path.read_text(encoding="utf-8") for path in (desk.folder / "out").rglob("*.creators/*.en.html")]
    assert len(pages) == 3
    assert [page for page in pages if "150.00" in page and "15.00" in page and "A8" not in page]


def test_a_stale_result_is_not_stated_whatever_its_basis(desk: Desk) -> None:
    result = desk.judge(*OCTOBER)
    desk.file("links.csv", LINKS + LATE_LINK)
    done = desk.state(result, status=2)
    assert "1 of 4 rows are not what links and rate make them now: judged.csv line " in done.err
    assert "basis is 'affiliate', now 'marketing'" in done.err
    assert not (desk.folder / "out").exists()


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [
        (",1500", ",1499", 3),
        ("affiliate,", "none,", 3),
        ("link_1", "link_2", 2),
        (",10000,0", ",9999,0", 2),
        (",0", ",", 2),
    ],
)
def test_a_row_that_was_changed_is_named(desk: Desk, was: str, now: str, line: int) -> None:
    whole = desk.read(desk.judge(*OCTOBER)).splitlines(keepends=True)
    place = next(number for number, text in enumerate(whole) if text.startswith(f"O{line - 1},"))
    before, _, after = whole[place].rpartition(was)
    whole[place] = before + now + after
    desk.file("judged.csv", "".join(whole))
    done = desk.state("judged.csv", status=2)
    assert f"1 of 4 rows are not what links and rate make them now: judged.csv line {place + 1}" in done.err


def test_a_row_that_cannot_be_read_is_named(desk: Desk) -> None:
    text = desk.read(desk.judge(*OCTOBER))
    desk.file("judged.csv", text.replace("15000,GBP", "x,GBP"))
    assert "1 of 4 rows cannot be read as orders: judged.csv line 3" in desk.state("judged.csv", status=2).err


@pytest.mark.parametrize(
    ("zone", "months"),
    [
        ("UTC", ["1000-01", "1900-01", "2026-02", "2026-03", "9999-12"]),
        ("Asia/Shanghai", ["1000-01", "1900-01", "2026-03", "2026-03", "9999-12"]),
        ("America/St_Johns", ["0999-12", "1900-01", "2026-02", "2026-02", "9999-12"]),
    ],
)
def test_every_order_is_in_its_own_month_however_far_apart_they_are(
    desk: Desk, zone: str, months: list[str]
) -> None:
    instants = ("1000-01-01T00:00:00Z", "1900-01-20T00:00:00Z", "2026-02-28T16:00:00Z", "2026-03-01T00:00:00Z",
                "9999-12-31T15:59:59Z")  # fmt: skip
    desk.state(desk.affiliates(*instants), "--time-zone", zone)
    found = desk.rows("out/commission.csv")
    assert {row["period"]: int(row["order_lines"]) for row in found} == {
        month: months.count(month) for month in months
    }


def test_a_month_of_no_year_that_has_a_name_makes_no_statement(desk: Desk) -> None:
    result = desk.affiliates("9999-12-31T16:00:00Z")
    done = desk.state(result, "--time-zone", "Asia/Shanghai", status=2)
    assert "found orders outside of the years 1 to 9999" in done.err
    desk.state(result, "--time-zone", "UTC")


@pytest.mark.parametrize(
    ("options", "periods"),
    [
        (("--by", "half-month"), {"2026-10-H1": 1, "2026-10-H2": 3, "2026-11-H1": 2}),
        (("--by", "week"), {"2026-W40": 1, "2026-W43": 1, "2026-W44": 4}),
        (
            ("--days", "2026-10-01,2026-10-21,2026-11-02"),
            {"2026-10-01--2026-10-20": 2, "2026-10-21--2026-11-01": 4},
        ),
    ],
)
def test_periods_of_other_lengths(desk: Desk, options: tuple[str, str], periods: dict[str, int]) -> None:
    result = desk.judge(*OCTOBER, *NOVEMBER)
    desk.state(result, *options)
    found = dict.fromkeys(periods, 0)
    for row in desk.rows("out/commission.csv"):
        found[row["period"]] += int(row["order_lines"])
    assert found == periods
    last = max(periods)
    desk.state(result, *options, "--period", last)
    assert {row["period"] for row in desk.rows("out/commission.csv")} == {last}


def test_a_list_of_days_reaches_every_order_or_says_which_not(desk: Desk) -> None:
    result = desk.judge(*OCTOBER, *NOVEMBER)
    desk.file("days.txt", "2026-10-10\n2026-11-01\n")
    done = desk.state(result, "--days", "days.txt", status=2)
    assert "3 rows are not within the list of days, 2026-10-10 to 2026-11-01: judged.csv line 2" in done.err
    assert "allowed: a day" in desk.state(result, "--days", "2026-13-01,2026-10-01", status=2).err
    assert "later than the one before" in desk.state(result, "--days", "2026-10-02,2026-10-01", status=2).err
    assert "allowed: a month" in desk.state(result, "--period", "2026-W41", status=2).err


def test_a_mapping_s_own_zone_divides_time(desk: Desk) -> None:
    fields = ["order_id", "shop_id", "account_id", "ordered_at", "currency"]
    columns = "".join(f'{name} = "{name}"\n' for name in fields)
    money = 'amount = "amount_minor"\ncommission_rate = "commission_rate_bp"\nrefund = "refund_minor"\n'
    desk.file("map.toml", f'time_zone = "Asia/Kuala_Lumpur"\n[columns]\n{columns}{money}')
    done = desk.state(desk.judge(*OCTOBER), "--mapping", "map.toml", "--json")
    assert done.json["zone"] == "Asia/Kuala_Lumpur"
    found = {(row["period"], row["basis"]) for row in desk.rows("out/commission.csv")}
    assert ("2026-11", "affiliate") in found  # 23:30 in London is the next day there


@pytest.mark.usefixtures("database")
def test_months_are_those_of_the_shop_s_market(desk: Desk) -> None:
    for name in ("C00-world.ndjson", "C05-map.toml", "C51-month.csv"):
        desk.file(name, (ROOT / "tests" / "cases" / name).read_bytes())
    desk.run("apply", "C00-world.ndjson")
    desk.run("attribute", "C51-month.csv", "--mapping", "C05-map.toml", "--out", "judged.csv")
    common = ("statement", "judged.csv", "--mapping", "C05-map.toml", "--out", "out")
    assert desk.run(*common, "--json").json["zone"] == "market"
    found = {row["period"]: row["amount_minor"] for row in desk.rows("out/commission.csv")}
    assert found == {"2026-10": "1000", "2026-11": "14000"}
    assert "the time zone Asia/Kuala_Lumpur" in next((desk.folder / "out").rglob("*.en.html")).read_text()
    desk.run(*common, "--time-zone", "UTC")
    found = {row["period"]: row["amount_minor"] for row in desk.rows("out/commission.csv")}
    assert found == {"2026-10": "7000", "2026-11": "8000"}
