"""Preconditions: a step is carried out only while what it was made from is still so (domain.md section 9, 7).

A page or an `ETag` carries a *token* of the subjects that it shows. The step brings it back, and the write path
compares it under the locks, just before it decides. A token is a keyed digest of the subjects' states, so that nobody
reads a fact out of it, with the newest instant of what was read, which says from when on to look for what has changed.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Event, World
from shoplink.core.instant import BEGINNING
from shoplink.core.precondition.subjects import Subject
from shoplink.flows.look import CurrentState
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.read.history import events_since, newest_events, newest_events_since
from shoplink.store.write.load import LoadKeys

_TOKEN = re.compile(r"([0-9a-f]{1,13})-([0-9a-f]{32})")
_TOLD_MAX = 5


class Precondition(Struct, frozen=True):
    """A precondition on subjects: `tokens` are those of the states that are good for the step.

    None stands for any state in which the first subject exists; with `absent`, for its not existing. `also` are others
    that must hold as well.
    """

    subjects: tuple[Subject, ...]
    tokens: tuple[str, ...] | None
    absent: bool = False
    also: tuple["Precondition", ...] = ()

    def add_keys(self, keys: LoadKeys) -> None:
        """Add what has to be loaded to compare."""
        for subject in self.all_subjects():
            keys.add_subject(subject)

    def prepared(self) -> "Precondition":
        """The same, with what can be read of its subjects before the locks are taken."""
        subjects = tuple(subject.prepared() for subject in self.subjects)
        return replace(self, subjects=subjects, also=tuple(other.prepared() for other in self.also))

    def all_subjects(self) -> tuple[Subject, ...]:
        """The subjects of this and of the others."""
        return (*self.subjects, *(subject for other in self.also for subject in other.all_subjects()))

    def holds(self, world: World) -> bool:
        """Whether the subjects are now as they were seen."""
        return self._holds(world) and all(other.holds(world) for other in self.also)

    def _holds(self, world: World) -> bool:
        if self.tokens is None:
            return (self.subjects[0].state(world) is None) == self.absent
        states = [subject.state(world) for subject in self.subjects]
        return any(is_token_of(token, *states) for token in self.tokens)

    @property
    def since(self) -> datetime | None:
        """The newest instant of what was read when the states were seen; None if no token says so."""
        read = [int(match[1], 16) for token in self.tokens or () if (match := _TOKEN.fullmatch(token))]
        instants = [from_micros(max(read, default=None)), *(other.since for other in self.also)]
        return min((at for at in instants if at is not None), default=None)


def all_of(preconditions: Sequence[Precondition]) -> Precondition:
    """The precondition that all of these hold, at least one."""
    first, *others = preconditions
    return Precondition(first.subjects, first.tokens, first.absent, (*first.also, *others))


def token_of(seen: CurrentState, *subjects: Subject) -> str:
    """The token of subjects in a state that was read."""
    return token_of_states(seen.newest, *(subject.state(seen.world) for subject in subjects))


def token_of_states(newest: datetime, *states: Any) -> str:
    """The token of the states of subjects, read together; `newest` is the newest instant in what was read."""
    return f"{max(to_micros(newest) or 0, 0):x}-{_digest(states)}"


def is_token_of(token: str, *states: Any) -> bool:
    """Whether a token is that of these states."""
    match = _TOKEN.fullmatch(token)
    return match is not None and match[2] == _digest(states)


def newest_instant() -> datetime:
    """The instant of the newest event, for the token of what is read without its shops and accounts."""
    return max((event.at for _, event in newest_events(1)), default=BEGINNING)


def what_changed(precondition: Precondition) -> list[Event]:
    """The newest events about the subjects since they were seen, the oldest first; none if time alone changed them."""
    since = precondition.since
    if since is None:
        return []
    subjects = precondition.all_subjects()
    shops = {subject.shop_id for subject in subjects if subject.shop_id is not None}
    accounts = {subject.account_id for subject in subjects if subject.account_id is not None}
    found = events_since(since, shops, accounts) if shops or accounts else newest_events_since(since)
    return [event for event in found if any(subject.concerns(event) for subject in subjects)][-_TOLD_MAX:]


def _digest(states: Sequence[Any]) -> str:
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(msgspec.json.encode(states), key=key, digest_size=16).hexdigest()
