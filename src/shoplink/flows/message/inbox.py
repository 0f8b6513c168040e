"""Messages in the reader's language, for the inbox and for e-mail, and the pages that they link to."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from shoplink.core import Event
from shoplink.core.instant import parse_instant
from shoplink.core.wire_format import read_reason
from shoplink.store.people.inbox import StoredMessage
from shoplink.store.people.outbox import DueMail
from shoplink.store.read.link import read_event
from shoplink.store.read.names import names
from shoplink.store.write.feed import events_at
from shoplink.wording import Language, Tag, language_for
from shoplink.wording.messages import MESSAGES
from shoplink.wording.names import name_in_message
from shoplink.wording.say import say_written
from shoplink.wording.say_message import MessageText, say_message

KINDS_OF: dict[str, tuple[str, ...]] = {
    side: tuple(dict.fromkeys(key.split("/")[0] for key in MESSAGES if key.split("/")[1] == side))
    for side in ("shop", "creator")
}
"""The kinds of messages that each side may receive."""


_OVER = frozenset({"link.expired", "link.withdrawn", "link.unlinked", "link.revoked"})
"""The kinds of messages to a creator about a link that has ended: it stands in their history."""


class Names(Struct, frozen=True):
    """The names of the shops and accounts in some messages; an id stands for an empty name.

    `events` are those that the messages tell of where somebody wrote something with them, by position. Words of people
    stand in the log only, so that no message keeps a copy.
    """

    shops: dict[str, str]
    accounts: dict[str, str]
    events: dict[int, Event]

    def shop(self, shop_id: str | None, language: Language) -> str:
        """The name of a shop, as a message shows it."""
        return name_in_message(self.shops.get(shop_id or "", ""), shop_id or "", language)

    def account(self, account_id: str | None, language: Language) -> str:
        """The handle of an account, as a message shows it."""
        return name_in_message(self.accounts.get(account_id or "", ""), account_id or "", language)


def names_for(messages: Iterable[StoredMessage | DueMail]) -> Names:
    """The names that messages mention, and the events with words that they tell of; one statement each."""
    messages = list(messages)
    positions = {one.data["written"] for one in messages if "written" in one.data}
    return Names(
        *names(
            {one.shop_id for one in messages if one.shop_id},
            {one.account_id for one in messages if one.account_id},
        ),
        {position: read_event(data) for position, data in events_at(positions)},
    )


def message_text(
    message: StoredMessage | DueMail, subject_names: Names, language: Language, zone: tzinfo
) -> MessageText:
    """The text of a message in a language and time zone."""
    params: dict[str, Any] = {
        name: parse_instant(value) if name.endswith("_at") or name == "answer_by" else value
        for name, value in message.data.items()
        if name not in {"reasons", "written"}
    }
    params |= {
        "shop": subject_names.shop(message.shop_id, language),
        "account": subject_names.account(message.account_id, language),
    }
    reasons = [read_reason(reason) for reason in message.data.get("reasons", ())]
    event = subject_names.events.get(message.data.get("written", 0))
    written = say_written(event, language) if event is not None else ()
    return say_message(message.kind, message.side, params, reasons, language, zone, written)


def path_of(message: StoredMessage | DueMail) -> str:
    """The path of the page that a message links to."""
    if message.side == "creator":
        place = f"/creator/{message.account_id}/"
        if message.kind in _OVER:
            return f"{place}history"
        return f"{place}tickets/{message.data['ticket_id']}" if "ticket_id" in message.data else place
    place = f"/seller/{message.shop_id}/"
    if "ticket_id" in message.data:
        return f"{place}tickets/{message.data['ticket_id']}"
    if message.link_id is None:
        return place
    answering = message.kind in {"unlink.requested", "unlink.unanswered"}
    return f"{place}links/{message.link_id}{'/unlink' if answering else ''}"


def chosen_language(tag: str) -> Language:
    """The language that a person has chosen; English by default."""
    known: Tag = "zh" if tag == "zh" else "en"
    return language_for(known)


def zone_of(name: str) -> tzinfo:
    """The time zone of an IANA name; UTC for an empty or unknown name."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
