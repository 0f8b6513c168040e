"""One simulated world: people send commands, time passes, batches cross, the process is killed, and all must stay right.

Each step runs through the write path on SQLite and through a model in memory. After every batch the answers and the
stored events are compared with the model; at the end the whole file is compared with its log.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Command, Transition
from shoplink.core import commands as c
from shoplink.core.instant import BEGINNING
from shoplink.flows import rulebooks as installed
from shoplink.flows.answer import Answer
from shoplink.flows.execute import execute_as_of, execute_batch
from shoplink.flows.rulebooks import default_rulebook, install_rulebook, installed_rulebooks
from shoplink.flows.tick import tick
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.rulebooks import packaged
from shoplink.store.database import owner
from shoplink.store.database.health import Backlog, backlog
from tests.trust import rows
from tests.trust.expected_outcome import ExpectedOutcomes
from tests.trust.expected_state import ExpectedState
from tests.trust.people import People
from tests.trust.strict_rulebooks import TEXTS

STARTED_AT = datetime(2004, 2, 27, 12, tzinfo=UTC)
"""A leap day is near, and every machine's clock is later, so `verify` sees every due instant as past."""

_ANSWERS_KEPT = timedelta(days=30)
_SIZES = ((1, 1), (2, 10), (10, 60), (60, 250))
_SIZE_WEIGHTS = (5, 6, 7, 7)
_STATEMENTS = range(42)
"""After how many statements a batch is killed. A batch has twenty to forty, so it may end before."""

_WRITING = range(13, 42)
"""The same, from the first statement that writes on."""


class SentCommand(Struct):
    """A command and its transition in the model; None if the command's key was used before."""

    command: Command
    done: Transition | None


class KilledError(Exception):
    """The simulated kill of the process, in the middle of a batch."""


