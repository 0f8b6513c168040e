"""Events of a ticket are notified to the side that opened it, and to nobody else."""

import pytest

from shoplink.core import Invite, RequestUnlink
from shoplink.core.facts import Actor
from shoplink.core.ticket.facts import Ticket
from shoplink.store.ticket.tickets import one_ticket
from shoplink.store.write.feed import number_events
from tests.flows.notification_cast import (
    DAY,
    HOUR,
    body,
    cast,
    deliver_at,
    execute_at,
    kinds_received,
    linked,
    mail_server,
    newest_data,
    person,
    stored_data,
    subject,
)
from tests.rule import rule
from tests.store.commands import NOON, put_account
from tests.tickets.desk import open_about, reply, resolve, ticket_id, withdraw

pytestmark = pytest.mark.usefixtures("database")

SELLER, CREATOR, SUPPORT = Actor("shop", "S"), Actor("creator", "A"), Actor("support", "wei")


def ticket_of_shop() -> Ticket:
    """S asks why it cannot invite A, who was moved to another country."""
    execute_at(NOON, put_account("A", handle="oliviasteeps", region="FR"))
    command = Invite(at=NOON, shop_id="S", account_id="A", role="marketing", network_region="GB")
    answer = open_about(command, SELLER, NOON, "为什么不能邀请她？")
    return stored(ticket_id(answer))


def stored(ticket_id: str) -> Ticket:
    ticket = one_ticket(ticket_id)
    assert ticket is not None
    return ticket


@rule("R39")
def test_an_answer_of_support_is_told_to_the_shop_that_asked_in_no_words_of_the_ticket() -> None:
    wei, olivia, stranger = cast()
    ticket = ticket_of_shop()
    reply(ticket, SUPPORT, "请达人提供居留许可。", NOON + HOUR)
    number_events()
    with mail_server() as post:
        deliver_at(NOON + HOUR)
    assert (kinds_received(wei), kinds_received(olivia), kinds_received(stranger)) == (
        ["ticket.replied"],
        [],
        [],
    )
    assert newest_data(wei, "ticket.replied") == {"ticket_id": ticket.ticket_id}
    assert subject(post.letters[0]) == "客服回复了您的工单"
    assert f"/seller/S/tickets/{ticket.ticket_id}" in body(post.letters[0])
    assert "居留" not in str(stored_data()) + body(post.letters[0])


def test_a_resolved_ticket_is_told_to_all_colleagues_of_whoever_asked() -> None:
    wei, _, _ = cast()
    colleague = person("colleague@example.com", shop="S")
    resolve(ticket_of_shop(), SUPPORT, when=NOON + HOUR)
    number_events()
    deliver_at(NOON + HOUR)
    assert kinds_received(wei) == kinds_received(colleague) == ["ticket.resolved"]


@pytest.mark.parametrize(
    ("registered_in", "region", "cause"), [("GB", "GB", "cleared"), ("US", "FR", "beyond_support")]
)
@rule("R40")
def test_a_ticket_that_closed_by_itself_is_told_with_its_cause(
    registered_in: str, region: str, cause: str
) -> None:
    wei, _, _ = cast()
    ticket_of_shop()
    execute_at(
        NOON + HOUR, put_account("A", handle="oliviasteeps", region=region, registered_in=registered_in)
    )
    number_events()
    with mail_server() as post:
        deliver_at(NOON + HOUR)
    assert kinds_received(wei) == ["ticket.closed"]
    assert newest_data(wei, "ticket.closed")["cause"] == cause
    assert ("客服无法处理" in subject(post.letters[0])) == (cause == "beyond_support")


def test_what_the_opener_did_is_told_to_nobody() -> None:
    wei, _, _ = cast()
    ticket = ticket_of_shop()
    reply(ticket, SELLER, "还在等。", NOON + HOUR)
    withdraw(ticket, SELLER, NOON + 2 * HOUR)
    number_events()
    deliver_at(NOON + 2 * HOUR)
    assert kinds_received(wei) == []


def test_the_ticket_of_a_creator_is_told_to_the_creator() -> None:
    wei, olivia, _ = cast()
    linked()
    command = RequestUnlink(at=NOON, shop_id="S", account_id="A", network_region="GB")
    answer = open_about(command, CREATOR, NOON + HOUR)
    reply(stored(ticket_id(answer)), SUPPORT, "Please wait a day.", NOON + 2 * HOUR)
    number_events()
    deliver_at(NOON + DAY)
    assert kinds_received(olivia)[-1] == "ticket.replied"
    assert "ticket.replied" not in kinds_received(wei)
