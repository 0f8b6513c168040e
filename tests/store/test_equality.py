"""A file of commands through the database gives what `replay` gives, in batches of any size; events of time may come later."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from shoplink.core import AnyEvent, Command, World, advance, parse_command, step, wire
from shoplink.core.decisions import Accepted, Refused
from shoplink.core.instant import END
from shoplink.core.wire_format import wire_products
from shoplink.flows.execute import execute_as_of
from shoplink.flows.tick import tick
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.rulebooks import packaged
from shoplink.store.database.sql import execute as run_sql
from shoplink.store.database.sql import query
from tests.oracle.mirror_streams import mirror_stream
from tests.oracle.streams import GUIDE, random_stream, stories

RANDOM_STREAMS = 25
MIRROR_STREAMS = 15
COMMANDS_IN_STREAM = 120
LARGEST_BATCH = 100
TIMER_RUNS = 0.3

Answer = dict[str, Any]
Events = Counter[bytes]


@pytest.mark.usefixtures("database")
def test_stories_through_the_database_end_as_in_memory() -> None:
    for name, told in stories().items():
        the_database_agrees(name, told)


@pytest.mark.usefixtures("database")
def test_random_streams_through_the_database_end_as_in_memory() -> None:
    for seed in range(RANDOM_STREAMS):
        the_database_agrees(f"seed {seed}", random_stream(random.Random(seed), COMMANDS_IN_STREAM))


@pytest.mark.usefixtures("database")
def test_streams_about_shops_decided_elsewhere_end_as_in_memory() -> None:
    for seed in range(MIRROR_STREAMS):
        the_database_agrees(f"mirror seed {seed}", mirror_stream(random.Random(seed), COMMANDS_IN_STREAM))


def the_database_agrees(label: str, stream: Iterable[Mapping[str, Any]]) -> None:
    """Check that both ways give every line the same answer, and in the end the same log."""
    commands = [parse_command(fields) for fields in stream]
    forget_everything()
    expected, log = in_memory(commands)
    for command, should, answer in zip(commands, expected, in_batches(commands, label), strict=True):
        assert own(answer) == should, f"{label}: {command}"
    tick(END)
    assert not [difference.say() for difference in verify(VerifyCounts(), lambda: END)], (
        f"{label}: the rows differ from the log"
    )
    assert stored_log() == log, f"{label}: the logs differ: {differences(stored_log(), log)}"


def in_memory(commands: Iterable[Command]) -> tuple[list[Answer], Events]:
    """The core's answer to each command, and its log after everything due has happened."""
    world = World(packaged(), packaged()[GUIDE])
    answers: list[Answer] = []
    log = Counter[bytes]()
    for command in commands:
        done = step(world, command)
        answer: Answer = {"outcome": "accepted", "events": [wire(event) for event in done.own]}
        match done.decision:
            case Accepted(warnings=warnings):
                answer |= {"warnings": list(warnings), "reasons": []}
            case Refused(reasons=reasons):
                refused = {"outcome": "refused", "warnings": [], "reasons": [wire(one) for one in reasons]}
                answer |= refused
        if done.decision.outcomes:
            answer["products"] = wire_products(done.decision.outcomes)
        answers.append(own(answer))
        log.update(without_link_id(wire(event)) for event in (*done.due, *done.own))
    log.update(without_link_id(wire(event)) for event in advance(world, END))
    return answers, log


def in_batches(commands: list[Command], label: str) -> list[Answer]:
    """The database's answer to each command, in batches of random size; the timer runs sometimes."""
    rng = random.Random(label)
    answers: list[Answer] = []
    while len(answers) < len(commands):
        size = rng.choice((1, rng.randint(2, 10), rng.randint(10, LARGEST_BATCH)))
        answers += execute_as_of(commands[len(answers) : len(answers) + size])
        if rng.random() < TIMER_RUNS:
            tick(commands[len(answers) - 1].at)
    return answers


def own(answer: Answer) -> Answer:
    """The compared parts of an answer, without the events of time."""
    events = [event for event in answer["events"] if event.get("by", {}).get("kind") != "clock"]
    return {**answer, "events": [without_link_id(event) for event in events]}


def stored_log() -> Events:
    """Every stored event, decoded."""
    return Counter(
        without_link_id(wire(msgspec.json.decode(data, type=AnyEvent)))
        for (data,) in query("SELECT data FROM event")
    )


def without_link_id(event: Answer) -> bytes:
    """The event without its link id, which is random in each run."""
    ours = ("link_id", "came_under")
    return msgspec.json.encode({name: event[name] for name in event if name not in ours}, order="sorted")


def differences(one: Events, other: Events) -> dict[str, list[bytes]]:
    """The events that only one of the logs has."""
    return {
        "only stored": sorted((one - other).elements()),
        "only in memory": sorted((other - one).elements()),
    }


def forget_everything() -> None:
    """Empty every table that a stream fills."""
    commerce = ("product", "on_sale", "content", "item")
    log = ("event", "refusal", "stored_answer")
    for table in (
        "shop",
        "account",
        "handle",
        "search_term",
        "link",
        "waiver",
        "activation",
        *commerce,
        *log,
    ):
        run_sql(f"DELETE FROM {table}")


@pytest.mark.usefixtures("database")
def test_what_time_makes_due_is_stored_by_the_timer_exactly_when_it_was_due() -> None:
    start = datetime(2024, 11, 11, 12, tzinfo=UTC)
    fields: tuple[dict[str, Any], ...] = (
        {"command": "put_shop", "shop_id": "S", "market": "GB", "enrolment": "invited"},
        {"command": "put_account", "account_id": "A", "region": "GB", "birth_date": "1990-01-01"},
        {"command": "invite", "shop_id": "S", "account_id": "A", "role": "official", "network_region": "GB"},
    )
    execute_as_of([parse_command({**one, "at": "2024-11-11T12:00:00Z"}) for one in fields])
    deadline = start + timedelta(hours=48)
    assert tick(deadline - timedelta(microseconds=1)).due == 0
    assert tick(deadline + timedelta(days=3)).due == 1
    expired = query("SELECT at FROM event WHERE type = 'link.expired'")
    assert expired == [(int(deadline.timestamp()) * 1_000_000,)]
    assert tick(deadline + timedelta(days=3)).due == 0
