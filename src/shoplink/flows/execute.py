"""The write path, the only one: a batch of commands in, an answer each out, all in one transaction.

1. claim the idempotency keys, or take the stored answers; 2. lock and load what the batch touches; 3. read the
clock, now that nothing can overtake; 4. let time pass, decide and apply each command in turn; 5. save.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, connection
from django.db.utils import OperationalError
from msgspec.structs import replace

from shoplink.core import Accepted, Command, Event, Reason, Refused, Transition, World, advance, step, wire
from shoplink.core.commands import ActivateRulebook, PairCommand
from shoplink.core.instant import BEGINNING
from shoplink.flows import clock, metrics
from shoplink.flows.file.replay import products
from shoplink.flows.group_commit import Order, Together
from shoplink.flows.rulebooks import default_rulebook, installed_rulebooks
from shoplink.store.database.owner import writing
from shoplink.store.database.shared_connection import shared_connection
from shoplink.store.database.sql import exclude_activations, is_postgresql
from shoplink.store.read.link import status_of_link
from shoplink.store.write import answers
from shoplink.store.write.feed import number_events_here
from shoplink.store.write.load import Loaded, Touched, load
from shoplink.store.write.save import save, save_refusals

Answer = dict[str, Any]

_TRIES = 5
_CLOCK_IS_READ_WITHIN = timedelta(seconds=1)  # once more, under the locks
_DEADLOCK = "40P01"  # PostgreSQL's code; its sentence is in the server's language


def execute(
    commands: Sequence[Command],
    *,
    scope: str = "",
    now: Callable[[], datetime] | None = clock.now,
    show: Callable[[World], Any] | None = None,
    link_id: str | None = None,
) -> list[Answer]:
    """Decide and store a batch; per command its answer, in order, as `replay` gives it.

    `scope` is what idempotency keys (`command.key`) are kept under. The instants of the commands are
    those of the clock, read once the batch holds its locks; with `now=None` the commands' own are
    trusted (files, simulations). A batch that collides with another is tried again as a whole.
    Single commands that wait at the same time in one process share a transaction (docs/explanation/locks.md).

    Answers have `outcome` accepted, refused or rejected; a rejected one has `error`
    `idempotency.other_body` or `idempotency.in_progress` and did nothing. What `show` makes of the World
    as an accepted command leaves it is kept in the answer as `shown`. `link_id`: the one link that the
    commands are meant for; where their pair has another by now, they are refused as `link.wrong_state`.
    """
    order = Order(commands, scope, show, link_id)
    if len(commands) != 1 or now is not clock.now or connection.in_atomic_block:
        _store([order], now)
    elif not _singles(order):
        order.answers = [_rejected("idempotency.in_progress")]
    return order.answers


def _store(orders: Sequence[Order], now: Callable[[], datetime] | None = clock.now) -> None:
    """Decide and store orders, and answer them, in one transaction."""
    touched = Touched.by(command for order in orders for command in order.commands)
    _run(lambda: _Batch(orders, now, touched))


def _store_singles(orders: Sequence[Order]) -> None:
    """The same for single commands, one group at a time."""
    if len(orders) == 1:
        _store(orders)
    else:
        with shared_connection():
            _store(orders)


_singles = Together(_store_singles)


def pass_time(touched: Touched, now: Callable[[], datetime] = clock.now) -> None:
    """Store what time has made due among the shops and accounts that are named."""
    _run(lambda: _Batch([], now, touched))


def _run(batch: "Callable[[], _Batch]") -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            with writing():
                this = batch()
                this.run()
        except (IntegrityError, OperationalError) as error:
            if attempt == _TRIES or not _is_collision(error):
                raise
        else:
            metrics.count(this.decided)
            return


def _is_collision(error: Exception) -> bool:
    """Whether two batches were in each other's way (a new shop, a deadlock): trying again can help."""
    return isinstance(error, IntegrityError) or getattr(error.__cause__, "sqlstate", "") == _DEADLOCK


def mint_link_id() -> str:
    """A new link's id: short, random, and of the form that all ids have."""
    return f"link_{secrets.token_hex(10)}"


