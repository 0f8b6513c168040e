"""The headers, cells and encodings of tables, and the errors for those that are not understood."""

import io
from datetime import timedelta, timezone
from typing import Any

import msgspec
import pytest

from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.core.parse import ALLOWED
from shoplink.flows.file.source import Line, Reading, Source, UnreadableError, inspect, read
from shoplink.flows.file.tables import TABLES
from shoplink.table.cell import Form
from shoplink.wording.input_errors import _FIELDS

# A birth date is held to the day of the database's clock.
pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("database"),
]

BY = Actor(kind="platform", id="apply")
READING = Reading(BY)
SHOPS = "店铺ID,店铺名称,经营国家,入驻类型,店铺状态\n"
ACCOUNTS = "账号ID,账号名称,账号所在国家,账号注册国家,出生日期,账号状态,电商权限,粉丝数\n"
LINKS = "店铺ID,账号ID,绑定类型,绑定时间,解绑时间\n"


def source(content: str | bytes, name: str = "t.csv", reading: Reading = READING) -> Source:
    return inspect(name, io.BytesIO(content.encode() if isinstance(content, str) else content), reading)


def lines(content: str | bytes, reading: Reading = READING, name: str = "t.csv") -> list[Line]:
    return list(read(source(content, name, reading), reading))


def fields(line: Line) -> dict[str, Any]:
    assert line.command is not None, line.problems
    plain = msgspec.to_builtins(line.command)
    return {name: value for name, value in plain.items() if value is not None and name not in {"at", "by"}}


def said(line: Line, tag: Any = "en") -> list[str]:
    assert line.command is None
    return [problem.say(tag) for problem in line.problems]


def test_a_shop() -> None:
    line = lines(SHOPS + "7495100000000000311,兰亭家居,英国,定邀,异常\n")[0]
    assert (line.number, fields(line)) == (
        2,
        {
            "command": "put_shop",
            "shop_id": "7495100000000000311",
            "name": "兰亭家居",
            "market": "GB",
            "enrolment": "invited",
            "status": "abnormal",
        },
    )
    assert line.command is not None
    assert (line.command.by, line.command.at) == (BY, BEGINNING)


def test_an_account() -> None:
    line = lines(
        ACCOUNTS + '6800000000000000043,mei.at.home,美国,印度尼西亚,1996/8/4,正常,已收回,"12,345"\n'
    )[0]
    assert fields(line) == {
        "command": "put_account",
        "account_id": "6800000000000000043",
        "handle": "mei.at.home",
        "region": "US",
        "registered_in": "ID",
        "birth_date": "1996-08-04",
        "status": "normal",
        "commerce_permission": "revoked",
        "followers": 12345,
    }


def test_a_table_with_only_some_facts_changes_those() -> None:
    """An empty cell leaves its fact as it is; a table that names something unknown is none."""
    jobs = lines("账号ID,粉丝数,出生日期\nA1,7,\nA2,8,1996/8/4\n")
    assert [fields(line) for line in jobs] == [
        {"command": "change_account", "account_id": "A1", "followers": 7},
        {"command": "change_account", "account_id": "A2", "followers": 8, "birth_date": "1996-08-04"},
    ]
    assert fields(lines("Shop status,Shop ID,Reason\nabnormal,S1,\n")[0]) == {
        "command": "change_shop",
        "shop_id": "S1",
        "status": "abnormal",
    }
    for header in ("账号ID", "账号ID,粉丝", "店铺ID,经营国家", "粉丝数", "账号ID,粉丝数,数据时间"):
        with pytest.raises(UnreadableError, match="found the columns"):
            source(f"{header}\n")


def test_a_table_says_when_its_facts_were_read() -> None:
    header = "账号ID,账号所在国家,数据时间\n"
    assert fields(lines(f"{header}A1,英国,2025/3/2 07:20+08:00\n")[0]) == {
        "command": "put_account",
        "account_id": "A1",
        "region": "GB",
        "facts_as_of": "2025-03-01T23:20:00Z",
    }
    assert said(lines(f"{header}A1,英国,2999-01-01\n")[0])[0].startswith("column 数据时间: found '2999")


