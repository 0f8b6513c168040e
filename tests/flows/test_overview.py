import pytest

from shoplink.flows import clock
from shoplink.flows.overview import overview
from shoplink.store.database.sql import query
from shoplink.store.read.link import page_of_links


@pytest.mark.usefixtures("database")
def test_the_overview_of_an_empty_service_is_empty_and_says_that_nothing_was_counted() -> None:
    seen = overview()
    assert seen.as_of is None
    assert (seen.standing, seen.refused, seen.expiring) == ([], [], [])
    assert len(seen.days) == 30


@pytest.mark.usefixtures("demo_world")
def test_the_overview_adds_up_to_the_links_there_are() -> None:
    links = [link for _, link in page_of_links(clock.now(), 1000, 0)]
    markets = dict(query("SELECT shop_id, market FROM shop"))

    seen = overview(days=365)

    assert seen.as_of is not None
    assert seen.markets == ["GB", "US"]
    for each in seen.standing:
        here = [link for link in links if markets[link.shop_id] == each.market]
        linked = [link.role for link in here if link.status == "linked"]
        assert (each.official, each.marketing) == (linked.count("official"), linked.count("marketing"))
        waiting = [link.status for link in here]
        assert (each.invited, each.in_review) == (waiting.count("invited"), waiting.count("in_review"))
    invited = [link for link in links if link.invited_at]
    assert seen.funnel.invited == len(invited)
    assert seen.funnel.accepted == sum(link.accepted_at is not None for link in invited)
    assert seen.funnel.established == sum(link.linked_at is not None for link in invited)
    assert sum(count for _, count in seen.confirmed) == seen.funnel.accepted
    assert [link.account_id for link in seen.expiring] == [
        link.account_id for link in links if link.status == "invited"
    ]


@pytest.mark.usefixtures("demo_world")
def test_one_market_is_seen_alone() -> None:
    both, gb, us = overview(days=365), overview("GB", 365), overview("US", 365)
    assert [each.market for each in gb.standing] == ["GB"]
    assert gb.markets == ["GB", "US"], "the others can still be chosen"
    assert gb.funnel.invited + us.funnel.invited == both.funnel.invited
    assert not us.expiring


@pytest.mark.usefixtures("demo_world")
def test_refusals_are_shown_by_reason_on_the_day_they_were_made() -> None:
    seen = {each.code: each for each in overview(days=30).refused}
    refused = seen["shop.role_not_available"]
    days_ago = [index for index, count in enumerate(reversed(refused.by_day)) if count]
    assert days_ago in ([18], [19]), "the demo's refusal was 18 days and some minutes ago"
    assert refused.total == 1
