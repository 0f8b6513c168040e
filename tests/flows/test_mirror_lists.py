"""Lists through the database: compared, taken over once, with a fixed number of statements."""

import io
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoplink.core.facts import Actor
from shoplink.core.mirror.compare import ListedLink
from shoplink.flows.file.source import Reading, UnreadableError
from shoplink.flows.mirror.read import UnclearListError, read_list
from shoplink.flows.mirror.take import GivenLists, Replies, UnusableListError, preview, take_over
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.sql import query
from shoplink.store.read.mirror import comparisons
from tests.store.commands import execute_accepted, put_account, put_shop

BY = Actor("platform", "mirror")
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY, TUESDAY = NOW - 3 * DAY, NOW - 2 * DAY


def world(shops: int = 2, accounts: int = 3) -> None:
    execute_accepted(
        *(put_shop(f"S{number}", decided="elsewhere") for number in range(shops)),
        *(put_account(f"A{number}", handle=f"handle{number}") for number in range(accounts)),
        now=lambda: NOW - 9 * DAY,
    )


def lists(as_of: datetime, shops: Mapping[str, Sequence[ListedLink]], *empty: str) -> GivenLists:
    return GivenLists(as_of, shops, BY, "seller centre", frozenset(empty))


def linked(number: int, since: datetime | None = MONDAY - DAY) -> ListedLink:
    return ListedLink(f"A{number}", "marketing", "linked", since)


def links() -> list[tuple[object, ...]]:
    return query("SELECT shop_id, account_id, status FROM link ORDER BY shop_id, account_id")


def problems(given: GivenLists) -> list[tuple[str, str | None]]:
    with pytest.raises(UnusableListError) as raised:
        take_over(given)
    return [(one.code, one.shop_id) for one in raised.value.problems]


@pytest.mark.usefixtures("database")
def test_a_preview_stores_nothing_and_the_same_list_twice_changes_nothing() -> None:
    world()
    given = lists(NOW, {"S0": [linked(0), ListedLink("A1", "official", "invited", NOW - HOUR)]})
    seen = preview(given).outcome
    assert (len(seen.taken), seen.likely, seen.left) == (2, [], [])
    assert (links(), comparisons(["S0"])) == ([], {})
    assert len(take_over(given).taken) == 2
    log = query("SELECT count(*) FROM event")
    assert (take_over(given).taken, query("SELECT count(*) FROM event")) == ([], log)
    assert list(verify(VerifyCounts())) == []


@pytest.mark.usefixtures("database")
def test_what_is_asked_stays_a_question_and_an_untold_shop_is_not_touched() -> None:
    world()
    take_over(lists(MONDAY, {"S0": [linked(0), linked(1)], "S1": [linked(2)]}))
    outcome = take_over(lists(TUESDAY, {"S0": [linked(1)]}))
    assert [(one.difference.kind, one.difference.account_id) for one in outcome.left] == [("gone", "A0")]
    kept = comparisons(["S0", "S1"])
    asked = kept["S0"].left[0].asked
    assert asked is not None
    assert (asked.earlier, asked.later) == (MONDAY, TUESDAY)
    assert {shop: (one.as_of, len(one.left)) for shop, one in kept.items()} == {
        "S0": (TUESDAY, 1),
        "S1": (MONDAY, 0),
    }
    assert not take_over(lists(NOW - DAY, {"S0": [linked(1)]}), Replies(others="likeliest")).left
    ended = query("SELECT account_id, status, ended_at FROM link WHERE ended_at IS NOT NULL")
    assert ended == [("A0", "unlinked", MONDAY.timestamp() * 1_000_000)]
    assert ("S1", "A2", "linked") in links()