def test_a_link_in_local_time() -> None:
    line = lines(LINKS + "S1,A1,渠道账号,2025-03-02 07:20:00+08:00,2025年4月1日\n")[0]
    assert fields(line) == {
        "command": "import_link",
        "shop_id": "S1",
        "account_id": "A1",
        "role": "marketing",
        "linked_at": "2025-03-01T23:20:00Z",
        "unlinked_at": "2025-04-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("cell", "instant"),
    [
        ("2025-03-02", "2025-03-02T00:00:00Z"),
        ("2025-03-02T07:20:00Z", "2025-03-02T07:20:00Z"),
        ("2025/3/2 7:20+0800", "2025-03-01T23:20:00Z"),
        ("2025-03-02 07:20:00.25 -05:00", "2025-03-02T12:20:00.250000Z"),
        ("2025-03-02 07:20:00 UTC+08:00", "2025-03-01T23:20:00Z"),
    ],
)
def test_an_instant_may_be_written_as_exporters_write_it(cell: str, instant: str) -> None:
    assert fields(lines(LINKS + f"S1,A1,官方账号,{cell},\n")[0])["linked_at"] == instant


def test_an_instant_without_an_offset_needs_one_for_all() -> None:
    content = LINKS + "S1,A1,官方账号,2025-03-02 07:20:00,\n"
    assert said(lines(content)[0])[0].startswith(
        "column 绑定时间: found '2025-03-02 07:20:00'; allowed: a date, or an instant with its offset"
    )
    china = Reading(BY, form=Form(timezone(timedelta(hours=8))))
    assert fields(lines(content, china)[0])["linked_at"] == "2025-03-01T23:20:00Z"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("GB", "GB"),
        ("gb", "GB"),
        ("UK", "GB"),
        ("英国", "GB"),
        ("United Kingdom", "GB"),
        ("美国", "US"),
        (" united states ", "US"),
        ("越南", "VN"),
        ("Türkiye", "TR"),
    ],
)
def test_a_country_goes_by_its_code_or_its_name(cell: str, code: str) -> None:
    assert fields(lines(f"shop_id,market,enrolment\nS1,{cell},open\n")[0])["market"] == code


@pytest.mark.parametrize(
    "damaged", ["7.12E+18", "7.49510000000000E+18", "7E+18", "7,12E+18", "7495100000000000311.0"]
)
def test_an_id_that_a_spreadsheet_has_rounded_is_named_as_such(damaged: str) -> None:
    problem = said(lines(f'shop_id,market,enrolment\n"{damaged}",GB,open\n')[0])[0]
    assert problem == (
        f"column shop_id: found {damaged!r}; allowed: the whole id as text: a spreadsheet has rounded this number"
        " and the id is lost; export it again with the column formatted as text"
    )


def test_an_id_that_ends_in_zeros_is_real_where_it_is_as_rare_as_real_ones_are() -> None:
    whole = "".join(f"7495100000000{number:06},GB,open\n" for number in range(500_001, 500_401))
    content = f"shop_id,market,enrolment\n{whole}7495100000000510000,GB,open\n"
    assert all(line.command for line in lines(content))
    rounded = lines(content + "7495100000000520000,GB,open\n7495100000000530000,GB,open\n")
    assert [line.number for line in rounded if line.command is None] == [402, 403, 404]


def test_the_same_id_twice_in_a_file_is_named() -> None:
    first, second = lines(ACCOUNTS + "A1,x,GB\n'A1,y,GB\n")
    assert fields(first)["account_id"] == "A1"
    assert said(second) == [
        "column 账号ID: found 'A1'; allowed: each id once in a file: line 2 has it already"
    ]
    assert all(
        line.command
        for line in lines(LINKS + "S1,A1,官方账号,2025-03-02,2025-03-03\nS1,A1,官方账号,2025-04-02,\n")
    )


