"""Products and contents as sellers export them: Chinese headers, ids as text, local instants; given out as taken in."""

import io

import pytest

from shoplink.core.facts import Actor
from shoplink.flows.apply import apply, in_order
from shoplink.flows.execute import Answer
from shoplink.flows.export import export_commands, export_table
from shoplink.flows.source import Reading, inspect
from shoplink.flows.tables import KINDS
from shoplink.flows.verify import Verified, verify
from shoplink.store.commerce_read import one_content, one_product
from shoplink.wording import language
from tests.databases import fresh, use

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
    return [verdict.answer for verdict in apply(in_order(sources), READING)]


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
    counted = Verified()
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
        export_table(kind, language(tag), ended=True, out=out)
        tables.append(out.getvalue())
    commands = io.StringIO()
    export_commands(KINDS, ended=True, out=commands)
    use(fresh("sqlite"))
    assert {answer["outcome"] for answer in take_in(*tables)} == {"accepted"}
    again = io.StringIO()
    export_commands(KINDS, ended=True, out=again)
    assert again.getvalue() == commands.getvalue()
    assert again.getvalue().count("put_product") == 2
