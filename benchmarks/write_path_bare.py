"""The comparison on SQLite: a bare loop over the same statements that the write path runs."""

import sqlite3
from collections.abc import Callable
from random import Random
from time import perf_counter
from typing import Any

from django.db import connection

from benchmarks.write_path_rival import invitation
from benchmarks.write_path_world import World, close_connection, drop
from shoplink.config.database import database_settings
from shoplink.flows.execute import execute
from tests.databases import use

_CHECKPOINT_EVERY = 500  # as the write path does

Transaction = list[tuple[str, Any]]


def record_statements(world: World, commands: int, seed: int) -> list[Transaction]:
    """The statements, with parameters, of a number of invitations of any account by any shop, one at a time."""
    url, random = world.copy(), Random(seed)
    use(url)
    transactions: list[Transaction] = []

    def record(run: Callable[..., Any], statement: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 (Django's)
        if not statement.startswith("PRAGMA"):  # the loop has its own checkpoints
            transactions[-1].append((statement.replace("%s", "?").replace("%%", "%"), params or ()))
        return run(statement, params, many, context)

    with connection.execute_wrapper(record):
        for _ in range(commands):
            transactions.append([])
            execute(invitation(random.randrange(world.shops), random.randrange(world.free)))
    close_connection()
    drop(url)
    # What the connection was set up with stands before the first transaction; the loop has its own.
    for transaction in transactions:
        begun = [statement for statement, _ in transaction].index("BEGIN IMMEDIATE")
        del transaction[:begun]
    return transactions


def speed(world: World, transactions: list[Transaction]) -> float:
    """Transactions per second of `sqlite3` alone, on a copy of the world they were recorded on."""
    url = world.copy()
    settings = database_settings(url)
    bare = sqlite3.connect(settings["NAME"], isolation_level=None)
    bare.executescript(settings["OPTIONS"]["init_command"])
    assert bare.execute("PRAGMA synchronous").fetchone() == (2,), "the loop must be as durable"
    started = perf_counter()
    for number, transaction in enumerate(transactions, start=1):
        for statement, params in transaction:
            bare.execute(statement, params).fetchall()
        bare.execute("COMMIT")
        if number % _CHECKPOINT_EVERY == 0:
            bare.execute("PRAGMA wal_checkpoint(PASSIVE)")
    seconds = perf_counter() - started
    bare.close()
    drop(url)
    return len(transactions) / seconds
