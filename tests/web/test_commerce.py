"""Products, showcases, videos and lives on the pages."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoplink.core import Command, ImportLink
from shoplink.core.facts import Actor
from shoplink.flows import clock
from shoplink.flows.execute import execute, execute_batch
from shoplink.flows.showcase import view_of_place
from shoplink.store.read.link import page_of_links
from tests.rule import rule
from tests.store.commands import put_product
from tests.web.desk import signed_in, somebody
from tests.web.form_client import FormClient

SHOPS = ["hh-tea-gb", "hh-home-gb", "hh-beauty-gb"]
PAGE_BYTES_MAX = 160_000
"""The maximum size of a compressed page, with the style sheets and scripts of a first visit."""
ACCOUNTS = ["zhou.zhou", "olivia.chen", "callum.reid"]


@pytest.fixture
def lin(demo_world: str) -> FormClient:  # noqa: ARG001 (in use)
    return signed_in(somebody(shops=SHOPS, accounts=ACCOUNTS))


def text(client: FormClient, path: str, **data: str) -> str:
    response = client.get(path, data)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


def shown(account_id: str, content_id: str | None = None) -> list[str]:
    found = view_of_place(account_id, content_id, None, 100)
    assert found is not None
    return [one.product.product_id for one in found.shown]


def stock(shop_id: str, number: int) -> None:
    """Add this number of products to a shop."""
    commands: list[Command] = [put_product(f"{shop_id}.x{one:05}", shop_id) for one in range(number)]
    assert {answer["outcome"] for answer in execute_batch(commands)} == {"accepted"}


@rule("R13")
def test_the_seller_sees_what_is_synced_and_where_each_product_is(lin: FormClient) -> None:
    page = text(lin, "/seller/hh-tea-gb/products")
    assert "The showcase of <bdi>@oliviasteeps</bdi> is synced with your shop." in page
    assert "Sync to showcase" not in page
    product = text(lin, "/seller/hh-tea-gb/products/hh-tea-gb.05")
    assert product.count('<td data-label="Account">') == 2
    assert "@oliviasteeps" in product
    assert "@周周在伦敦" in product
    assert "affiliate, commission 15%" in product
    none = text(lin, "/seller/hh-beauty-gb/products")
    assert "No official account is linked." in none


@rule("R13", "R49")
def test_a_seller_syncs_with_one_button_and_only_the_shop_in_order_can(lin: FormClient) -> None:
    at = clock.now()
    shop_id, account_id = "hh-beauty-gb", "ella.morris"
    done = [
        execute(
            ImportLink(
                at=at,
                by=Actor("platform", "p"),
                shop_id=shop_id,
                account_id=account_id,
                role="official",
                linked_at=at,
            )
        )
    ]
    assert done[0]["outcome"] == "accepted", done
    assert "Sync to showcase" in text(lin, "/seller/hh-beauty-gb/products")
    link_id = page_of_links(clock.now(), 100, 0, shop_id=shop_id, account_id=account_id)[-1][1].link_id
    assert "Sync to showcase" in text(lin, f"/seller/hh-beauty-gb/links/{link_id}")
    sent = lin.post("/seller/hh-beauty-gb/products", {"key": "k"})
    assert sent.status_code == 302
    assert len(shown("ella.morris")) == 5
    assert "is synced with your shop" in text(lin, "/seller/hh-beauty-gb/products")


def test_the_picker_shows_what_rises_and_its_thresholds_are_asked_for(lin: FormClient) -> None:
    page = text(lin, "/seller/hh-tea-gb/products", potential="true")
    assert page.count('data-label="Price"') == 2
    less = text(lin, "/seller/hh-tea-gb/products", potential="true", growth="100")
    assert less.count('data-label="Price"') == 1
    assert 'value="100"' in less
    found = text(lin, "/seller/hh-tea-gb/products", q="gaiwan")
    assert found.count('data-label="Price"') == 1
    for nonsense in ({"growth": "x"}, {"page": "-1"}, {"listed_days": "9" * 30}, {"cursor": "a b\x00"}):
        text(lin, "/seller/hh-tea-gb/products", **nonsense)


@rule("R14", "R15")
def test_a_creator_adds_several_at_once_and_is_told_of_each(lin: FormClient) -> None:
    path = "/creator/zhou.zhou/add"
    products = ["hh-home-gb.03", "hh-home-gb.06"]
    assert lin.post("/creator/zhou.zhou/showcase", {"product_id": "hh-home-gb.01"}).status_code == 302
    opened = lin.filled(path, {})
    lin.post(path, {"product_id": "hh-home-gb.01"})
    done = lin.post(path, {"product_id": products, "key": "one"})
    assert done.headers["Location"] == "/creator/zhou.zhou/showcase"
    assert set(products) <= set(shown("zhou.zhou"))
    some = lin.post_blindly(path, {**opened, "product_id": ["hh-home-gb.01"], "key": "two"})
    assert some.status_code == 409
    page = some.content.decode()
    assert "“hh-home-gb.01” is already there" in page
    assert 'value="hh-home-gb.01"' not in page, "what is there is not offered"
    assert "already added" in page
    none = lin.post(path, {"key": "three"})
    assert none.status_code == 422
    assert "Choose at least one product." in none.content.decode()
    video = {"product_id": "hh-home-gb.06", "to": "zhou-room-tour", "key": "four"}
    to = lin.post(f"{path}?to=zhou-room-tour", video)
    assert to.headers["Location"] == "/creator/zhou.zhou/videos/zhou-room-tour"
    assert "hh-home-gb.06" in shown("zhou.zhou", "zhou-room-tour")


def test_a_creator_takes_products_out_but_none_that_the_shop_syncs(lin: FormClient) -> None:
    assert lin.post("/creator/zhou.zhou/showcase", {"product_id": "hh-home-gb.01"}).status_code == 302
    assert "hh-home-gb.01" not in shown("zhou.zhou")
    video = "/creator/zhou.zhou/videos/zhou-room-tour"
    assert lin.post(video, {"product_id": "hh-home-gb.01"}).status_code == 302
    assert shown("zhou.zhou", "zhou-room-tour") == ["hh-home-gb.02"]
    synced = text(lin, "/creator/olivia.chen/showcase")
    assert "This showcase is synced with" in synced
    assert 'name="product_id"' not in synced
    refused = lin.post("/creator/olivia.chen/showcase", {"product_id": "hh-tea-gb.01"})
    assert refused.status_code == 409


@rule("R16", "R17")
def test_a_creator_promotes_another_shops_rising_product(lin: FormClient) -> None:
    page = text(lin, "/creator/callum.reid/choose")
    assert "Cold-brew travel set" in page
    assert "Silver Needle" not in page, "it does not rise"
    assert lin.post("/creator/callum.reid/choose", {"product_id": "hh-tea-gb.05"}).status_code == 302
    assert "hh-tea-gb.05" in shown("callum.reid")
    before = text(lin, "/creator/olivia.chen/choose")
    assert "may not promote other shops" in before, "it is said before anything is tried"
    assert not re.search("field-error.{0,200}may not promote other shops", before), "and once for all"
    official = lin.post("/creator/olivia.chen/choose?potential=false", {"product_id": "hh-home-gb.03"})
    assert official.status_code == 409
    assert "may not promote other shops" in official.content.decode()


@rule("R16")
def test_a_creator_promotes_many_at_once_and_is_told_of_each(lin: FormClient) -> None:
    path, there = "/creator/callum.reid/choose?potential=false", shown("callum.reid")
    page = lin.get(path).content.decode()
    offered = re.findall(r'name="product_id" value="([^"]+)"', page)
    assert len(offered) > 5
    new = [one for one in offered if one not in there][:3]
    opened = lin.filled(path, {})
    form = {"product_id": new, "key": "one"}
    assert lin.post(path, form).headers["Location"] == "/creator/callum.reid/showcase"
    assert shown("callum.reid") == sorted({*there, *new})
    assert lin.post(path, form).status_code == 302, "sent again, it gets the first answer"
    more = [one for one in offered if one not in shown("callum.reid")][:1]
    some = lin.post_blindly(path, {**opened, "product_id": [new[0], *more, "none", "a\x00"], "key": "two"})
    assert some.status_code == 200
    told = some.content.decode()
    assert "1 of 2 were added" in told
    assert told.count(f"“{new[0]}” is already there") == 1
    assert set(more) <= set(shown("callum.reid"))
    none = lin.post(path, {"key": "three"})
    assert (none.status_code, "Choose at least one product." in none.content.decode()) == (422, True)


def test_a_creator_is_offered_no_products_of_the_own_shop_to_promote(lin: FormClient) -> None:
    for account_id, own in (("zhou.zhou", "hh-home-gb."), ("olivia.chen", "hh-tea-gb.")):
        page = text(lin, f"/creator/{account_id}/choose", q="", potential="false")
        offered = re.findall(r'name="product_id" value="([^"]+)"', page)
        assert offered
        assert not [product_id for product_id in offered if product_id.startswith(own)]


def test_a_creator_records_a_video_and_finds_it_there(lin: FormClient) -> None:
    typed = {"content_id": "new-live", "kind": "live", "title": "晚间直播"}
    done = lin.post("/creator/callum.reid/videos", typed)
    assert done.headers["Location"] == "/creator/callum.reid/videos/new-live"
    assert "晚间直播" in text(lin, "/creator/callum.reid/videos")
    wrong = lin.post("/creator/callum.reid/videos", {**typed, "content_id": "a b"})
    assert wrong.status_code == 422
    assert 'value="a b"' in wrong.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/seller/northbank-books/products",
        "/seller/hh-tea-gb/products/northbank-books.01",
        "/seller/hh-tea-gb/products/none",
        "/creator/leo.hart/showcase",
        "/creator/leo.hart/choose",
        "/creator/zhou.zhou/videos/olivia-gaiwan",
        "/creator/zhou.zhou/videos/none",
        "/creator/zhou.zhou/add?to=olivia-gaiwan",
    ],
)
def test_what_is_another_is_not_there(lin: FormClient, path: str) -> None:
    assert lin.get(path).status_code == 404


def test_pages_ask_the_database_a_fixed_number_of_times(lin: FormClient) -> None:
    paths = (
        "/seller/hh-tea-gb/products",
        "/seller/hh-tea-gb/products/hh-tea-gb.05",
        "/creator/olivia.chen/showcase",
        "/creator/zhou.zhou/add",
        "/creator/callum.reid/choose?q=",
        "/creator/zhou.zhou/videos",
    )
    asked(lin, paths[0])  # the first request of a session stores the session
    before = {path: asked(lin, path) for path in paths}
    stock("hh-tea-gb", 120)
    stock("hh-home-gb", 120)
    assert {path: asked(lin, path) for path in paths} == before


def asked(client: FormClient, path: str) -> int:
    with CaptureQueriesContext(connection) as heard:
        assert client.get(path).status_code == 200
    return len(heard)


def test_a_page_of_many_products_goes_on_behind_the_last_one(lin: FormClient) -> None:
    stock("hh-tea-gb", 120)
    sizes, path = [], "/creator/olivia.chen/showcase"
    while path:
        page = lin.get(path).content.decode()
        sizes.append(page.count('class="product-row"'))
        onward = re.search(r'href="([^"]+)" rel="next"', page)
        path = onward[1] if onward else ""
    assert sizes == [50, 50, 27]


@rule("R13")
def test_a_showcase_of_ten_thousand_products_is_a_page_like_any_other(lin: FormClient) -> None:
    paths = (
        "/creator/olivia.chen/showcase",
        "/creator/olivia.chen/showcase?cursor=hh-tea-gb.x05000",
        "/creator/olivia.chen/profile/link",
        "/seller/hh-tea-gb/products",
        "/seller/hh-tea-gb/products?q=x09999&potential=false",
        "/creator/zhou.zhou/choose?q=&potential=false",
    )
    asked(lin, paths[0])  # the first request of a session stores the session
    stock("hh-tea-gb", 60)
    before = {path: asked(lin, path) for path in paths}
    stock("hh-tea-gb", 10_000)
    assert {path: asked(lin, path) for path in paths} == before
    leaving = text(lin, "/creator/olivia.chen/profile/link")
    assert re.search(r"That is currently 10[,.]?0\d\d products", leaving), "counted, not listed"
    for path in paths:
        page = lin.get(path, headers={"accept-encoding": "gzip"})
        assert len(page.content) <= PAGE_BYTES_MAX, path
