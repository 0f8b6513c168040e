"""Execute commands: decide them on the current state of the database, and store the events.

`execute` is for the service: one command, which shares a transaction with others that wait at the same time.
`execute_batch` runs several commands in one transaction. `execute_as_of` trusts the commands' own instants, for files
and simulations. All three run the same batch in the same transaction (`flows/transaction.py`).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import connection
from msgspec.structs import replace

from shoplink.core import Accepted, Command, Event, Reason, Refused, Transition, World, advance, step, wire
from shoplink.core.commands import ActivateRulebook, CancelActivation, PairCommand
from shoplink.core.instant import BEGINNING
from shoplink.core.ticket.commands import TicketCommand
from shoplink.core.ticket.events import TicketClosed
from shoplink.core.wire_format import wire_products
from shoplink.flows import clock, metrics
from shoplink.flows.answer import Answer, rejected, stale
from shoplink.flows.group_commit import GroupCommit, PendingBatch
from shoplink.flows.idempotent import IdempotencyKeys
from shoplink.flows.precondition import Precondition
from shoplink.flows.state import state_after, write_state
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.database.shared_connection import shared_connection
from shoplink.store.read.link import status_of_link
from shoplink.store.write.load import LoadKeys
from shoplink.store.write.refusals import save_refusals

_LOCK_MS_IN_GROUPS = 100
_CLOCK_IS_READ_WITHIN = timedelta(seconds=1)  # once more, under the locks


def execute(
    command: Command,
    *,
    scope: str = "",
    link_id: str | None = None,
    with_state: bool = False,
    seen: Precondition | None = None,
) -> Answer:
    """Decide and store one command now; returns its answer in the form that `replay` writes.

    `scope` is what its idempotency key (`command.key`) is kept under. Its instant is that of the clock, read once
    its locks are held. Commands that wait at the same time in one process share a transaction
    (docs/explanation/locks.md), so this is not called within one.

    The answer's `outcome` is accepted, refused, rejected or stale; a rejected one has `error` `idempotency.other_body`
    or `idempotency.in_progress` and did nothing. The stored answer of a key is `replayed`.

    `seen`: what the command was made from; once that has changed, the command does nothing, and its answer is stale and
    not kept under its key (`flows/precondition.py: what_changed` tells the change). `link_id`: the one link that the
    command is meant for; where its pair has another by now, it is refused as `link.wrong_state`. `with_state`: an
    accepted answer has, as `state`, the state that the command left (`flows/state.py`), kept with the answer.
    """
    assert not connection.in_atomic_block, "a command has a transaction of its own"
    batch = PendingBatch([command], scope, link_id, with_state, seen and seen.prepared())
    if not _singles(batch):
        return rejected("idempotency.in_progress")
    return {**batch.answers[0], "replayed": True} if batch.replayed else batch.answers[0]


def execute_batch(  # noqa: PLR0913 (commands, and how they are executed)
    commands: Sequence[Command],
    *,
    scope: str = "",
    link_id: str | None = None,
    with_state: bool = False,
    seen: Precondition | None = None,
    now: Callable[[], datetime] = clock.now,
) -> list[Answer]:
    """Decide and store commands in one transaction, at one instant of the clock; returns their answers in order.

    `seen` is compared once, before the first command that is decided.
    """
    batch = PendingBatch(commands, scope, link_id, with_state, seen and seen.prepared())
    return _store([batch], now)[0].answers


def execute_as_of(commands: Sequence[Command], *, scope: str = "") -> list[Answer]:
    """Execute a batch at the commands' own instants, which are trusted; none is decided earlier than the one before it."""
    earliest = min((command.at for command in commands), default=BEGINNING)
    return _store([PendingBatch(commands, scope)], lambda: earliest, own_instants=True)[0].answers


def _store(
    batches: Sequence[PendingBatch],
    now: Callable[[], datetime] = clock.now,
    *,
    own_instants: bool = False,
    lock_ms: int | None = None,
) -> Sequence[PendingBatch]:
    """Decide, store and answer batches in one transaction."""
    commands = [command for batch in batches for command in batch.commands]
    load_keys = LoadKeys.of(commands)
    for batch in batches:
        if batch.seen is not None:
            batch.seen.add_keys(load_keys)
    activates = any(isinstance(command, ActivateRulebook | CancelActivation) for command in commands)

    def attempt(transaction: Transaction) -> list[tuple[Command, Answer]]:
        return _Attempt(batches, load_keys, own_instants=own_instants).run(transaction)

    metrics.count_commands(transact(attempt, now, activates=activates, lock_ms=lock_ms))
    return batches


def _store_group(batches: Sequence[PendingBatch], *, patient: bool) -> None:
    """Store the batches that waited at the same time.

    A group of several uses the shared connection, whose statements stay prepared. Others wait for a group, so it does
    not wait long for a lock, unless it is `patient`.
    """
    lock_ms = None if patient else min(_LOCK_MS_IN_GROUPS, settings.LOCK_TIMEOUT_SECONDS * 1000)
    if len(batches) == 1:
        _store(batches, lock_ms=lock_ms)
    else:
        with shared_connection():
            _store(batches, lock_ms=lock_ms)


_singles = GroupCommit(_store_group)


