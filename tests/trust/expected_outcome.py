"""The expected outcome of each command, by the core in memory and by the naive oracle beside it."""

from collections import Counter
from datetime import datetime
from typing import Any

import msgspec

from shoplink.core import Accepted, Command, Event, Link, Rulebook, Transition, World, advance, step
from shoplink.core.events import LinkEvent
from shoplink.core.facts import CLOCK
from tests.oracle.naive import Naive

PendingEvent = tuple[str, datetime, str]


def is_made_by_time(event: Event) -> bool:
    """Whether time alone made the event; the next writer stores it."""
    return event.by == CLOCK


def pendinging_event(event: Event, link_id: str | None = None) -> PendingEvent:
    """The identity of an event of time; `link_id` is the model's."""
    assert isinstance(event, LinkEvent), f"time only touches links: {event}"
    return event.__struct_config__.tag, event.at, link_id or event.link_id  # type: ignore[return-value]


class ExpectedOutcomes:
    """The model of one world. `pending` has the events of time that the database need not have stored yet.

    With `oracle` the naive reading of the specification also decides every command, and must agree. So the test
    notices faults of the core, which the model shares.
    """

    def __init__(self, rulebooks: dict[str, Rulebook], default: Rulebook, *, oracle: bool) -> None:
        self.world = World(rulebooks, default)
        self.pending: Counter[PendingEvent] = Counter()
        self._oracle = Naive(default.name) if oracle else None

    def step(self, command: Command) -> Transition:
        """Step the model by a command. The database must not have executed anything else since the last step."""
        done = step(self.world, command)
        self.pending.update(
            pendinging_event(event) for event in (*done.due, *done.own) if is_made_by_time(event)
        )
        if self._oracle is not None:
            answer = self._oracle.run(msgspec.to_builtins(command))
            by_core, by_oracle = _as_core(done), _as_oracle(answer)
            assert by_core == by_oracle, (
                f"core and oracle disagree\n  core:   {by_core}\n  oracle: {by_oracle}"
            )
        return done

    def pass_time(self, at: datetime) -> None:
        """Apply everything that is due at or before an instant."""
        due = advance(self.world, at)
        self.pending.update(map(pendinging_event, due))
        if self._oracle is not None:
            self._oracle.events = []
            self._oracle.let_time_pass(at)
            answer = [_event(event) for event in self._oracle.events]
            assert answer == [_fields_of_event(event) for event in due], (
                f"core and oracle disagree on {answer}, {due}"
            )

    def live_of(self, shop_ids: set[str], account_ids: set[str]) -> dict[str, Link]:
        """The live links of shops and of accounts, by id."""
        records = [self.world.shops[one] for one in shop_ids if one in self.world.shops]
        found = {link_id: link for record in records for link_id, link in record.live.items()}
        for account_id in account_ids:
            if account_id in self.world.accounts:
                found |= self.world.accounts[account_id].live
        return found


def _as_core(done: Transition) -> tuple[Any, ...]:
    decision = done.decision
    accepted = isinstance(decision, Accepted)
    reasons = () if isinstance(decision, Accepted) else decision.reasons
    return (
        "accepted" if accepted else "refused",
        [_fields_of_event(event) for event in (*done.due, *done.own)],
        list(decision.warnings) if isinstance(decision, Accepted) else [],
        [(reason.code, reason.next_actor, reason.possible_at) for reason in reasons],
    )


def _as_oracle(answer: dict[str, Any]) -> tuple[Any, ...]:
    return (
        answer["outcome"],
        [_event(event) for event in answer["events"]],
        answer["warnings"],
        [(reason["code"], reason["next_actor"], reason["possible_at"]) for reason in answer["reasons"]],
    )


def _fields_of_event(event: Event) -> tuple[Any, ...]:
    ids = (getattr(event, "shop_id", None), getattr(event, "account_id", None))
    return (event.__struct_config__.tag, event.at, *ids)


def _event(event: dict[str, Any]) -> tuple[Any, ...]:
    return event["type"], event["at"], event.get("shop_id"), event.get("account_id")