class Simulation:
    """One world in the current SQLite file. The seed determines everything."""

    def __init__(self, seed: int, *, patience_seconds: float) -> None:
        """`patience_seconds`: how long a batch that holds the lock waits while another one tries to overtake it."""
        self.random = Random(seed)
        self.patience_seconds = patience_seconds
        self.now = STARTED_AT
        self.steps = 0
        self.last: deque[object] = deque(maxlen=15)
        watched = self.random.random() < 0.6
        for text in () if watched else TEXTS:
            install_rulebook(text, "strict rulebooks")
        rulebooks = installed_rulebooks()
        self.expected = ExpectedOutcomes(rulebooks, default_rulebook(), oracle=watched)
        self.people = People(self.random, self.expected.world, list(rulebooks), trading=not watched)
        self.state = ExpectedState(self.expected, rulebooks)

    def run(self, steps: int) -> None:
        """Run this many steps, or a few more; raises AssertionError if anything is wrong."""
        self._send([self._ask(command) for command in self.people.initial_commands(self.now)])
        while self.steps < steps:
            turn = self.random.choices(list(_TURNS), list(_TURNS.values()))[0]
            turn(self, self._size())
        self._audit()

    def _size(self) -> int:
        return self.random.randint(*self.random.choices(_SIZES, _SIZE_WEIGHTS)[0])

    def _ask(self, command: Command) -> SentCommand:
        """Step the model by a command."""
        self.steps += 1
        command = replace(command, at=self.now)
        self.last.append(command)
        if command.key is not None and self.state.knows(command.key):
            return SentCommand(command, None)
        done = self.expected.step(command)
        self.people.note(command, done)
        if command.key is not None:
            self.state.learn(command)
        return SentCommand(command, done)

    def _compose(self, size: int, *, moving: bool = False, again: float = 0.04) -> list[SentCommand]:
        """A batch of commands, some of them repeated; `moving`: time passes between them."""
        asked = []
        for _ in range(size):
            if moving and self.random.random() < 0.3:
                self.now = self.people.later(self.now)
            repeated = self.state.some_repeated(self.random) if self.random.random() < again else None
            asked.append(self._ask(repeated or self.people.ask(self.now)))
        return asked

    def _send(
        self,
        asked: list[SentCommand],
        clock: Callable[[], datetime] | None = None,
        *,
        trusted: bool = False,
    ) -> None:
        """Send a batch and check the results."""
        commands = [one.command for one in asked]
        if trusted:
            answers = execute_as_of(commands)
        else:
            answers = execute_batch(commands, now=clock or (lambda: self.now))
        self._check(asked, answers, trusted=trusted)

    def _check(self, asked: list[SentCommand], answers: list[Answer], *, trusted: bool = False) -> None:
        if not trusted:
            self.expected.pass_time(self.now)
        self.state.check([(one.command, one.done) for one in asked], answers)
        if not trusted or any(one.done is not None for one in asked):
            self.state.check_rows(one.command for one in asked)

    def _batch(self, size: int) -> None:
        """A batch at one instant."""
        self.now = self.people.later(self.now)
        self._send(self._compose(size))

    def _history(self, size: int) -> None:
        """A batch of commands with different instants, as in a file."""
        self._send(self._compose(size, moving=True), trusted=True)

    def _new_rules(self, _: int) -> None:
        """The platform activates a rulebook, in a batch that names none of the shops that it concerns."""
        self.now = self.people.later(self.now)
        self._send([self._ask(self.people.operators.activate(self.now))])

    def _jumping_clock(self, size: int) -> None:
        """A clock that jumps back, between two batches or in the middle of one."""
        self.now = self.people.later(self.now)
        back = self.now - timedelta(minutes=self.random.choice((1, 5, 3_000)))
        if self.random.random() < 0.5:
            readings = iter((self.now, back))
            self._send(self._compose(min(size, 30)), lambda: next(readings, back))
            return
        shop = self.random.choice(list(self.expected.world.shops.values())).facts
        named = c.PutShop(
            at=self.now,
            shop_id=shop.shop_id,
            market=shop.market,
            enrolment=shop.enrolment,
            name=f"小店 {self.steps}",
        )
        self._send([self._ask(named)])
        follows = self._ask(replace(named, name=None))
        self._send([follows, *self._compose(min(size, 30))], lambda: back)

    def _timer(self, _: int) -> None:
        """The timer runs: it stores all due events, and nothing else."""
        self.now = self.people.later(self.now) if self.random.random() < 0.8 else self.now
        self.steps += 1
        self.last.append(f"tick at {self.now}")
        self.expected.pass_time(self.now)
        tick(self.now)
        self.state.check([], [])
        self.state.check_nothing_is_pending()
        self.state.forget(self.now - _ANSWERS_KEPT)
        assert backlog(self.now) == Backlog(None, 0), "the timer leaves nothing that is due"

    def _restart(self, _: int) -> None:
        """The process is replaced: only the file remains."""
        self.steps += 1
        self.last.append("restart")
        connection.close()
        owner.release_ownership()
        installed._cache.clear()
        packaged.cache_clear()

    def _killed(self, size: int) -> None:
        """The process is killed at some statement of a batch. The batch leaves no trace and is sent again.

        `_lost_answers` covers a kill after the commit. The checkpoint that may follow does not count as a statement.
        """
        self.now = self.people.later(self.now)
        before = rows.everything()
        asked = self._compose(min(size, 10))
        left = iter(range(self.random.choice(_WRITING if self.random.random() < 0.7 else _STATEMENTS)))

        def kill(run: Callable[..., Any], *statement: Any) -> Any:
            if "wal_checkpoint" not in statement[0] and next(left, None) is None:
                raise KilledError
            return run(*statement)

        try:
            with connection.execute_wrapper(kill):
                answers = execute_batch([one.command for one in asked], now=lambda: self.now)
        except KilledError:
            self._restart(0)
            assert rows.everything() == before, "a batch that was cut off left a trace"
            self._send(asked)
        else:
            self._check(asked, answers)

    def _lost_answers(self, size: int) -> None:
        """The process is killed after a batch is committed; commands with a key are sent again and get the same answers."""
        self.now = self.people.later(self.now)
        asked = self._compose(min(size, 30))
        self._send(asked)
        self._restart(0)
        self._send([self._ask(one.command) for one in asked if one.command.key is not None])

    def _crossed(self, size: int) -> None:
        """A second batch arrives while the first one is decided; it must wait, and see the results of the first."""
        self.now = self.people.later(self.now)
        first, second = self._compose(min(size, 30), again=0), self._compose(min(size, 30), again=0.3)

        others: list[Future[list[Answer]]] = []
        readings = iter((1, 2))

        def clock() -> datetime:
            """The batch reads it before and after it loads; the second batch starts at the second reading."""
            if next(readings, None) == 2:
                others.append(pool.submit(self._send_beside, second))
                wait(others, self.patience_seconds)
            return self.now

        with ThreadPoolExecutor(1) as pool:
            answers = execute_batch([one.command for one in first], now=clock)
        self._check([*first, *second], [*answers, *others[0].result()])

    def _send_beside(self, asked: list[SentCommand]) -> list[Answer]:
        """Send a batch from another thread, which has its own connection."""
        try:
            return execute_batch([one.command for one in asked], now=lambda: self.now)
        finally:
            connection.close()

    def _audit(self) -> None:
        """The timer runs, then the log is replayed from empty and every row compared with it, as `verify` does."""
        self._timer(0)
        found = [difference.say() for difference in verify(VerifyCounts())]
        assert not found, f"verify: {found}"
        self.state.check_rows(self._everybody())

    def _everybody(self) -> Iterable[Command]:
        for shop_id in self.people.operators.shops:
            yield c.PutShop(at=BEGINNING, shop_id=shop_id, market="GB", enrolment="open")
        for account_id in self.people.operators.accounts:
            yield c.PutAccount(at=BEGINNING, account_id=account_id, region="GB")


_TURNS: dict[Callable[[Simulation, int], None], float] = {
    Simulation._batch: 40,
    Simulation._history: 35,
    Simulation._timer: 12,
    Simulation._new_rules: 6,
    Simulation._restart: 2,
    Simulation._killed: 14,
    Simulation._lost_answers: 4,
    Simulation._jumping_clock: 5,
    Simulation._crossed: 3,
}
"""The next thing that can happen, with its weight."""