class _Attempt:
    """One attempt to execute batches, within its transaction."""

    def __init__(self, batches: Sequence[PendingBatch], load_keys: LoadKeys, *, own_instants: bool) -> None:
        self.batches = batches
        self.load_keys = load_keys
        self.own_instants = own_instants
        self.keys = IdempotencyKeys(key for batch in batches for key in batch.idempotency_keys())
        self.due: list[Event] = []
        self.decided: list[tuple[Command, Answer]] = []
        self.refused: list[tuple[Command, Sequence[Reason]]] = []
        self.stale: dict[int, bool] = {}

    def run(self, transaction: Transaction) -> list[tuple[Command, Answer]]:
        """Answer every command; returns those that were decided, with their answers."""
        for batch in self.batches:
            known = [self._known(batch, command) for command in batch.commands]
            batch.answers = [answer for answer in known if answer is not None]
        if all(len(batch.answers) == len(batch.commands) for batch in self.batches):
            return []  # every answer is known, so nothing is locked or loaded
        self.load_keys.starts = dict(self._starts_at_once(transaction.earliest))
        world, self.due = transaction.load(self.load_keys)
        for batch in self.batches:
            batch.answers = [self._answer(transaction, world, batch, command) for command in batch.commands]
        save_refusals(self.refused)
        self.keys.save(world.now)
        return self.decided

    def _starts_at_once(self, earliest: datetime) -> Iterator[tuple[str, datetime]]:
        """The markets in which a rulebook starts at the instant of its own activation, or may do so, with that start.

        A market in which only an activation is cancelled comes with the earliest instant.
        """
        commands = [command for batch in self.batches for command in batch.commands]
        yield from ((one.market, BEGINNING) for one in commands if isinstance(one, CancelActivation))
        for command in commands:
            if isinstance(command, ActivateRulebook):
                at = command.at if self.own_instants else earliest
                if at <= command.effective_from <= at + _CLOCK_IS_READ_WITHIN:
                    yield command.market, command.effective_from

    def _known(self, batch: PendingBatch, command: Command) -> Answer | None:
        """The stored answer of the command's idempotency key, if there is one."""
        if command.key is None:
            return None
        answer = self.keys.answer((batch.scope, command.key), _digest(command, batch.link_id))
        batch.replayed = answer is not None and answer["outcome"] != "rejected"
        return answer

    def _answer(
        self, transaction: Transaction, world: World, batch: PendingBatch, command: Command
    ) -> Answer:
        if (known := self._known(batch, command)) is not None:
            return known
        at = max(command.at, world.now) if self.own_instants else world.now
        answer = self._decide(transaction, world, batch, replace(command, at=at))
        self.decided.append((command, answer))
        if command.key is not None and answer["outcome"] != "stale":
            self.keys.keep((batch.scope, command.key), _digest(command, batch.link_id), answer)
        return answer

    def _decide(
        self, transaction: Transaction, world: World, batch: PendingBatch, command: Command
    ) -> Answer:
        if self._is_stale(transaction, world, batch, command.at):
            return stale()
        transition = _step(world, command, batch.link_id)
        records = transition.decision.records if isinstance(transition.decision, Accepted) else ()
        transaction.record([*transition.due, *transition.own], records)
        # The events that became due while the batch was loaded come before its first decision.
        events, self.due = [*self.due, *transition.due, *transition.own], []
        answer: Answer = {
            "outcome": "accepted",
            "events": [wire(event) for event in events if _is_told(event, command)],
            "warnings": [],
            "reasons": [],
        }
        match transition.decision:
            case Accepted(warnings=warnings, outcomes=outcomes):
                answer["warnings"] = list(warnings)
                if batch.with_state:
                    answer["state"] = write_state(state_after(world, command))
            case Refused(reasons=reasons, outcomes=outcomes):
                self.refused.append((command, reasons))
                answer |= {"outcome": "refused", "reasons": [wire(reason) for reason in reasons]}
        if outcomes:
            answer["products"] = wire_products(outcomes)
        return answer

    def _is_stale(self, transaction: Transaction, world: World, batch: PendingBatch, at: datetime) -> bool:
        """Whether what the batch was made from had changed before its first decision."""
        if batch.seen is None:
            return False
        if id(batch) not in self.stale:
            due = advance(world, at)
            transaction.record(due)
            self.due += due
            self.stale[id(batch)] = not batch.seen.holds(world)
        return self.stale[id(batch)]


def _is_told(event: Event, command: Command) -> bool:
    """Whether a command's answer tells an event: that a ticket ended by itself, only answers about tickets do."""
    return not isinstance(event, TicketClosed) or isinstance(command, TicketCommand)


def _step(world: World, command: Command, link_id: str | None) -> Transition:
    """Step the World. A command for a link that its pair has since replaced is refused without a decision."""
    if link_id is not None and isinstance(command, PairCommand):
        meant = world.link(command.shop_id, command.account_id)
        if meant is None or meant.link_id != link_id:
            params = {"link_status": status_of_link(link_id)}
            reason = Reason("link.wrong_state", "nobody", params=params)
            return Transition(advance(world, command.at), Refused((reason,)), ())
    return step(world, command)


def _digest(command: Command, link_id: str | None) -> str:
    """The digest that a key is bound to: of the command without its instant, its key and its remark (`about`)."""
    body = replace(command, at=BEGINNING, key=None, about=None)
    return hashlib.sha256(msgspec.json.encode(body) + (link_id or "").encode()).hexdigest()
