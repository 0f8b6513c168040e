"""The number of SQL statements of a page does not grow with the data: the whole tour, before and after adding rows."""

from datetime import timedelta
from urllib.parse import parse_qsl

from shoplink.core.commands import PairCommand
from shoplink.core.facts import Actor
from shoplink.core.instant import format_instant
from shoplink.demo import mirrored, personas
from shoplink.demo.personas import PERSONAS
from shoplink.flows import clock
from shoplink.flows.message.loop import deliver_all
from shoplink.flows.people import membership
from shoplink.flows.tick import tick
from shoplink.store.database.owner import writing
from shoplink.store.people import keys
from shoplink.store.people.membership import add_person
from tests.browser.tour import STOPS, Stop
from tests.store.commands import (
    command,
    execute_accepted,
    invite,
    put_account,
    put_content,
    put_product,
    put_shop,
)
from tests.tickets.desk import open_about
from tests.web.persona import browser_of, statements_of

MORE = 30
"""More rows of everything than a page shows, or than are read in one batch."""

PLATFORM = Actor("platform", "demo")
SHOPS = sorted({place[1] for persona in PERSONAS.values() for place in persona.places if place[0] == "shop"})
ACCOUNTS = sorted(
    {place[1] for persona in PERSONAS.values() for place in persona.places if place[0] == "creator"}
)


def test_no_page_takes_more_statements_once_there_is_more_of_everything(demo_world: str) -> None:  # noqa: ARG001 (in use)
    _grow(range(2))  # without any rows, pages run fewer statements
    before = {stop: _statements(stop, prepared=False) for stop in STOPS}
    _grow(range(2, MORE))
    after = {stop: _statements(stop, prepared=True) for stop in STOPS}
    grown = {stop.path: (before[stop], after[stop]) for stop in STOPS if after[stop] > before[stop]}
    assert grown == {}


def _statements(stop: Stop, *, prepared: bool) -> int:
    client = browser_of(stop.persona, network=stop.network)
    if stop.before is not None and not prepared:
        path, typed = stop.before
        client.post(path, dict(parse_qsl(typed)))
    return statements_of(client, stop.address())


def _grow(numbers: range) -> None:
    for number in numbers:
        execute_accepted(put_shop(f"more-{number}", name=f"More {number}"), put_account(f"more-{number}"))
    for shop_id in SHOPS:
        _grow_shop(shop_id, numbers)
    for account_id in ACCOUNTS:
        _grow_account(account_id, numbers)
    execute_accepted(
        command(
            "add_from_shop",
            shop_id="hh-home-gb",
            account_id="zhou.zhou",
            product_ids=[f"hh-home-gb.more-{number}" for number in numbers],
        )
    )
    _grow_people(numbers)
    now = clock.now()
    for number in numbers:
        keys.create_key(f"more {number}", {"read"}, now)
    tick()
    deliver_all()


def _grow_shop(shop_id: str, numbers: range) -> None:
    """Add products, ended links, waivers, and tickets about accounts abroad."""
    execute_accepted(*(put_product(f"{shop_id}.more-{number}", shop_id) for number in numbers))
    for number in numbers:
        _ended(shop_id, f"more-{number}", SHOPS.index(shop_id))
    code = "link.younger_than_minimum"
    execute_accepted(
        *(command("grant_waiver", code=code, note="more", until=None, shop_id=shop_id) for _ in numbers)
    )
    for number in numbers:
        account_id = f"abroad-{number}"
        execute_accepted(put_account(account_id, region="FR"))
        about = invite(shop_id, account_id)
        assert isinstance(about, PairCommand)
        opened = open_about(about, Actor("shop", shop_id))["outcome"]
        assert opened == ("refused" if shop_id in mirrored.SHOPS else "accepted"), shop_id


def _grow_account(account_id: str, numbers: range) -> None:
    """Add videos and ended links."""
    execute_accepted(*(put_content(f"{account_id}.more-{number}", account_id) for number in numbers))
    for number in numbers:
        _ended(f"more-{number}", account_id, MORE + number)


def _ended(shop_id: str, account_id: str, number: int) -> None:
    """Add a link that lasted some days, long ago, at a time that depends on the number."""
    began = clock.now() - timedelta(days=1000 + 4 * number)
    ended = began + timedelta(days=2)
    execute_accepted(
        command(
            "import_link",
            shop_id=shop_id,
            account_id=account_id,
            role="marketing",
            linked_at=format_instant(began),
            unlinked_at=format_instant(ended),
        )
    )


def _grow_people(numbers: range) -> None:
    """Add people to every place, and places to everybody who has one."""
    for number in numbers:
        with writing():
            person_id = add_person(name=f"More {number}", email=f"more{number}@example.com")
        for persona in PERSONAS.values():
            for place, subject_id in persona.places:
                membership.add(PLATFORM, person_id, place, subject_id)
        for key, persona in PERSONAS.items():
            kinds = {place for place, _ in persona.places}
            for kind in kinds & {"shop", "creator"}:
                membership.add(PLATFORM, personas.person_id(key), kind, f"more-{number}")
