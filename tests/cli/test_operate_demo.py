"""`shoplink demo`: the world it makes, and that it makes it only where nothing else is."""

from collections import Counter
from datetime import date, timedelta

import msgspec
import pytest

from shoplink.core import PutAccount, PutShop, parse_command
from shoplink.core.facts import Link
from shoplink.core.instant import birthday
from shoplink.demo import links as demo_links
from shoplink.demo import world as demo
from shoplink.flows import clock
from shoplink.flows.execute import execute, execute_as_of, execute_batch
from shoplink.flows.tick import tick
from shoplink.store.database.marker import set_mark
from shoplink.store.database.owner import release_ownership
from shoplink.store.database.sandbox import make_sandbox
from shoplink.store.people.keys import SCOPES, find_key
from shoplink.store.read.link import page_of_links, read_event
from shoplink.store.write.feed import read_feed
from tests.cli.test_operate_commands import Run, run

__all__ = ["run"]


def links(**of: str) -> list[Link]:
    return [link for _, link in page_of_links(clock.now(), 1000, 0, **of)]


@pytest.mark.usefixtures("demo_world")
def test_the_world_is_seven_months_of_events_up_to_now() -> None:
    now = clock.now()
    events = [read_event(data) for _, data in read_feed(0, 1000)]
    assert events[0].at < now - timedelta(days=200)
    assert now - timedelta(days=2) < max(event.at for event in events) <= now
    assert all(event.by is not None for event in events)
    tick(now)
    assert read_feed(len(events), 1) == [], "nothing was due that is not there"


@pytest.mark.usefixtures("demo_world")
def test_the_world_holds_what_there_is_to_see() -> None:
    now = clock.now()
    markets = Counter(market for _, market, _ in demo_links.SHOPS.values())
    assert markets == {"GB": 4, "US": 2}
    assert {enrolment for _, _, enrolment in demo_links.SHOPS.values()} == {"open", "invited"}
    assert [link.status for link in links(shop_id="hh-tea-gb")] == ["linked"]

    (held,) = links(account_id="mei.lin")
    assert held.status == "in_review"
    (*_, invited) = links(account_id="callum.reid")
    assert invited.expires_at is not None
    assert timedelta(hours=4) < invited.expires_at - now < timedelta(hours=5, minutes=1)
    (asked,) = links(account_id="zhou.zhou")
    assert asked.unlink_requested_at is not None

    window = now - timedelta(days=180)
    used = [link for link in links(shop_id=demo_links.BEAUTY) if link.linked_at and link.linked_at > window]
    assert len(used) == 10
    assert Counter(link.status for link in used) == {"unlinked": 7, "linked": 3}


@pytest.mark.usefixtures("demo_world")
def test_the_invitation_to_refuse_is_refused_for_three_reasons_with_dates_to_come() -> None:
    fields = {"command": "invite", "role": "marketing", "network_region": "GB"}
    command = parse_command(
        {
            **fields,
            "at": "2026-01-01T00:00:00Z",
            "shop_id": demo_links.BEAUTY,
            "account_id": demo_links.UNDER_AGE,
        }
    )
    reasons = {reason["code"]: reason["possible_at"] for reason in execute(command)["reasons"]}
    assert list(reasons) == ["account.under_age", "account.region_mismatch", "shop.link_quota_spent"]
    assert reasons["account.region_mismatch"] is None
    assert reasons["account.under_age"] > f"{clock.now():%Y-%m-%d}"
    assert reasons["shop.link_quota_spent"] > f"{clock.now():%Y-%m-%d}"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("day", [date(2028, 1, 18), date(2028, 2, 29), date(2027, 12, 31)])
def test_someone_comes_of_age_in_six_weeks_whatever_day_it_is(day: date) -> None:
    at = clock.now().replace(year=day.year, month=day.month, day=day.day)
    accounts = [command for command in demo_links.world_commands(at) if isinstance(command, PutAccount)]
    (born,) = [account.birth_date for account in accounts if account.account_id == demo_links.UNDER_AGE]
    assert born is not None
    left = birthday(born, 18) - at
    assert timedelta(days=35) < left <= timedelta(days=42)


def test_a_second_run_keeps_the_world_and_replaces_the_key(run: Run) -> None:
    first = msgspec.json.decode(run("demo", "--json").stdout)
    events = len(read_feed(0, 1000))
    second = msgspec.json.decode(run("demo", "--json").stdout)
    assert (first["made"], second["made"]) == (True, False)
    added = [read_event(data).__struct_config__.tag for _, data in read_feed(0, 1000)[events:]]
    assert added == ["api_key.revoked", "api_key.created"], "nothing but its key has changed"
    assert find_key(first["key"]) is None
    key = find_key(second["key"])
    assert key is not None
    assert set(key.scopes) == set(SCOPES)


def test_a_world_of_last_week_is_kept_and_time_has_passed_in_it(run: Run) -> None:
    assert make_sandbox(clock.now())
    set_mark("demo", clock.now())
    execute_as_of(demo_links.world_commands(clock.now() - timedelta(days=7)))
    release_ownership()
    shown = msgspec.json.decode(run("demo", "--json").stdout)
    assert shown["made"] is False
    assert links(account_id="callum.reid")[-1].status == "expired"
    used = [link for link in links(shop_id=demo_links.BEAUTY) if link.linked_at]
    assert len(used) == 10


@pytest.mark.usefixtures("demo_world")
def test_an_offer_that_was_used_is_followed_by_another() -> None:
    assert demo.open_offer() == demo_links.offer_ids(1)
    commands = [
        demo_links._invite(clock.now(), "hh-home-gb", "amelia.ward", "marketing"),
        msgspec.structs.replace(
            demo_links._invite(clock.now(), "hh-tea-gb", "nora.lane-1", "official"), shop_id="hh-popup-1"
        ),
    ]
    assert [answer["outcome"] for answer in execute_batch(commands)] == ["accepted", "accepted"]
    assert demo.open_offer() == demo_links.offer_ids(2)
    assert demo.open_offer() == demo_links.offer_ids(2)


def test_a_database_that_holds_anything_else_is_left_as_it_is(run: Run) -> None:
    execute(PutShop(at=clock.now(), shop_id="S1", market="GB", enrolment="open"))
    release_ownership()
    done = run("demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert "the database is not empty and holds no demo" in done.stderr
    tick()
    assert len(read_feed(0, 10)) == 1
    assert run("keys", "list").stdout == ""


def test_the_language_is_that_of_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    said = run("demo").stdout
    assert "1. 一个会被拒绝的邀请" in said
    assert "Accept-Language: zh" in said
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "Accept-Language: en" in run("demo").stdout
