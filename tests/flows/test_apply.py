"""Importing a file gives each line the answer that `replay` gives; a dry run predicts it; nothing is executed twice."""

import io
import random
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoplink.core import World
from shoplink.core.facts import Actor
from shoplink.flows.file.apply import (
    BATCH_LINES,
    apply_files,
    dry_run_files,
    in_dependency_order,
    say_rejection,
)
from shoplink.flows.file.replay import replay
from shoplink.flows.file.source import Reading, Source, inspect
from shoplink.rulebooks import packaged
from shoplink.store.database.sql import query
from shoplink.wording import language_for
from tests.oracle.compare import compared, encoded
from tests.oracle.streams import GUIDE, random_stream
from tests.store.test_equality import forget_everything

BY = Actor(kind="platform", id="apply")
READING = Reading(BY)
TRUSTING = Reading(BY, trust_instants=True)
RANDOM_STREAMS = 8
COMMANDS_IN_STREAM = 150

SHOP = {"command": "put_shop", "shop_id": "S", "market": "GB", "enrolment": "open"}
ACCOUNT = {"command": "put_account", "account_id": "A", "region": "GB", "birth_date": "1990-01-01"}
LINK = {
    "command": "import_link",
    "shop_id": "S",
    "account_id": "A",
    "role": "official",
    "linked_at": "2025-01-01T00:00:00Z",
}

Answer = dict[str, Any]


def commands(*fields: dict[str, Any], name: str = "c.ndjson", reading: Reading = READING) -> Source:
    return inspect(name, io.BytesIO(b"".join(msgspec.json.encode(one) + b"\n" for one in fields)), reading)


def table(text: str, name: str) -> Source:
    return inspect(name, io.BytesIO(text.encode()), READING)


def applied(*sources: Source, reading: Reading = READING) -> list[Answer]:
    return [result.answer for result in apply_files(sources, reading)]


def judged(*sources: Source, reading: Reading = READING) -> list[Answer]:
    return [result.answer for result in dry_run_files(sources, reading)]


def outcomes(answers: list[Answer]) -> list[str]:
    return [answer["outcome"] for answer in answers]


def stored() -> list[tuple[Any, ...]]:
    tables = ("event", "refusal", "stored_answer", "shop", "account", "link")
    return [query(f"SELECT count(*) FROM {name}")[0] for name in tables]  # noqa: S608 (names of this test)


@pytest.mark.usefixtures("database")
def test_with_its_instants_a_file_gives_what_replay_gives_and_a_dry_run_says_so_before() -> None:
    for seed in range(RANDOM_STREAMS):
        forget_everything()
        stream = random_stream(random.Random(seed), COMMANDS_IN_STREAM)
        source = inspect("c.ndjson", io.BytesIO(b"".join(encoded(stream))), TRUSTING)
        said_before = [compared(answer) for answer in judged(source, reading=TRUSTING)]
        assert stored() == [(0,)] * 6
        done = [compared(answer) for answer in applied(source, reading=TRUSTING)]
        expected = list(map(compared, replay(encoded(stream), World(packaged(), packaged()[GUIDE]))))
        assert said_before == expected, f"seed {seed}"
        for after, should in zip(done, expected, strict=True):
            assert timeless(after) == timeless(should), f"seed {seed}"


def timeless(answer: Answer) -> Answer:
    """An answer without the events of time, which may appear in another line's answer."""
    kinds = ("link.expired", "link.established", "link.unlinked")
    return {**answer, "events": [event for event in answer["events"] if event["type"] not in kinds]}


@pytest.mark.usefixtures("database")
def test_tables_are_taken_in_so_that_what_a_line_names_is_there() -> None:
    sources = in_dependency_order(
        [
            commands({"command": "revoke", "shop_id": "S", "account_id": "A", "note": "x"}),
            table("shop_id,account_id,role,linked_at\nS,A,official,2025-01-01\n", "links.csv"),
            table("account_id,region,birth_date\nA,GB,1990-01-01\n", "accounts.csv"),
            table("shop_id,market,enrolment\nS,GB,open\n", "shops.csv"),
        ]
    )
    assert [source.name for source in sources] == ["shops.csv", "accounts.csv", "links.csv", "c.ndjson"]
    assert outcomes(judged(*sources)) == ["accepted"] * 4
    assert outcomes(applied(*sources)) == ["accepted"] * 4


