"""The state that a file must hold by its answers and stored events, compared with the model and with the rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Accepted, Command, Event, Refused, Rulebook, Transition, wire
from shoplink.core.commerce.events import ItemAdded, ItemRemoved
from shoplink.core.events import (
    AccountCorrected,
    AccountRecorded,
    LinkEvent,
    RecordingEvent,
    ShopRecorded,
)
from shoplink.core.instant import BEGINNING
from shoplink.core.wire_format import wire_products
from shoplink.flows.answer import Answer
from shoplink.store.database.fields import to_micros
from tests.trust import rows
from tests.trust.commerce_rows import check_commerce
from tests.trust.expected_outcome import ExpectedOutcomes, is_made_by_time, pendinging_event
from tests.trust.link_invariants import LinkInvariants

_REPEATED_AMONG = 40


class KnownKey(Struct):
    """A used idempotency key: its command, since when it is kept, and its answer."""

    command: Command
    kept_at: datetime
    answer: Answer | None = None


class ExpectedState:
    """The answers and events of one world, beside its model.

    `_ids` maps each link's id in the file to its id in the model.
    """

    def __init__(self, expected: ExpectedOutcomes, rulebooks: dict[str, Rulebook]) -> None:
        """Start with an empty world."""
        self._expected = expected
        self._invariants = LinkInvariants(rulebooks)
        self._ids: dict[str, str] = {}
        self._facts_at: dict[str, datetime] = {}
        self._known: dict[str, KnownKey] = {}
        self._seen = rows.ReadPosition()

    def knows(self, key: str) -> bool:
        """Whether an idempotency key was used and its answer is still stored."""
        return key in self._known

    def learn(self, command: Command) -> None:
        """Note that a command used its key."""
        assert command.key is not None, "it has one"
        self._known[command.key] = KnownKey(command, command.at)

    def forget(self, before: datetime) -> None:
        """Forget the keys whose answers have expired."""
        self._known = {key: known for key, known in self._known.items() if known.kept_at >= before}

    def some_repeated(self, random: Random) -> Command | None:
        """A command that was sent under a key before; sometimes another command under that key."""
        recent = list(islice(reversed(self._known.values()), _REPEATED_AMONG))
        if not recent:
            return None
        command = random.choice(recent).command
        if random.random() < 0.1:
            return replace(random.choice(recent).command, key=command.key)
        return replace(command, about="again")

    def check(self, asked: Sequence[tuple[Command, Transition | None]], answers: Sequence[Answer]) -> None:
        """Compare a batch's answers and stored events with the model's."""
        stored, refused = iter(rows.new_events(self._seen)), iter(rows.new_refusals(self._seen))
        for (command, done), answer in zip(asked, answers, strict=True):
            if done is None:
                self._check_repeated(command, answer)
                continue
            events = list(islice(stored, len(answer["events"])))
            assert answer["events"] == [wire(event) for event in events], (
                f"answered {answer}, stored {events}"
            )
            self._check_answer(command, done, answer, events)
            self._take(events)
            if isinstance(done.decision, Refused):
                expected = (command.__struct_config__.tag, [one.code for one in done.decision.reasons])
                assert next(refused, None) == expected, f"the refusal of {command} was not stored"
            if command.key is not None:
                self._known[command.key].answer = answer
        rest = list(stored)
        assert all(map(is_made_by_time, rest)), f"no answer named {rest}"
        self._settle(rest)
        self._take(rest)
        assert next(refused, None) is None, "a refusal was stored that no answer named"
        for command, done in asked:
            if done is not None and command.key is not None:
                self._known[command.key].kept_at = self._expected.world.now

    def _check_repeated(self, command: Command, answer: Answer) -> None:
        assert command.key is not None, "only a key makes a command a repeated one"
        known = self._known[command.key]
        if _body(known.command) == _body(command):
            assert answer == known.answer, f"{command}: answered {known.answer} before, and now {answer}"
        else:
            assert answer["outcome"] == "rejected", f"{command}: {answer}"
            assert answer["error"] == "idempotency.other_body", f"{command}: {answer}"

    def _check_answer(self, command: Command, done: Transition, answer: Answer, events: list[Event]) -> None:
        decision = done.decision
        assert answer.get("products", []) == wire_products(decision.outcomes), f"{command}: answered {answer}"
        if isinstance(decision, Accepted):
            expected: tuple[Any, ...] = ("accepted", list(decision.warnings), [])
        else:
            expected = ("refused", [], _compared(wire(reason) for reason in decision.reasons))
        found = (answer["outcome"], answer["warnings"], _compared(answer["reasons"]))
        assert found == expected, f"{command}: answered {found}, the model {expected}"
        own = [event for event in events if not is_made_by_time(event)]
        for event, should in zip(own, (one for one in done.own if not is_made_by_time(one)), strict=True):
            if isinstance(event, RecordingEvent) and isinstance(should, LinkEvent):
                self._ids[event.link_id] = should.link_id
            as_expected = self._as_in_the_model(event)
            assert as_expected == should, f"{command}: stored {as_expected}, the model {should}"
        self._settle(event for event in events if is_made_by_time(event))

    def _as_in_the_model(self, event: Event) -> Event:
        """The event with the id that its link has in the model."""
        if isinstance(event, LinkEvent):
            return replace(event, link_id=self._ids[event.link_id])
        if isinstance(event, ItemAdded | ItemRemoved) and event.came_under is not None:
            return replace(event, came_under=self._ids[event.came_under])
        return event

    def _settle(self, events: Iterable[Event]) -> None:
        """Remove stored events of time from the model's pending ones; each must be among them."""
        for event in events:
            assert isinstance(event, LinkEvent), f"time only touches links: {event}"
            debt = pendinging_event(event, self._ids[event.link_id])
            assert self._expected.pending[debt] == 1, f"time made this, and not by the model: {event}"
            del self._expected.pending[debt]

    def _take(self, events: list[Event]) -> None:
        """Apply the events of one command, and check the invariants."""
        self._invariants.take(events)
        for event in events:
            if isinstance(event, ShopRecorded):
                self._facts_at[event.shop_id] = event.at
            elif isinstance(event, AccountRecorded | AccountCorrected):
                self._facts_at[event.account_id] = event.at

    def check_nothing_is_pending(self) -> None:
        """Require that every event of time in the model is stored."""
        assert not self._expected.pending, (
            f"time made this in the model, and it was not stored: {self._expected.pending}"
        )

    def check_rows(self, commands: Iterable[Command]) -> None:
        """Compare the rows that a batch could touch with the stored events, and with the model."""
        commands = list(commands)
        check_commerce(self._expected.world, commands, self._ids)
        named = [(getattr(one, "shop_id", None), getattr(one, "account_id", None)) for one in commands]
        shop_ids = {shop_id for shop_id, _ in named if shop_id is not None}
        account_ids = {account_id for _, account_id in named if account_id is not None}
        world = self._expected.world
        for found, facts in (
            (rows.shops(shop_ids), {one: world.shops[one].facts for one in shop_ids if one in world.shops}),
            (
                rows.accounts(account_ids),
                {one: world.accounts[one].facts for one in account_ids if one in world.accounts},
            ),
        ):
            assert found.keys() == facts.keys(), (
                f"the rows are of {found.keys()}, the model has {facts.keys()}"
            )
            for key, one in facts.items():
                expected = (*_plain(one), to_micros(self._facts_at[key]))
                assert found[key] == expected, f"the row is {found[key]}, by the model {expected}"
        self._check_links(shop_ids, account_ids)
        for subject, kept in rows.waivers(shop_ids | account_ids).items():
            record = world.shops.get(subject) or world.accounts.get(subject)
            granted = [replace(waiver, by=None) for waiver in record.waivers] if record else []
            assert kept == granted, f"the waivers of {subject} are {kept}, in the model {granted}"

    def _check_links(self, shop_ids: set[str], account_ids: set[str]) -> None:
        live = self._expected.live_of(shop_ids, account_ids)
        touched, self._invariants.touched = self._invariants.touched, set()
        now = to_micros(self._expected.world.now) or 0
        found = rows.links(shop_ids, account_ids, touched)
        for link_id, row in found.items():
            entry = self._invariants.links.get(link_id)
            assert entry is not None, f"there is a link that was never recorded: {row}"
            expected = _link_row(entry.link, entry.touched_at)
            assert row[:-1] == expected, f"the row is {row}, by the stored events {expected}"
            own_id = self._ids[link_id]
            if live.pop(own_id, None) is not None:
                due_at = to_micros(self._expected.world.agenda.due_at(own_id))
                # A link that is due by now is handled by the next writer, so this is never too late (a rulebook started).
                soon = entry.link.status != "invited" and row[-1] is not None and row[-1] <= now
                assert soon or row[-1] == due_at, f"the row is due at {row[-1]}, in the model {due_at}: {row}"
        assert not live, f"these are live in the model, and not in the rows: {live}"
        assert touched <= found.keys(), f"no rows of {touched - found.keys()}"


def _body(command: Command) -> Command:
    return replace(command, at=BEGINNING, key=None, about=None)


def _compared(reasons: Iterable[Answer]) -> list[Answer]:
    """Reasons without what is unspecified: which of several overlapping links the reason names."""
    return [{**one, "params": None} if one["code"] == "account.links_overlap" else one for one in reasons]


def _plain(facts: msgspec.Struct) -> tuple[Any, ...]:
    return tuple(msgspec.to_builtins(facts).values())


def _link_row(link: msgspec.Struct, touched_at: datetime) -> tuple[Any, ...]:
    values = (getattr(link, name) for name in link.__struct_fields__ if name != "touched_at")
    return (*(to_micros(one) if isinstance(one, datetime) else one for one in values), to_micros(touched_at))
