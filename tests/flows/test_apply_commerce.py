"""Products and contents as sellers export them, with Chinese headers, ids as text and local instants; exported unchanged."""

import io
from typing import Any

import msgspec
import pytest

from shoplink.core import parse_command
from shoplink.core.facts import Actor
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute_batch
from shoplink.flows.file.apply import apply_files, in_dependency_order
from shoplink.flows.file.export import export_commands, export_table
from shoplink.flows.file.source import Reading, inspect
from shoplink.flows.file.tables import KINDS
from shoplink.flows.showcase import view_of_place
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.read.commerce import one_content, one_product
from shoplink.wording import language_for
from tests.databases import fresh, use
from tests.rule import rule

READING = Reading(Actor(kind="platform", id="apply"))
SHOPS = "店铺ID,经营国家,入驻类型\ntea,英国,普招\n"
ACCOUNTS = "账号ID,账号所在国家,出生日期\nlin,英国,1990-01-01\n"
PRODUCTS = (
    "商品编号,店铺ID,商品标题,价格（最小货币单位）,币种,商品状态,上架时间,佣金率（基点）,近7天销量,前7天销量,搜索结果页\n"
    "1729384756102938475,tea,茉莉绿茶,1290,GBP,在售,2024-11-01 08:00:00+08:00,1200,180,100,8\n"
    '1729384756102938476,tea,“龙井”,"2,490",GBP,下架,2024-11-02,,,,\n'
)
CONTENTS = "内容ID,账号ID,内容类型,内容标题\nv1,lin,视频,开箱\nv2,lin,直播,\n"


def take_in(*tables: str, encoding: str = "utf-8-sig") -> list[Answer]:
    sources = [
        inspect(f"{number}.csv", io.BytesIO(table.encode(encoding)), READING)
        for number, table in enumerate(tables)
    ]
    return [result.answer for result in apply_files(in_dependency_order(sources), READING)]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_tables_of_products_and_contents_are_taken_in_after_what_they_name(encoding: str) -> None:
    answers = take_in(CONTENTS, PRODUCTS, ACCOUNTS, SHOPS, encoding=encoding)
    assert [answer["outcome"] for answer in answers] == ["accepted"] * 6, answers
    product = one_product("1729384756102938475")
    assert product is not None
    assert (product.title, product.price_minor, product.status) == ("茉莉绿茶", 1290, "on_sale")
    assert product.listed_at.isoformat() == "2024-11-01T00:00:00+00:00"
    assert (product.commission_rate_bp, product.units_7d, product.rank_page) == (1200, 180, 8)
    other = one_product("1729384756102938476")
    assert other is not None
    assert (other.title, other.price_minor, other.status) == ("“龙井”", 2490, "off")
    live = one_content("v2")
    assert live is not None
    assert live.kind == "live"
    counted = VerifyCounts()
    assert list(verify(counted)) == []
    assert (counted.products, counted.contents) == (2, 2)


