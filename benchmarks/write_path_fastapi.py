"""The comparison for reads: a bare FastAPI view of the feed, with the same statement and without authentication.

It runs on granian, as shoplink does. RIVAL_DATABASE_URL names the database.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from fastapi import FastAPI

URL = os.environ["RIVAL_DATABASE_URL"]
CONNECTIONS = 8  # beside those of shoplink, of the 100 that PostgreSQL takes
_STATEMENT = "SELECT position, data FROM event WHERE position > {0} ORDER BY position LIMIT {0}"

_idle: "asyncio.Queue[psycopg.AsyncConnection[Any]]" = asyncio.Queue()


@asynccontextmanager
async def _connected(_app: FastAPI) -> AsyncIterator[None]:
    if not URL.startswith("sqlite"):
        for _ in range(CONNECTIONS):
            _idle.put_nowait(await psycopg.AsyncConnection.connect(URL, autocommit=True))
    yield


app = FastAPI(lifespan=_connected)


async def _from_postgresql(after: int, limit: int) -> list[tuple[int, str]]:
    connection = await _idle.get()
    try:
        cursor = await connection.execute(_STATEMENT.format("%s"), (after, limit))
        return await cursor.fetchall()
    finally:
        _idle.put_nowait(connection)


async def _from_sqlite(after: int, limit: int) -> list[tuple[int, str]]:
    # In the loop's own thread: a statement of microseconds is over before another thread would have begun it.
    return _sqlite.execute(_STATEMENT.format("?"), (after, limit)).fetchall()


if URL.startswith("sqlite"):
    _sqlite = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    _rows = _from_sqlite
else:
    _rows = _from_postgresql


@app.get("/v1/events")
async def list_events(after: int = 0, limit: int = 200) -> dict[str, Any]:
    """A page of the feed."""
    found = await _rows(after, limit)
    items = [{"position": position, **json.loads(data)} for position, data in found]
    return {"items": items, "next": found[-1][0] if found else after}
