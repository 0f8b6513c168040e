"""Products, content and items in the database: answers as in memory, rows as in the log, showcases as specified."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from shoplink.core.instant import parse_instant
from shoplink.flows.showcase import view_of_place
from shoplink.store.read.commerce import page_of_contents
from tests.oracle.commerce_streams import ACCOUNTS, stream
from tests.oracle.naive_commerce import Naive
from tests.oracle.test_naive_commerce import compare
from tests.rule import rule
from tests.store.test_equality import the_database_agrees

STREAMS, LENGTH = 3, 150


@rule("R13", "R14", "R15", "R49")
@pytest.mark.usefixtures("database")
def test_random_streams_through_the_database_end_as_in_memory_and_showcases_can_be_told_as_of_any_instant() -> (
    None
):
    shown = 0
    for seed in range(STREAMS):
        commands = stream(random.Random(seed), LENGTH)
        the_database_agrees(f"commerce {seed}", commands)
        naive = compare(commands, Counter())
        dice = random.Random(seed)
        instants = {parse_instant(command["at"]) for command in commands}
        edges = instants | {at - timedelta(microseconds=1) for at in instants}
        for at in dice.sample(sorted(edges), 15):
            shown += places_agree(naive, at)
    assert shown > 50


def places_agree(naive: Naive, at: datetime) -> int:
    """Check that every place shows at an instant what the naive oracle says; returns the number of products."""
    count, text = 0, at.isoformat()
    for account_id in ACCOUNTS:
        expected = naive.showcase(account_id, text)
        page = view_of_place(account_id, None, at, 100)
        assert page is not None
        assert [one.product.product_id for one in page.shown] == expected, (account_id, text)
        count += len(expected)
        contents = page_of_contents(account_id, page.link, at, 10, "")
        for one in contents:
            content_id = one.content.content_id
            there = naive.content(account_id, content_id, text)
            found = view_of_place(account_id, content_id, at, 100)
            assert found is not None
            assert [each.product.product_id for each in found.shown] == there
            assert one.products == len(there)
            count += len(there)
    return count