@pytest.mark.usefixtures("database")
def test_what_is_wrong_with_a_cell_is_said_by_its_column() -> None:
    take_in(SHOPS)
    wrong = PRODUCTS.replace("1290", "12.90").replace("在售", "正常").replace(",GBP,下架", ",英镑,下架")
    one, two = take_in(wrong)
    assert one["outcome"] == two["outcome"] == "invalid"
    assert "价格（最小货币单位）: found '12.90'" in one["error"]
    assert "商品状态: found '正常'; allowed: on_sale or off" in one["error"]
    assert "币种: found '英镑'; allowed: three capital letters" in two["error"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("tag", ["zh", "en"])
def test_what_is_given_out_is_taken_in_again(tag: str) -> None:
    take_in(SHOPS, ACCOUNTS, PRODUCTS, CONTENTS)
    tables = []
    for kind in KINDS:
        out = io.StringIO()
        export_table(kind, language_for(tag), ended=True, out=out)
        tables.append(out.getvalue())
    commands = io.StringIO()
    export_commands(KINDS, ended=True, items=False, out=commands)
    use(fresh("sqlite"))
    assert {answer["outcome"] for answer in take_in(*tables)} == {"accepted"}
    again = io.StringIO()
    export_commands(KINDS, ended=True, items=False, out=again)
    assert again.getvalue() == commands.getvalue()
    assert again.getvalue().count("put_product") == 2


LISTED = {
    "command": "put_product",
    "price_minor": 990,
    "currency": "GBP",
    "listed_at": "2024-01-01T00:00:00Z",
}
LINK = {"command": "import_link", "linked_at": "2024-01-01T00:00:00Z"}


def commerce() -> list[dict[str, Any]]:
    """`tea` synced to its official account `lin`; 120 products added by `mei`; what `zoe` had is gone with her link."""
    lines: list[dict[str, Any]] = []
    for shop_id, number in (("tea", 3), ("home", 121)):
        lines.append({"command": "put_shop", "shop_id": shop_id, "market": "GB", "enrolment": "invited"})
        for each in range(number):
            product_id = f"{shop_id}-{each:03}"
            lines.append({**LISTED, "product_id": product_id, "shop_id": shop_id, "title": product_id})
    for account_id, shop_id, role in (
        ("lin", "tea", "official"),
        ("mei", "home", "marketing"),
        ("zoe", "home", "marketing"),
    ):
        person = {"region": "GB", "birth_date": "1990-01-01", "followers": 1_000}
        lines.append({"command": "put_account", "account_id": account_id, **person})
        lines.append({**LINK, "shop_id": shop_id, "account_id": account_id, "role": role})
    lines.append({"command": "put_content", "content_id": "v1", "account_id": "mei", "kind": "video"})
    own = [f"home-{each:03}" for each in range(120)]
    mei, zoe = {"shop_id": "home", "account_id": "mei"}, {"shop_id": "home", "account_id": "zoe"}
    return [
        *lines,
        {"command": "add_from_shop", **mei, "product_ids": own[:70]},
        {"command": "add_from_shop", **mei, "product_ids": own[70:]},
        {"command": "add_from_shop", **mei, "product_ids": own[:2], "content_id": "v1"},
        {"command": "add_from_shop", **zoe, "product_ids": own[:5]},
        {"command": "promote", "shop_id": "tea", "account_id": "mei", "product_id": "tea-000"},
        {"command": "promote", "shop_id": "tea", "account_id": "zoe", "product_id": "tea-001"},
        {"command": "remove_item", "account_id": "mei", "product_id": "home-007"},
        {**LISTED, "product_id": "home-009", "shop_id": "home", "title": "home-009", "status": "off"},
        {"command": "add_from_shop", "shop_id": "tea", "account_id": "lin", "product_ids": ["tea-002"]},
        {"command": "sync_showcase", "shop_id": "tea", "account_id": "lin"},
        {"command": "revoke", **zoe, "note": "case 7"},
    ]


def shown(account_id: str, content_id: str | None = None) -> list[tuple[str, str | None]]:
    """The products that a place shows now, each with how it came there: by promotion, from the shop or by the sync."""
    found = view_of_place(account_id, content_id, None, 500)
    assert found is not None
    return [
        (one.product.product_id, None if one.item is None else one.item.came_under and "added")
        for one in found.shown
    ]


@rule("R14", "R15", "R49")
@pytest.mark.usefixtures("database")
def test_what_is_shown_is_given_out_and_shown_again_by_another_database() -> None:
    moment = {"at": "2024-11-11T12:00:00Z", "by": {"kind": "platform", "id": "p"}}
    answers = execute_batch([parse_command({**line, **moment}) for line in commerce()])
    assert {answer["outcome"] for answer in answers} == {"accepted"}
    places = (("lin", None), ("mei", None), ("mei", "v1"), ("zoe", None))
    before = {one: shown(*one) for one in places}
    assert [len(before[one]) for one in places] == [3, 119, 2, 1]
    exported = io.StringIO()
    export_commands(KINDS, ended=False, items=True, out=exported)
    use(fresh("sqlite"))
    source = inspect("world.ndjson", io.BytesIO(exported.getvalue().encode()), READING)
    assert {result.answer["outcome"] for result in apply_files([source], READING)} == {"accepted"}
    assert {one: shown(*one) for one in places} == before
    counted = VerifyCounts()
    assert list(verify(counted)) == []
    assert counted.items == 122 + 1
    again = io.StringIO()
    export_commands(KINDS, ended=False, items=True, out=again)
    assert again.getvalue() == exported.getvalue()
    lines = [msgspec.json.decode(line) for line in again.getvalue().splitlines()]
    sizes = [len(line["product_ids"]) for line in lines if line["command"] == "add_from_shop"]
    assert sizes == [1, 100, 18, 2], "up to a hundred products a command"
