"""A support desk for the tests: shops and accounts in GB, and their tickets, in one line each."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shoplink.core import COMMANDS
from shoplink.core.commands import PairCommand
from shoplink.core.facts import Actor
from shoplink.flows.answer import Answer
from shoplink.flows.look import look_at_pair
from shoplink.flows.ticket.read import Seen, find
from shoplink.flows.ticket.steps import Step, Words, open_about, open_review
from shoplink.store.database.sql import query
from tests.store.asking import accept, command, done, invite, put_account, put_shop

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MEI = Actor("support", "mei")
SELLER = Actor("shop", "S")
CREATOR = Actor("creator", "A")
DAY = timedelta(days=1)


def at(instant: datetime = NOON) -> dict[str, Any]:
    """How to execute at an instant."""
    return {"now": lambda: instant}


def world(*commands: Any, when: datetime = NOON, **account: Any) -> None:
    """Shop S (invited, GB) and account A, and what is then done."""
    done(put_shop("S"), put_account("A", **account), *commands, **at(when))


def asked(kind: str, by: Actor = SELLER, **fields: Any) -> PairCommand:
    """A command about S and A as somebody asks it."""
    given: dict[str, Any] = {
        "shop_id": "S",
        "account_id": "A",
        "by": {"kind": by.kind, "id": by.id},
        **fields,
    }
    if "network_region" in COMMANDS[kind].__struct_fields__:
        given.setdefault("network_region", "GB")
    made = command(kind, **given)
    assert isinstance(made, PairCommand)
    return made


def file(
    kind: str = "invite", by: Actor = SELLER, when: datetime = NOON, text: str | None = None, **fields: Any
) -> Answer:
    """Open a ticket about a command."""
    if kind == "invite":
        fields.setdefault("role", "marketing")
    words = Words(text) if text else None
    return open_about(asked(kind, by, **fields), Step(by, now=lambda: when), words)


def file_review(by: Actor = SELLER, when: datetime = NOON) -> Answer:
    """Open a ticket about the live link of S and A."""
    link = look_at_pair("S", "A").world.link("S", "A")
    assert link is not None
    return open_review(link, Step(by, now=lambda: when))


def held(**account: Any) -> None:
    """S and A with a link in review: A was registered in Indonesia, unless said otherwise."""
    world(invite("S", "A"), accept("S", "A"), **{"registered_in": "ID", **account})


def seen(answer: Answer, by: Actor = MEI, when: datetime = NOON) -> Seen:
    """The ticket that an answer led to, as it stands."""
    found = find(answer["ticket_id"], by, lambda: when)
    assert found is not None
    return found


def state(answer: Answer, when: datetime = NOON) -> tuple[str, str | None]:
    """Status and cause of a ticket as a reader sees it at an instant."""
    ticket = seen(answer, when=when).ticket
    return ticket.status, ticket.cause


def stored(answer: Answer) -> tuple[str, str | None]:
    """Status and cause of a ticket as they are stored."""
    (found,) = query("SELECT status, cause FROM ticket WHERE ticket_id = %s", answer["ticket_id"])
    return found[0], found[1]


def codes(answer: Answer) -> list[str]:
    """The codes of a refusal."""
    return [reason["code"] for reason in answer["reasons"]]


def correct(**facts: Any) -> Any:
    """Support corrects account A."""
    return command("correct_account", account_id="A", note="passport seen", **facts)