def test_a_line_that_describes_the_columns_is_skipped() -> None:
    content = ACCOUNTS + "必填,选填,必填：两位代码,选填,如 1990-1-1 或空,正常或异常,,数字\nA1,x,GB\n"
    assert source(content).description == 2
    assert [line.number for line in lines(content)] == [3]
    assert source(ACCOUNTS + "7.1E+18,x,火星\n").description == 0
    assert source(ACCOUNTS + "A 1,x,GB\n").description == 0


def test_a_tab_that_keeps_an_id_from_being_rounded_is_no_part_of_it() -> None:
    assert fields(lines("shop_id,market,enrolment\n7495100000000000311\t,GB,open\n")[0])["shop_id"].endswith(
        "311"
    )


def test_every_cell_that_is_wrong_is_named_with_what_is_allowed() -> None:
    line = lines(ACCOUNTS + "a b,x,火星,GB,2007-02-30,坏,,1.2\n" + ",,,,,,\n")[0]
    assert said(line) == [
        "column 账号所在国家: found '火星'; allowed: a country by its ISO 3166-1 code or its Chinese or English name",
        "column 出生日期: found '2007-02-30'; allowed: a date: 2024-11-11, 2024/11/11 or 2024年11月11日",
        "column 账号状态: found '坏'; allowed: normal or abnormal",
        "column 粉丝数: found '1.2'; allowed: a whole number, also as 1.2K or 12.5万",
    ]
    assert said(line, "zh")[2] == "列「账号状态」：发现“坏”；应填正常或异常"


def test_what_only_the_command_forbids_is_said_of_the_column_too() -> None:
    assert said(lines(SHOPS + "a b,x,GB,普招,\n")[0]) == [
        "column 店铺ID: found 'a b'; allowed: 1–64 of A–Z a–z 0–9 _ . : -, without U+0020 SPACE"
    ]
    assert said(lines(SHOPS + f"S1,{'x' * 201},GB,普招,\n")[0], "zh")[0].endswith(
        "应填1 至 200 个字符的单行文本"
    )


def test_missing_and_superfluous_cells() -> None:
    found = lines(SHOPS + "S1,x,GB\nS2,,GB,普招,,,\nS3,x,GB,普招,正常,more\n\n , ,,,\nS4,x,GB,普招\n")
    assert said(found[0]) == ["column 入驻类型: missing; allowed: open or invited"]
    assert fields(found[1])["shop_id"] == "S2"
    assert said(found[2]) == ["the line has more cells than the header"]
    assert [line.number for line in found] == [2, 3, 4, 7]


def test_a_cell_may_hold_lines_and_the_number_stays_that_of_its_first() -> None:
    found = lines(
        SHOPS + 'S1,"a,\nb",GB,普招,\nS2,c,GB,普招,\nS3,"d,GB,普招,\nS4,e,GB,普招,\nS5,7" pan,GB,普招,\n'
    )
    assert [line.number for line in found] == [2, 4, 5, 6, 7]
    assert said(found[0])[0].endswith(", without U+000A LINE FEED")
    assert found[0].raw == ["S1", "a,\nb", "GB", "普招", ""]
    assert said(found[2]) == ["the line is not CSV (is a quotation mark not closed?)"]
    assert [fields(line)["name"] for line in found[3:]] == ["e", '7" pan']


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found_out(encoding: str, found: str) -> None:
    content = (SHOPS + "S1,兰亭家居,英国,定邀,\n").encode(encoding)
    file = source(content).file
    assert file is not None
    assert file.encoding == found
    assert fields(lines(content)[0])["name"] == "兰亭家居"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_known_by_the_header(delimiter: str) -> None:
    assert (
        fields(lines("shop_id,market,enrolment\nS1,GB,open\n".replace(",", delimiter))[0])["market"] == "GB"
    )


