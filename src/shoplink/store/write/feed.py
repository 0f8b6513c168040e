"""The feed: each committed event gets one position, and no event ever appears before an event that has one."""

from collections.abc import Collection, Iterable
from typing import Any

from shoplink.store.database.owner import writing
from shoplink.store.database.sql import among, execute, ids, is_postgresql, query, rows, rows_as

_LOCK = 7_310_002


def number_events() -> int:
    """Number the committed events without a position; returns how many.

    Numbering runs under one lock, so a position is visible only after all lower ones are.
    """
    if not query("SELECT 1 FROM event WHERE position IS NULL LIMIT 1"):
        return 0
    with writing():
        if is_postgresql():
            query("SELECT pg_advisory_xact_lock(%s)", _LOCK)
        return number_events_here()


def number_events_here() -> int:
    """Number events within a transaction that already excludes every other writer."""
    return execute(
        "UPDATE event SET position = given.position FROM (SELECT number, row_number() OVER (ORDER BY number)"
        " + COALESCE((SELECT max(position) FROM event), 0) AS position FROM event WHERE position IS NULL) AS given"
        " WHERE event.number = given.number"
    )


def newest_position() -> int:
    """The position of the newest event in the feed; 0 while there is none."""
    return int(query("SELECT COALESCE(max(position), 0) FROM event")[0][0])


def read_feed(
    after: int,
    limit: int,
    *,
    types: Collection[str] = (),
    shop_id: str | None = None,
    account_id: str | None = None,
) -> list[tuple[int, Any]]:
    """Position and data of the events after a position, in order: those of a shop, an account and some types, or all.

    One statement, which reads an index in the order of positions, from the position on.
    """
    given = {"shop_id = %s": shop_id, "account_id = %s": account_id}
    wanted = {condition: value for condition, value in given.items() if value is not None}
    if types and not wanted:
        return _of_types(after, limit, types)
    conditions, params = [*wanted], [*wanted.values()]
    if types:
        # The plus keeps SQLite's planner from reading the index of types, and sorting.
        conditions.append(among("type" if is_postgresql() else "+type"))
        params.append(ids(types))
    found = query(
        f"SELECT position, data FROM event WHERE {' AND '.join([*conditions, 'position > %s'])}"
        " ORDER BY position LIMIT %s",
        *params,
        after,
        limit,
    )
    return [(position, data) for position, data in found]


def _of_types(after: int, limit: int, types: Collection[str]) -> list[tuple[int, Any]]:
    """The events of some types: the first of each, merged, so that no type is read further than the limit."""
    chosen = sorted(set(types))
    of_type = "SELECT position, data FROM event WHERE type = %s AND position > %s ORDER BY position LIMIT %s"
    parts = " UNION ALL ".join(f"SELECT * FROM ({of_type}) AS t{place}" for place, _ in enumerate(chosen))
    params = [value for kind in chosen for value in (kind, after, limit)]
    found = query(f"SELECT position, data FROM ({parts}) AS found ORDER BY position LIMIT %s", *params, limit)
    return [(position, data) for position, data in found]


def events_at(positions: Iterable[int]) -> list[tuple[int, Any]]:
    """Position and data of the events at some positions. One statement."""
    found = query(
        f"SELECT position, data FROM event WHERE position IN (SELECT given.position FROM {rows_as(position='bigint')})",
        rows([(position,) for position in sorted(positions)]),
    )
    return [(position, data) for position, data in found]
