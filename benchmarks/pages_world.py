"""The data that pages need besides shops, accounts and links: people, products, a video, tickets, invitations, calendars."""

from typing import Any, NamedTuple

from django.test import Client

import tests.conftest  # noqa: F401 (sets Django up, with a folder of its own)
from shoplink.core.commands import PairCommand
from shoplink.core.facts import Actor
from shoplink.core.ticket.facts import Review
from shoplink.flows import clock
from shoplink.flows.look import look_at
from shoplink.flows.people import membership, sign_in_link
from shoplink.store.database.owner import writing
from shoplink.store.people import calendar
from tests.store.commands import (
    accept,
    command,
    execute_accepted,
    invite,
    put_account,
    put_content,
    put_product,
)
from tests.tickets.desk import open_about, ticket_id
from tests.web.desk import signed_in, somebody

SHOPS_OF_A_SELLER = 30
PRODUCTS = 40
_PLATFORM = Actor("platform", "benchmark")


class PageData(NamedTuple):
    """Values for the parameters of routes, those of single pages, and a browser for each kind of access."""

    named: dict[str, str]
    of_page: dict[str, dict[str, str]]
    clients: dict[str, Client]


def add_page_data() -> PageData:
    """Add the data of pages to a loaded world through the write path."""
    seller = somebody("seller", shops=[f"S{number}" for number in range(SHOPS_OF_A_SELLER)])
    mate = somebody("mate", shops=["S5"])
    creator = somebody("creator", accounts=["A5", "B0"])
    support, platform = somebody("support", staff=["support"]), somebody("platform", staff=["platform"])
    execute_accepted(
        *(put_product(f"P{number}", "S5") for number in range(PRODUCTS)), put_content("V1", "A5")
    )
    execute_accepted(put_account("B0", registered_in="FR"), invite("S5", "B0"), accept("S5", "B0"))
    execute_accepted(invite("S6", "B1"))
    execute_accepted(command("request_unlink", shop_id="S5", account_id="A5", network_region="GB"))
    asked = invite("S5", "B7")
    assert isinstance(asked, PairCommand), "an invitation names a pair"
    of_shop = open_about(asked, Actor("shop", "S5"))
    held = look_at(accounts=["B0"]).world.link("S5", "B0")
    assert held is not None, "the shop has invited it"
    of_creator = open_about(Review("S5", "B0", held.link_id), Actor("creator", "B0"))
    invited = membership.invite(_PLATFORM, "shop", "S5", "somebody@example.com")
    made = sign_in_link.issue_sign_in_link(_PLATFORM, "shop", "S5", subject="u1")
    assert isinstance(invited, membership.Invitation), "an address is invited"
    assert isinstance(made, sign_in_link.NewSignInLink), "the shop is there"
    with writing():
        secret = calendar.make_address(seller.person_id, clock.now())
    named = {
        "shop_id": "S5",
        "account_id": "A5",
        "link_id": "L5",
        "role": "marketing",
        "book_name": "guide-2024-11",
        "code": "shop.slots_full",
        "topic": "linking",
        "product_id": "P1",
        "content_id": "V1",
        "ticket_id": ticket_id(of_shop),
        "person_id": mate.person_id,
        "place": "support",
    }
    of_page: dict[str, dict[str, str]] = {
        "seller.ask": {"account_id": "B3"},
        "creator.ticket": {"account_id": "B0", "ticket_id": ticket_id(of_creator)},
        "creator.member": {"person_id": creator.person_id},
        "platform.staff_member": {"person_id": support.person_id},
        "people.join": {"secret": invited.secret},
        "people.by_link": {"secret": made.secret},
        "people.feed": {"secret": secret},
    }
    browsers: dict[str, Any] = {
        "seller": seller,
        "creator": creator,
        "support": support,
        "platform": platform,
    }
    clients = {"anyone": Client()} | {name: signed_in(person) for name, person in browsers.items()}
    for client in clients.values():
        client.defaults["SERVER_NAME"] = "localhost"
    return PageData(named, of_page, _by_access(clients))


def _by_access(clients: dict[str, Client]) -> dict[str, Client]:
    seller, creator = clients["seller"], clients["creator"]
    return {
        "anyone": clients["anyone"],
        "any person signed in": seller,
        "any person who signs in with an address": seller,
        "sellers of the shop": seller,
        "sellers of any shop": seller,
        "the creator": creator,
        "creators of any account": creator,
        "support": clients["support"],
        "platform": clients["platform"],
    }