def test_headers_go_by_their_letters_only() -> None:
    assert source("Shop ID,MARKET,Enrolment\n").table is TABLES[0]
    assert source("店铺ＩＤ, 经营国家 ,入驻类型\n").table is TABLES[0]
    assert source("account_id,region\n").table is TABLES[1]
    assert source("shop_id,account_id,role,linked_at\n").table is TABLES[2]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("名称,国家\n", "line 1: found the columns 名称, 国家; needed are, for shops: 店铺ID|shop_id, "),
        ("店铺ID,经营国家,入驻类型,备注\n", "line 1: found the column '备注'; shops have 店铺ID|shop_id, "),
        ("店铺ID,经营国家,入驻类型,店铺ID\n", "line 1: the column '店铺ID' stands there twice"),
        (
            b"shop_id,market,enrolment\nS1,GB,\xff\xff\n",
            "line 2: found the bytes ff; allowed: UTF-8, UTF-16 or GB18030; save the file as CSV UTF-8, or name",
        ),
        (b"shop_id,market,enrolment\n" + b"x" * (1 << 20) + b"\n", "line 2: longer than 1048576 characters"),
        (
            "店铺ID,经营国家".encode("utf-16"),
            "line 1: found the columns 店铺ID, 经营国家; missing is, for shops: 入驻类型|enrolment",
        ),
    ],
)
def test_a_file_that_is_no_table_is_named_with_what_is_wrong(content: str | bytes, problem: str) -> None:
    with pytest.raises(UnreadableError) as error:
        source(content)
    assert str(error.value).startswith(f"t.csv: {problem}")


def test_a_column_may_be_left_out() -> None:
    reading = Reading(BY, skipped=frozenset({"备注"}))
    assert fields(lines("店铺ID,经营国家,备注,入驻类型\nS1,GB,x,普招\n", reading)[0])["enrolment"] == "open"


def test_commands_are_known_by_their_first_line_or_their_name() -> None:
    assert source('\ufeff {"command": "x"}\n', "t.csv").table is None
    assert source("no json\n", "t.ndjson").table is None


def test_commands_that_are_wrong_are_named_in_both_languages() -> None:
    found = lines(
        b'{"command": "put_shop", "shop_id": "S", "market": "gb", "enrolment": "open"}\n'
        b"[]\nno json\n\n"
        b'{"command": "put_shop", "shop_id": "S", "market": "GB"}\n'
        b'{"command": "put_shop", "shop_id": "S", "market": "GB", "enrolment": "open", "x": 1}\n',
        name="t.ndjson",
    )
    assert [line.number for line in found] == [1, 2, 3, 5, 6]
    assert [said(line)[0] for line in found[:2]] == [
        "field market: found 'gb'; allowed: a country code of ISO 3166-1 in capitals: GB",
        "the line is not a JSON object",
    ]
    assert said(found[0], "zh") == ["字段「market」：发现“gb”；应填大写的 ISO 3166-1 国家代码：GB"]
    assert said(found[2]) == ["the line is not JSON; the error is at byte 4"]
    assert said(found[2], "zh") == ["该行不是有效的 JSON：第 4 字节处出错"]
    assert said(found[3]) == ["field enrolment: missing; allowed: open or invited"]
    assert said(found[4])[0].startswith("unknown field 'x'; put_shop has ")


def test_what_every_field_may_hold_is_said_in_chinese() -> None:
    assert set(ALLOWED.values()) <= _FIELDS.keys()


def test_trusted_instants_are_held_to_their_order() -> None:
    shop = '{"command": "put_shop", "shop_id": "S", "market": "GB", "enrolment": "open", "at": "%s"}\n'
    content = "".join(
        shop % at for at in ("2025-01-02T00:00:00Z", "2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z")
    )
    found = lines(content, Reading(BY, trust_instants=True), "t.ndjson")
    assert [line.command is None for line in found] == [False, True, False]
    assert said(found[1]) == [
        "field at: found '2025-01-01T00:00:00Z'; allowed: not earlier than the line before, 2025-01-02T00:00:00Z"
    ]
    assert all(line.command is not None for line in lines(content, name="t.ndjson"))
    with pytest.raises(UnreadableError, match="a table names no instants to trust"):
        source(SHOPS, reading=Reading(BY, trust_instants=True))