class _Batch:
    """One try at one batch, within its transaction."""

    def __init__(self, orders: Sequence[Order], now: Callable[[], datetime] | None, touched: Touched) -> None:
        self.orders = orders
        self.commands = [command for order in orders for command in order.commands]
        self.touched = touched
        self.now = now
        self.events: list[Event] = []
        self.refused: list[tuple[Command, Sequence[Reason]]] = []
        self.fresh: list[tuple[str, str, str, Answer]] = []
        self.decided: list[tuple[Command, Answer]] = []

    def run(self) -> None:
        """All five steps."""
        exclude_activations(any(isinstance(command, ActivateRulebook) for command in self.commands))
        self.stored, self.running = answers.claim(
            key for order in self.orders for key in order.idempotency_keys()
        )
        for order in self.orders:
            known = [self._known(order, command) for command in order.commands]
            order.answers = [answer for answer in known if answer is not None]
        if self.commands and all(len(order.answers) == len(order.commands) for order in self.orders):
            return  # nothing is to be decided, so nothing is locked or loaded
        loaded = self._load()
        at = self._at(loaded)
        for order in self.orders:
            order.answers = [self._answer(loaded.world, order, command, at) for command in order.commands]
        self.events += advance(loaded.world, at)
        save(loaded, self.events)
        save_refusals(self.refused)
        answers.store(loaded.world.now, self.fresh)
        if self.events and not is_postgresql():
            number_events_here()

    def _load(self) -> Loaded:
        world = World(installed_rulebooks(), default_rulebook(), mint_link_id)
        if self.now is None:
            self.earliest = min((c.at for c in self.commands), default=BEGINNING)
        else:
            self.earliest = self.now()
        self.touched.starts = dict(self._starts_at_once())
        return load(self.touched, world, self.earliest)

    def _starts_at_once(self) -> Iterator[tuple[str, datetime]]:
        """Where a rulebook starts at the very instant at which it is activated, or may turn out to."""
        for command in self.commands:
            if isinstance(command, ActivateRulebook):
                at = command.at if self.now is None else self.earliest
                if at <= command.effective_from <= at + _CLOCK_IS_READ_WITHIN:
                    yield command.market, command.effective_from

    def _at(self, loaded: Loaded) -> datetime:
        """The batch's instant: never before anything that it can follow, nor before what was loaded holds."""
        return loaded.floor if self.now is None else max(self.now(), self.earliest, loaded.floor)

    def _answer(self, world: World, order: Order, command: Command, at: datetime) -> Answer:
        if (known := self._known(order, command)) is not None:
            return known
        instant = max(command.at, at, world.now) if self.now is None else at
        answer = self._decide(world, order, replace(command, at=instant))
        self.decided.append((command, answer))
        if command.key is not None:
            digest = _digest(command, order.link_id)
            self.stored[order.scope, command.key] = answers.StoredAnswer(digest, answer)
            self.fresh.append((order.scope, command.key, digest, answer))
        return answer

    def _known(self, order: Order, command: Command) -> Answer | None:
        """The answer that a command's key already has, if it has one."""
        if command.key is None:
            return None
        key = (order.scope, command.key)
        if key in self.running:
            return _rejected("idempotency.in_progress")
        if (stored := self.stored.get(key)) is None:
            return None
        same = stored.body_digest == _digest(command, order.link_id)
        return stored.answer if same else _rejected("idempotency.other_body")

    def _decide(self, world: World, order: Order, command: Command) -> Answer:
        done = _step(world, command, order.link_id)
        events = [*done.due, *done.own]
        self.events += events
        answer: Answer = {
            "outcome": "accepted",
            "events": [wire(event) for event in events],
            "warnings": [],
            "reasons": [],
        }
        match done.decision:
            case Accepted(warnings=warnings, outcomes=outcomes):
                answer["warnings"] = list(warnings)
                if order.show is not None:
                    answer["shown"] = order.show(world)
            case Refused(reasons=reasons, outcomes=outcomes):
                self.refused.append((command, reasons))
                answer |= {"outcome": "refused", "reasons": [wire(reason) for reason in reasons]}
        if outcomes:
            answer["products"] = products(outcomes)
        return answer


def _step(world: World, command: Command, link_id: str | None) -> Transition:
    """One step; a command that is meant for a link which its pair has replaced is not decided."""
    if link_id is not None and isinstance(command, PairCommand):
        meant = world.link(command.shop_id, command.account_id)
        if meant is None or meant.link_id != link_id:
            params = {"link_status": status_of_link(link_id)}
            reason = Reason("link.wrong_state", "nobody", params=params)
            return Transition(advance(world, command.at), Refused((reason,)), ())
    return step(world, command)


def _rejected(error: str) -> Answer:
    return {"outcome": "rejected", "events": [], "warnings": [], "reasons": [], "error": error}


def _digest(command: Command, link_id: str | None) -> str:
    """What a key is bound to: the command without its instant, its key and what was said about it."""
    body = replace(command, at=BEGINNING, key=None, about=None)
    return hashlib.sha256(msgspec.json.encode(body) + (link_id or "").encode()).hexdigest()
