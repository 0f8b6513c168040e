"""Reset a lost second factor: asked for by the platform, effective a day later, unless the person stops it.

A person who still has the second factor signs in with it and stops the reset, so the staff cannot take over a sign-in
unnoticed. The password stays as it is.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from shoplink.core.facts import CLOCK, Actor
from shoplink.core.people.access_events import (
    SecondFactorReset,
    SecondFactorResetRequested,
    SecondFactorResetStopped,
)
from shoplink.flows import clock
from shoplink.flows.people.second_factor_mail import done_mail, send_later
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.people import second_factor_resets as store
from shoplink.store.people.membership import person_of
from shoplink.store.people.second_factors import has_second_factor
from shoplink.store.write.load import LoadKeys

WAIT = timedelta(hours=24)

reset_due_at = store.reset_due_at


def request_reset(
    by: Actor, person_id: str, now: Callable[[], datetime] = clock.now
) -> datetime | Literal["requested", "nothing"]:
    """Ask for the reset of a person's second factors; returns when it takes effect.

    `requested`: somebody has asked for it already. `nothing`: the person has no second factor.
    """

    def work(transaction: Transaction) -> datetime | Literal["requested", "nothing"]:
        world, _ = transaction.load(LoadKeys.of([]))
        if not has_second_factor(person_id):
            return "nothing"
        due_at = world.now + WAIT
        if not store.add_reset(person_id, due_at):
            return "requested"
        event = SecondFactorResetRequested(at=world.now, by=by, person_id=person_id, takes_effect_at=due_at)
        transaction.record([event])
        return due_at

    return transact(work, now)


def stop_reset(by: Actor, person_id: str, now: Callable[[], datetime] = clock.now) -> bool:
    """Stop a reset that has not taken effect; returns whether there was one."""

    def work(transaction: Transaction) -> bool:
        world, _ = transaction.load(LoadKeys.of([]))
        if not store.delete_reset(person_id):
            return False
        transaction.record([SecondFactorResetStopped(at=world.now, by=by, person_id=person_id)])
        return True

    return transact(work, now)


def reset_due_second_factors(at: datetime) -> int:
    """Let the resets take effect that are due, and tell these people; returns how many."""
    reset = [person_id for person_id in store.resets_due(at) if _reset(person_id, at)]
    people = [person for person_id in reset if (person := person_of(person_id)) is not None]
    send_later([done_mail(person) for person in people if person.email])
    return len(reset)


def _reset(person_id: str, at: datetime) -> bool:
    def work(transaction: Transaction) -> bool:
        world, _ = transaction.load(LoadKeys.of([]))
        if not store.delete_reset(person_id):
            return False  # stopped in between
        store.remove_second_factors(person_id)
        transaction.record([SecondFactorReset(at=world.now, by=CLOCK, person_id=person_id)])
        return True

    return transact(work, lambda: at)