@pytest.mark.usefixtures("database")
def test_a_line_that_was_refused_is_asked_anew_and_one_that_was_accepted_is_not() -> None:
    links = commands(LINK)
    for _ in range(3):
        assert applied(links)[0]["reasons"][0]["code"] == "shop.not_found"
    assert outcomes(judged(commands(SHOP, ACCOUNT, name="a"), links)) == ["accepted"] * 3
    assert outcomes(applied(commands(SHOP, ACCOUNT, name="a"), links)) == ["accepted"] * 3
    events = query("SELECT count(*) FROM event")
    assert outcomes(judged(links)) == ["accepted"], "not already linked: the line itself did that"
    assert outcomes(applied(links)) == ["accepted"]
    assert query("SELECT count(*) FROM event") == events
    assert query("SELECT count(*) FROM refusal") == [(3,)]


@pytest.mark.usefixtures("database")
def test_a_key_of_ones_own_is_kept_to() -> None:
    link = {**LINK, "key": "link 1"}
    assert outcomes(applied(commands(link))) == ["refused"]
    assert outcomes(applied(commands(SHOP, ACCOUNT), commands(link))) == ["accepted", "accepted", "refused"]
    other = commands({**link, "role": "marketing"})
    assert applied(other)[0]["error"] == "idempotency.other_body"
    result = next(apply_files([other], READING))
    assert say_rejection(result, language_for("zh")).startswith("此行的幂等键此前已用于另一条命令")


@pytest.mark.usefixtures("database")
def test_a_line_that_says_who_acts_is_believed_and_else_it_is_the_platform() -> None:
    applied(commands(SHOP, {**ACCOUNT, "by": {"kind": "support", "id": "li"}}))
    by = [msgspec.json.decode(data)["by"] for (data,) in query("SELECT data FROM event ORDER BY number")]
    assert by == [{"kind": "platform", "id": "apply"}, {"kind": "support", "id": "li"}]


@pytest.mark.usefixtures("database")
def test_an_instant_that_is_given_is_not_used_unless_it_is_trusted() -> None:
    shop = {**SHOP, "at": "2020-01-01T00:00:00Z"}
    assert applied(commands(shop))[0]["events"][0]["at"] > "2025"
    trusted = commands({**shop, "shop_id": "T"}, reading=TRUSTING)
    assert applied(trusted, reading=TRUSTING)[0]["events"][0]["at"] == "2020-01-01T00:00:00Z"


@pytest.mark.usefixtures("database")
def test_reasons_are_said_in_both_languages_with_their_dates() -> None:
    applied(commands(SHOP, {**ACCOUNT, "birth_date": "2020-02-29"}))
    invite = {
        "command": "invite",
        "shop_id": "S",
        "account_id": "A",
        "role": "official",
        "network_region": "GB",
    }
    for results in (dry_run_files([commands(invite)], READING), apply_files([commands(invite)], READING)):
        result = next(iter(list(results)))
        assert "1 March 2038" in say_rejection(result, language_for("en"))
        assert "2038 年 3 月 1 日" in say_rejection(result, language_for("zh"))


@pytest.mark.usefixtures("database")
def test_statements_grow_with_batches_and_not_with_lines() -> None:
    def statements(lines: int, first: int) -> int:
        rows = "".join(f"S{first + number},GB,open\n" for number in range(lines))
        source = table(f"shop_id,market,enrolment\n{rows}", "shops.csv")
        with CaptureQueriesContext(connection) as captured:
            assert outcomes(applied(source)) == ["accepted"] * lines
        # A checkpoint follows every 500 commits, which can be anywhere.
        return sum("wal_checkpoint" not in one["sql"] for one in captured)

    statements(1, 0)
    assert statements(10, 10) == statements(BATCH_LINES, 1_000)
    assert statements(BATCH_LINES + 1, 10_000) < 2 * statements(1, 100_000) + 1
