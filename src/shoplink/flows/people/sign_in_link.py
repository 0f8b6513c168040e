"""Sign-in links: the platform's back office sends a user here, signed in, to the page that they need.

A link is for one shop or one account, and works once, within minutes. It signs in a link person of that shop or
account: one for each user whom the back office names, without an address and a password, who can sign in by such links
only. So the log tells them apart, and removing one of them ends what that one has.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from django.utils.crypto import salted_hmac
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Accepted, step
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING
from shoplink.core.people.commands import AddMember
from shoplink.core.people.facts import Place, place_fields
from shoplink.flows import clock
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.database.owner import writing
from shoplink.store.people import membership as store
from shoplink.store.people import sign_in_links
from shoplink.store.read.names import names
from shoplink.store.write.load import LoadKeys

MINUTES = 10
MINUTES_MAX = 60
PATH_LENGTH_MAX = 200

Subject = Literal["shop", "creator"]

_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9_.:~/?&=%+,@-]*")


class NewSignInLink(Struct, frozen=True):
    """A new link's secret, and when the link expires."""

    secret: str
    expires_at: datetime


def is_path(text: str) -> bool:
    """Whether a text is a path on this service and nowhere else: `/seller/S1/`, not `//elsewhere`."""
    return len(text) <= PATH_LENGTH_MAX and _PATH.fullmatch(text) is not None


def home_of(place: Place, subject_id: str) -> str:
    """The first page of a shop, of an account, or of a kind of staff."""
    return {"shop": f"/seller/{subject_id}/", "creator": f"/creator/{subject_id}/"}.get(place, f"/{place}/")


def issue_sign_in_link(  # noqa: PLR0913 (for whom, whereto, and how long)
    by: Actor,
    place: Subject,
    subject_id: str,
    *,
    subject: str,
    path: str | None = None,
    minutes: int = MINUTES,
    key: str | None = None,
    now: Callable[[], datetime] | None = None,
) -> NewSignInLink | Literal["not_found", "other_body"]:
    """Issue a link that signs in the back office's user `subject` for a shop or an account, and leads to `path`.

    The link expires by the real clock. With `key` a repeated request gets the same link (its secret is derived, never stored), or `other_body` if the first
    request was a different one. `not_found`: there is no such shop or account.
    """
    assert path is None or is_path(path), "the caller says what is allowed"
    target = path or home_of(place, subject_id)
    secret = (
        secrets.token_urlsafe(32)
        if key is None
        else salted_hmac("hand-off", key, algorithm="sha256").hexdigest()
    )
    person_id = _person_id(place, subject_id, subject)
    shops, accounts = names(
        [subject_id] if place == "shop" else [], [subject_id] if place == "creator" else []
    )
    found = (shops if place == "shop" else accounts).get(subject_id)
    if found is None:
        return "not_found"

    def work(transaction: Transaction) -> NewSignInLink | Literal["other_body"]:
        if key is not None:
            # Two equal requests may run at the same time; the second one finds the link of the first.
            sign_in_links.lock_sign_in_link(secret)
        made = sign_in_links.find_sign_in_link(secret)
        if made is not None:
            same = (made.person_id, made.path, made.expires_at - made.created_at)
            if same != (person_id, target, timedelta(minutes=minutes)):
                return "other_body"
            return NewSignInLink(secret, made.expires_at)
        store.add_person(name=f"{found or subject_id} · {subject}", person_id=person_id)
        add = AddMember(at=BEGINNING, by=by, **place_fields(place, subject_id), person_id=person_id)
        _add(transaction, add)
        at = (now or clock.real_now)()
        expires_at = at + timedelta(minutes=minutes)
        sign_in_links.add_sign_in_link(secret, person_id, target, at, expires_at)
        return NewSignInLink(secret, expires_at)

    return transact(work, now or clock.now)


def _add(transaction: Transaction, command: AddMember) -> None:
    """Decide the command and record its events."""
    world, _ = transaction.load(LoadKeys.of([command]))
    added = step(world, replace(command, at=world.now))
    assert isinstance(added.decision, Accepted), "the person is recorded"
    transaction.record([*added.due, *added.own], added.decision.records)


def link_target(secret: str, now: Callable[[], datetime] = clock.real_now) -> tuple[str, str] | None:
    """Whom a link would sign in now, and its path; None if it is used, expired or unknown."""
    made = sign_in_links.find_sign_in_link(secret)
    if made is None or made.used_at is not None or now() >= made.expires_at:
        return None
    return made.person_id, made.path


def redeem(secret: str, now: Callable[[], datetime] = clock.real_now) -> tuple[str, str] | None:
    """Use a link; returns whom it signs in and its path, or None if it cannot be used."""
    with writing():
        at = now()
        found = link_target(secret, lambda: at)
        return found if found is not None and sign_in_links.use_sign_in_link(secret, at) else None


def _person_id(place: Subject, subject_id: str, subject: str) -> str:
    """The id of a link person. It is always the same, so two concurrent requests add one person."""
    return f"person_{hashlib.sha256(f'{place} {subject_id} {subject}'.encode()).hexdigest()[:20]}"