@pytest.mark.usefixtures("database")
def test_lists_that_cannot_be_compared_say_why_and_store_nothing() -> None:
    world()
    execute_accepted(put_shop("here"), now=lambda: NOW - 8 * DAY)
    take_over(lists(TUESDAY, {"S0": [linked(0)]}))
    assert problems(lists(MONDAY, {"S0": [linked(0)]})) == [("older", "S0")]
    assert problems(lists(NOW + DAY, {"S1": [linked(1)]})) == [("in_future", None)]
    assert problems(lists(TUESDAY, {"S1": [], "none": [linked(1)], "here": [linked(2)]})) == [
        ("empty", "S1"),
        ("unknown_shop", "none"),
        ("decided_here", "here"),
    ]
    assert problems(lists(TUESDAY, {"S1": [linked(1), linked(1)]})) == [("twice", "S1")]
    assert problems(lists(TUESDAY, {"S1": [linked(1, NOW)]})) == [("later", "S1")]
    assert take_over(lists(TUESDAY, {"S1": []}, "S1")).left == []
    assert links() == [("S0", "A0", "linked")]


@pytest.mark.usefixtures("database")
def test_handles_and_strangers() -> None:
    world()
    given = lists(MONDAY, {"S0": [ListedLink(None, "marketing", since=MONDAY - DAY, handle="Handle0")]})
    assert take_over(given).left == []
    stranger = ListedLink(None, "marketing", since=MONDAY, handle="nobody")
    left = take_over(lists(TUESDAY, {"S0": [linked(0), stranger, ListedLink("A77", "official")]})).left
    assert [one.difference.kind for one in left] == ["unknown", "unknown"]
    assert links() == [("S0", "A0", "linked")]


@pytest.mark.usefixtures("database")
def test_the_number_of_statements_does_not_grow() -> None:
    world(20, 101)
    preview(lists(MONDAY, {"S0": [linked(0)]}))  # what is read once for all, such as the clock of a sandbox
    counts = []
    for shops in (1, 20):
        rows = {f"S{shop}": [linked(shop * 5 + each) for each in range(1, 6)] for shop in range(shops)}
        with CaptureQueriesContext(
            connection,
        ) as captured:
            take_over(lists(MONDAY if shops == 1 else TUESDAY, rows))
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert len(links()) == 100


@pytest.mark.usefixtures("database")
def test_the_same_list_at_the_same_moment_is_taken_over_once() -> None:
    world()
    given, taken = lists(MONDAY, {"S0": [linked(0), linked(1)]}), list[int]()

    def send() -> None:
        try:
            taken.append(len(take_over(given).taken))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [0, 0, 0, 2]
    assert list(verify(VerifyCounts())) == []


PASTED = "达人账号\t绑定类型\t绑定时间\t状态\n@Handle0\t渠道账号\t2026-11-03\t已绑定\nhandle1\t官方账号\t2026-11-28 10:00+08:00\t审核中\n"


def read(text: str, shop_id: str | None = None) -> dict[str, list[ListedLink]]:
    return read_list("pasted", io.BytesIO(text.encode()), Reading(BY), NOW, shop_id)


def test_a_paste_from_a_page_is_a_table_between_tabs() -> None:
    found = read(PASTED, "S0")["S0"]
    assert [(row.handle, row.role, row.state, row.is_day) for row in found] == [
        ("Handle0", "marketing", "linked", True),
        ("handle1", "official", "in_review", False),
    ]
    assert found[1].since == datetime(2026, 11, 28, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("账号,绑定类型\nann,渠道账号\n", "shop_id: missing"),
        (
            "店铺ID,账号,绑定类型\nT,ann,渠道账号\n",
            "column 店铺ID: found 'T'; allowed: the shop that the list is of",
        ),
        ("账号,绑定类型\n,渠道账号\n", "an account by its id or its handle"),
        ("账号,绑定类型\nann,朋友\n", "column 绑定类型: found '朋友'"),
        ("账号,绑定类型\na nn,渠道账号\n", "column 账号: found 'a nn'"),
        ("账号,绑定类型\nann,渠道账号\nANN,官方账号\n", "line 2 has it already"),
    ],
)
def test_a_list_with_a_line_that_is_unclear_is_not_read(text: str, said: str) -> None:
    """Whoever is missing in a list counts as gone, so no line of it is left out."""
    shop_id = None if "missing" in said else "S0"
    with pytest.raises(UnclearListError) as raised:
        read(text, shop_id)
    assert said in ". ".join(one.say("en") for line in raised.value.lines for one in line.problems)


def test_what_is_no_list_of_links_says_what_one_has() -> None:
    with pytest.raises(UnreadableError, match="needed are the role and the account"):
        read("Product,Price\nTea,3\n")
