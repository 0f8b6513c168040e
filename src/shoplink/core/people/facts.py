"""The facts about people that decisions rest on, and the rows that a decision writes beside its events.

A place is a shop, an account (`creator`), or one of the two kinds of staff, which have no subject.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from shoplink.core.event_base import Record

INVITATION_TTL = timedelta(days=7)
OPEN_INVITATIONS_MAX = 50
EMAIL_LENGTH_MAX = 254

EMAIL_PATTERN = r"[^@\s<>\x00]+@[^@\s<>.\x00]+(\.[^@\s<>.\x00]+)+"

Place = Literal["shop", "creator", "support", "platform"]
"""Where a person may act: for a shop, for an account, or as staff."""

PlaceKey = tuple[Place, str]
"""A place, and the id of its shop or account; '' for staff."""

_SUBJECTS: dict[str, str] = {"shop": "shop_id", "creator": "account_id"}


def place_fields(place: Place, subject_id: str) -> dict[str, Any]:
    """The fields by which a command or an event names a place."""
    name = _SUBJECTS.get(place)
    return {"place": place, name: subject_id} if name else {"place": place}


def place_key(place: Place, shop_id: str | None, account_id: str | None) -> PlaceKey:
    """The place that these fields name. Raises ValueError unless they name its subject, and nothing else."""
    given = {name for name, value in (("shop_id", shop_id), ("account_id", account_id)) if value is not None}
    if given != {_SUBJECTS[place]} if place in _SUBJECTS else given:
        raise ValueError("a shop is named by shop_id, an account by account_id, staff by neither")
    return place, shop_id or account_id or ""


class OpenInvitation(Struct, frozen=True):
    """An invitation that is neither used nor withdrawn; it can be used before `expires_at`."""

    invitation_id: str
    email: str
    expires_at: datetime


class InvitationAddress(Record, frozen=True):
    """Whom an invitation is for, and the digest of the secret that opens it."""

    place: PlaceKey
    invitation_id: str
    email: str
    secret_digest: str
    expires_at: datetime


class AccessChange(Record, frozen=True):
    """Whether a person can sign in and act at all, from now on."""

    person_id: str
    allowed: bool
    at: datetime
