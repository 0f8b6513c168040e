"""The state as of a past instant, compared with what was read at that instant."""

from datetime import datetime, timedelta

import msgspec
import pytest

from shoplink.core import AnyEvent, Invite, Link, Shop, World
from shoplink.core.facts import Account
from shoplink.demo import links as demo_links
from shoplink.flows import clock
from shoplink.flows.as_of import account_as_of, link_as_of, shop_as_of
from shoplink.flows.execute import execute_as_of
from shoplink.flows.rulebooks import default_rulebook, installed_rulebooks
from shoplink.store.read.history import newest_events
from shoplink.store.read.link import page_of_links
from shoplink.store.read.search import search_all

Picture = tuple[datetime, dict[str, Shop], dict[str, Account], dict[str, list[Link]]]


def _picture(world: World, at: datetime) -> Picture:
    links = {
        key: sorted(record.live.values(), key=lambda link: link.link_id)
        for key, record in world.shops.items()
    }
    shops = {key: record.facts for key, record in world.shops.items()}
    return at, shops, {key: record.facts for key, record in world.accounts.items()}, links


@pytest.mark.usefixtures("database")
def test_the_past_is_what_was_seen_at_the_time() -> None:
    commands = demo_links.world_commands(clock.now().replace(microsecond=0))
    pictures: list[Picture] = []
    world = World(installed_rulebooks(), default_rulebook())
    for command in commands:
        (answer,) = execute_as_of([command])
        for event in msgspec.convert(answer["events"], list[AnyEvent]):
            world.apply(event)
        if isinstance(command, Invite):
            pictures.append(_picture(world, command.at))
    assert len(pictures) > 20
    for at, shops, accounts, links in pictures[::2]:
        for shop_id, facts in shops.items():
            past = shop_as_of(shop_id, at)
            assert past.facts == facts
            assert sorted(past.live, key=lambda link: link.link_id) == links[shop_id]
            assert [link_as_of(link.link_id, at) for link in past.live] == past.live
        for account_id, account in accounts.items():
            assert account_as_of(account_id, at).facts == account


@pytest.mark.usefixtures("demo_world")
def test_before_it_was_recorded_there_is_nothing() -> None:
    long_ago = clock.now() - timedelta(days=400)
    assert shop_as_of("hh-tea-gb", long_ago).facts is None
    assert account_as_of("olivia.chen", long_ago).live == []
    link = page_of_links(clock.now(), 1, 0, shop_id="hh-tea-gb")[0][1]
    assert link_as_of(link.link_id, long_ago) is None
    assert link_as_of("nothing", clock.now()) is None


@pytest.mark.usefixtures("demo_world")
def test_what_time_has_done_and_nobody_stored_is_part_of_the_past() -> None:
    invited = next(link for _, link in page_of_links(clock.now(), 100, 0) if link.status == "invited")
    assert invited.expires_at is not None
    assert [link.link_id for link in shop_as_of(invited.shop_id, clock.now()).live].count(
        invited.link_id
    ) == 1


@pytest.mark.usefixtures("demo_world")
def test_a_search_finds_any_word_of_a_name_or_an_id_and_nothing_else() -> None:
    tea = ("hh-tea-gb", "山海茶铺 Hill & Harbour Tea")
    for text in (
        "hh-tea-gb",
        "tea-gb",
        "Hill",
        "harbour",
        "Harbour Tea",
        "tea hill",
        "茶铺",
        "山海茶铺",
        "ＨＩＬＬ",
    ):
        assert tea in search_all(text).shops, text
    assert search_all("hh-home-gb").shops[0][0] == search_all("home-gb").shops[0][0] == "hh-home-gb"
    assert [name for _, name in search_all("山海茶铺").shops] == [tea[1]]
    assert search_all("周周").accounts == search_all("伦敦").accounts == [("zhou.zhou", "周周在伦敦")]
    assert search_all("%").nothing()
    assert search_all("_").nothing()
    link = page_of_links(clock.now(), 1, 0)[0][1]
    for text in (link.link_id, link.link_id.removeprefix("link_"), link.link_id[:15]):
        assert [one.key for one in search_all(text).links] == [link.link_id]
    mei = search_all("mei@", people=True)
    assert [email for _, email in mei.people]
    assert not search_all("mei@").people


@pytest.mark.usefixtures("demo_world")
def test_the_newest_events_come_first_and_page_by_page() -> None:
    every = newest_events(10_000)
    assert [number for number, _ in every] == sorted((number for number, _ in every), reverse=True)
    first = newest_events(5)
    assert first + newest_events(10_000, before=first[-1][0]) == every
    assert {event.shop_id for _, event in newest_events(50, shop_id="hh-tea-gb")} == {"hh-tea-gb"}  # type: ignore[attr-defined]
