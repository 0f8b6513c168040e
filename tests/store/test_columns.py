"""Values and ids come back from the database as they went in, whatever they hold."""

from datetime import UTC, date, datetime

import pytest

from shoplink.core import Account
from shoplink.core.commerce.facts import Item
from shoplink.store.database import columns
from shoplink.store.database.sql import among, ids, query, rows, rows_as

AWKWARD = (
    "plain",
    "",
    " ",
    'a "quoted" one',
    "back\\slash",
    "{braces},and,commas",
    "NULL",
    "line\nbreak",
    "店铺",
)


@pytest.mark.usefixtures("database")
def test_ids_are_found_whatever_they_hold() -> None:
    """Quotes, backslashes, braces and NULL mean nothing in an id."""
    given = rows([(value,) for value in AWKWARD])
    found = query(f"SELECT id FROM {rows_as(id='text')} WHERE {among('id')}", given, ids(AWKWARD))
    assert {value for (value,) in found} == set(AWKWARD)
    assert query(f"SELECT id FROM {rows_as(id='text')} WHERE {among('id')}", given, ids(["other"])) == []


def test_values_are_read_by_the_types_of_their_fields() -> None:
    """Instants from microseconds, dates from ISO text, null as None, an empty id of an item as None."""
    at = datetime(2026, 2, 28, 12, 30, 0, 7, tzinfo=UTC)
    micros = 1_772_281_800_000_007
    account = columns.ACCOUNT.value(("A", "", "GB", "GB", "1990-02-28", "normal", "granted", 5, micros))
    assert account == Account("A", "", "GB", "GB", date(1990, 2, 28), "normal", "granted", 5)
    item = columns.ITEM.value(("A", "", "P", "S", "", micros, None))
    assert item == Item("A", None, "P", "S", None, at, None)
    row = (
        "L",
        "S",
        "A",
        "official",
        "linked",
        "g",
        micros,
        *[None] * 6,
        "ref",
        None,
        micros,
        micros,
        3,
        None,
    )
    link = columns.LINK.value(row)
    assert (link.invited_at, link.expires_at, link.reference, link.synced_since) == (at, None, "ref", at)
    assert link.touched_at == at
    assert list(columns.LINK.rest(row)) == [3, None]
