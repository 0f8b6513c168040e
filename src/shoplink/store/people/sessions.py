"""Sessions in the database, written under the write lock. Reading a page writes nothing.

The key of a session is the digest of the secret in its cookie, so nobody can sign in with what the database holds.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import OuterRef, Subquery
from django.utils.crypto import get_random_string
from msgspec import Struct

from shoplink.store.database.owner import writing

_SECRET_LENGTH = 43  # of 62 characters each: 256 bits
_DIGEST_BYTES = 20  # as long as Django's column of keys is


class SessionStore(db.SessionStore):
    """Django's sessions. A session ends at the time that was set at sign-in.

    `secret` is what the cookie holds; a new key has a new secret.
    """

    secret = ""

    @classmethod
    def of_secret(cls, secret: str | None) -> "SessionStore":
        """The session of a cookie, or a new one."""
        store = cls(_digest(secret) if secret else None)
        store.secret = secret or ""
        return store

    def has_secret(self, key: str | None) -> bool:
        """Whether this store knows the secret of a key."""
        return bool(self.secret) and _digest(self.secret) == key

    def _get_new_session_key(self) -> str:
        """The digest of a new secret."""
        self.secret = get_random_string(_SECRET_LENGTH)
        return _digest(self.secret)

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 (Django's signature)
        """Store the session."""
        with writing():
            super().save(must_create)

    def delete(self, session_key: Any = None) -> None:
        """Delete the session."""
        with writing():
            super().delete(session_key)


class SessionRecord(Struct, frozen=True):
    """One session of a person: its start and end, and the address and browser that signed in."""

    number: int
    session_key: str
    since: datetime
    address: str
    browser: str
    until: datetime


def sessions_of(person_id: str, at: datetime) -> list[SessionRecord]:
    """The sessions of a person that are open at an instant, the newest first."""
    found = (
        UserSession.objects.filter(user__person_id=person_id)
        .annotate(until=Subquery(_LIVE.filter(expire_date__gt=at).values("expire_date")[:1]))
        .filter(until__isnull=False)
        .order_by("-created_at", "-pk")
    )
    return [
        SessionRecord(one.pk, one.session_key, one.created_at, one.ip, one.user_agent, one.until)
        for one in found
    ]


def end_sessions(person_id: str, numbers: Iterable[int]) -> int:
    """End some of a person's sessions, from the next request on; returns how many."""
    with writing():
        ending = UserSession.objects.filter(user__person_id=person_id, pk__in=[*numbers])
        Session.objects.filter(session_key__in=[*ending.values_list("session_key", flat=True)]).delete()
        ended: int = ending.delete()[0]
        return ended


def forget_sessions(at: datetime) -> int:
    """Delete sessions that have ended, with their records; returns how many."""
    over = Session.objects.filter(expire_date__lte=at)
    if not over.exists():
        return 0
    with writing():
        UserSession.objects.filter(session_key__in=over.values("session_key")).delete()
        forgotten, _ = over.delete()
        return forgotten


def _digest(secret: str) -> str:
    return hashlib.blake2b(secret.encode(errors="replace"), digest_size=_DIGEST_BYTES).hexdigest()


_LIVE = Session.objects.filter(session_key=OuterRef("session_key"))
