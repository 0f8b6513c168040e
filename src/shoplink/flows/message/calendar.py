"""A person's deadlines as an iCalendar feed: when invitations expire, and when unlink requests count as approved."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event
from msgspec import Struct

from shoplink.core import Link, World
from shoplink.core.facts import Side
from shoplink.core.instant import shift
from shoplink.flows.look import look_at
from shoplink.flows.message.inbox import Names, chosen_language
from shoplink.flows.people.membership import places_of_person
from shoplink.store.people.calendar import person_of_address
from shoplink.store.people.membership import person_of
from shoplink.store.read.names import names
from shoplink.wording import Language
from shoplink.wording.messages import CALENDAR, DEADLINES
from shoplink.wording.sentences import ROLE_NAMES

_ASK_AGAIN = timedelta(hours=1)


class Deadline(Struct, frozen=True):
    """An instant by which one side must act, and since when this has been so."""

    kind: str
    side: Side
    link: Link
    at: datetime
    since: datetime


def calendar_of_secret(secret: str) -> bytes | None:
    """The calendar that belongs to a secret address, in its person's language; None if the secret is unknown.

    The bytes stay the same as long as the deadlines do. The number of statements is fixed.
    """
    person_id = person_of_address(secret)
    person = person_of(person_id) if person_id is not None else None
    if person is None or not person.is_active:
        return None
    may = places_of_person(person.person_id)
    world = look_at(may.shops, may.accounts).world
    entries = list(deadlines(world, set(may.shops), set(may.accounts)))
    subject_names = Names(
        *names({one.link.shop_id for one in entries}, {one.link.account_id for one in entries}), {}
    )
    return _written(entries, subject_names, chosen_language(person.language))


def deadlines(world: World, shops: set[str], accounts: set[str]) -> Iterator[Deadline]:
    """The deadlines of these shops and accounts, the earliest first."""
    entries = []
    for link in world.live.values():
        sides: list[Side] = []
        if link.shop_id in shops:
            sides.append("shop")
        if link.account_id in accounts:
            sides.append("creator")
        entries += [one for side in sides if (one := _deadline(world, link, side)) is not None]
    yield from sorted(entries, key=lambda one: (one.at, one.link.link_id, one.side))


def _deadline(world: World, link: Link, side: Side) -> Deadline | None:
    if link.status == "invited" and link.expires_at is not None and link.invited_at is not None:
        return Deadline("invitation", side, link, link.expires_at, link.invited_at)
    if link.unlink_requested_at is not None:
        shop = world.shops[link.shop_id].facts
        ttl = world.rulebook(shop.market).unlink_answer_ttl
        if ttl is not None and shop.decided == "here":  # elsewhere it is not ours to count as approved
            asked_at = link.unlink_requested_at
            return Deadline("unlink_request", side, link, shift(asked_at, ttl), asked_at)
    return None


def _written(entries: list[Deadline], subject_names: Names, language: Language) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//shoplink//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", language.text(CALENDAR))
    calendar.add("refresh-interval", _ASK_AGAIN, parameters={"value": "DURATION"})
    for one in entries:
        link = one.link
        params = {
            "shop": subject_names.shop(link.shop_id, language),
            "account": subject_names.account(link.account_id, language),
            "role": language.text(ROLE_NAMES[link.role]),
        }
        path = (
            f"/seller/{link.shop_id}/links/{link.link_id}"
            if one.side == "shop"
            else f"/creator/{link.account_id}/"
        )
        entry = Event()
        entry.add("uid", f"{link.link_id}-{one.kind}-{one.side}@{urlsplit(settings.PUBLIC_URL).hostname}")
        entry.add("dtstamp", one.since)
        entry.add("dtstart", one.at)
        entry.add("summary", language.text(DEADLINES[f"{one.kind}/{one.side}"]).format_map(params))
        entry.add("url", f"{settings.PUBLIC_URL}{path}")
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    return bytes(calendar.to_ical())
