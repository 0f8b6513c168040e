"""Whether somebody may come in at all: shut out, a person acts nowhere and signs in no more; let in, they can again."""

from collections.abc import Callable
from datetime import datetime

from shoplink.core.facts import Actor
from shoplink.flows import clock
from shoplink.flows.people import membership
from shoplink.store.database.owner import writing
from shoplink.store.people import calendar, sessions
from shoplink.store.people import membership as store


def shut_out(by: Actor, person_id: str, now: Callable[[], datetime] = clock.now) -> membership.Refusal | None:
    """Remove a person from every place, each an event, end their sessions, and let them sign in no more, at once.

    The platform alone does so. Refused as `not_a_member` for somebody unknown, and as `last_member` for the last of
    the platform's staff, who is removed only on the machine itself. Whoever is shut out already stays so.
    """
    assert by.kind == "platform", f"{by.kind}:{by.id} shuts nobody out"
    with writing():
        if store.person_of(person_id) is None:
            return "not_a_member"
        for place, subject_id in sorted(store.memberships(person_id), key=lambda one: one[0] != "platform"):
            refused = membership.remove(by, person_id, place, subject_id, now)
            if refused == "last_member":
                return refused
        store.let_in(person_id, allowed=False)
        sessions.end_all_sessions(person_id)
        calendar.revoke_address(person_id)
    return None


def let_in(by: Actor, person_id: str) -> membership.Refusal | None:
    """Let a person sign in again; where they act is for new invitations. Refused as `not_a_member` if unknown."""
    assert by.kind == "platform", f"{by.kind}:{by.id} lets nobody in"
    return None if store.let_in(person_id, allowed=True) else "not_a_member"
