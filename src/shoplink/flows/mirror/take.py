"""Compare lists with what is recorded, and take them over: by a fixed number of statements, however much they hold.

A preview does on a snapshot what taking over does under the shops' locks, and stores nothing. The same list
taken over again, also at the same moment, finds nothing that differs.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import World, wire
from shoplink.core.commands import PairCommand
from shoplink.core.commission.handles import handle_spans, holders
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING, END
from shoplink.core.mirror.compare import Comparison, Difference, ListedLink, ShopList
from shoplink.core.mirror.settle import Answers, Question, Recording, Settling, certain, likeliest
from shoplink.core.reasons import Reason
from shoplink.core.values import fold_handle
from shoplink.flows import metrics
from shoplink.flows.look import look
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.read.handles import uses_of_handles
from shoplink.store.read.link import snapshot
from shoplink.store.read.mirror import comparisons
from shoplink.store.write.load import LoadKeys
from shoplink.store.write.refusals import save_refusals


class GivenLists(Struct, frozen=True):
    """Complete lists of shops' current links as of one instant; `by` takes them over, `source` says where they were seen.

    An account of a row may be named by its handle. `empty_is_right` has the shops whose list may be empty.
    """

    as_of: datetime
    shops: Mapping[str, Sequence[ListedLink]]
    by: Actor
    source: str | None = None
    empty_is_right: frozenset[str] = frozenset()


class UnusableListError(ValueError):
    """Lists that cannot be compared; `problems` say why: which field (`as_of`, `shop_id`, `links`), of which shop."""

    def __init__(self, problems: Sequence["ListProblem"]) -> None:
        """`problems`: at least one."""
        super().__init__(problems)
        self.problems = tuple(problems)


class ListProblem(Struct, frozen=True):
    """Why a list cannot be compared.

    `code`: in_future, older (than `compared`, the list before), unknown_shop, decided_here, empty, twice
    (`account_id`), later (a row began after the list).
    """

    code: str
    shop_id: str | None = None
    compared: datetime | None = None
    account_id: str | None = None


class Outcome(Struct):
    """What became of lists: what was recorded (or would be), in order, and what is left, at an instant.

    `likely` is what a preview would record with the likeliest answers as well.
    """

    at: datetime
    as_of: datetime
    shops: list[str]
    taken: list[Recording]
    left: list[Question]
    likely: list[Recording] = []


def preview(given: GivenLists) -> Outcome:
    """What taking over would do now: what is certain, what the likeliest answers add, and what is left. Stores nothing.

    Raises UnusableListError.
    """
    with snapshot():
        resolved, before = _resolved(given), comparisons(given.shops)
        world = look(_keys(resolved, before)).world
        settling = _settling(resolved, world, before)
        settling.take(certain)
        sure = list(settling.taken)
        settling.take(likeliest)
        return _outcome(resolved, world, settling, sure, settling.taken[len(sure) :])


def take_over(given: GivenLists, answers: Answers = certain) -> Outcome:
    """Record what is answered, in one transaction, and keep what is left as open questions.

    Raises UnusableListError, and the database's errors.
    """
    with snapshot():
        resolved = _resolved(given)
        keys = _keys(resolved, comparisons(given.shops))
    decided: list[tuple[PairCommand, Mapping[str, Any]]] = []

    def work(transaction: Transaction) -> Outcome:
        world, _ = transaction.load(keys)
        before = comparisons(given.shops)  # under the locks: another list may have been faster
        settling = _settling(resolved, world, before)
        refused = settling.take(answers)
        outcome = _outcome(resolved, world, settling, settling.taken)
        transaction.record(settling.events, _kept(outcome))
        save_refusals(refused)
        decided[:] = [(one.command, _answer(())) for one in settling.taken]
        decided.extend((command, _answer(reasons)) for command, reasons in refused)
        return outcome

    outcome = transact(work)
    metrics.count_commands(decided)
    return outcome


def _resolved(given: GivenLists) -> GivenLists:
    """The same with the ids of the accounts that are named by handles; a handle that is nobody's, or two's, has none."""
    named = {row.handle for rows in given.shops.values() for row in rows if row.handle and not row.account_id}
    if not named:
        return given
    uses = uses_of_handles(map(fold_handle, named))
    held = {}
    for handle in named:
        accounts = holders(handle_spans(uses.get(fold_handle(handle), ())), given.as_of)
        held[handle] = accounts[0] if len(accounts) == 1 else None

    def resolved(row: ListedLink) -> ListedLink:
        return row if row.account_id or row.handle is None else replace(row, account_id=held[row.handle])

    return replace(given, shops={shop: [*map(resolved, rows)] for shop, rows in given.shops.items()})


def _keys(given: GivenLists, before: Mapping[str, Comparison]) -> LoadKeys:
    """What has to be loaded: the shops, the accounts that the lists name, and as far back as anything is recorded."""
    rows = [row for rows in given.shops.values() for row in rows]
    accounts = {row.account_id for row in rows if row.account_id is not None}
    since = min((row.since for row in rows if row.since is not None), default=given.as_of)
    known = [comparison.as_of for comparison in before.values()]
    known += [
        each.asked.earlier or BEGINNING
        for one in before.values()
        for each in one.left
        if each.asked is not None
    ]
    earliest = min([since, given.as_of, *known]) if len(before) == len(given.shops) else BEGINNING
    return LoadKeys(
        set(given.shops), accounts, set(), accounts, earliest if accounts else END, recorded_since=earliest
    )


def _settling(given: GivenLists, world: World, before: Mapping[str, Comparison]) -> Settling:
    """The lists, to be taken over in a World. Raises UnusableListError."""
    if problems := list(_problems(given, world, before)):
        raise UnusableListError(problems)
    return Settling(world, _lists(given, before), given.by, given.source)


def _problems(given: GivenLists, world: World, before: Mapping[str, Comparison]) -> Iterator[ListProblem]:
    if given.as_of > world.now:
        yield ListProblem("in_future")
    for shop_id, rows in given.shops.items():
        shop, last = world.shops.get(shop_id), before.get(shop_id)
        if shop is None:
            yield ListProblem("unknown_shop", shop_id)
        elif shop.facts.decided == "here":
            yield ListProblem("decided_here", shop_id)
        if last is not None and given.as_of < last.as_of:
            yield ListProblem("older", shop_id, last.as_of)
        if not rows and shop_id not in given.empty_is_right:
            yield ListProblem("empty", shop_id)
        yield from _wrong_rows(shop_id, rows, given.as_of)


def _wrong_rows(shop_id: str, rows: Sequence[ListedLink], as_of: datetime) -> Iterator[ListProblem]:
    found = Counter(row.account_id for row in rows if row.account_id is not None)
    for account_id, times in found.items():
        if times > 1:
            yield ListProblem("twice", shop_id, account_id=account_id)
    for row in rows:
        if row.since is not None and row.since > as_of:
            yield ListProblem("later", shop_id, as_of, row.account_id or row.handle)


def _lists(given: GivenLists, before: Mapping[str, Comparison]) -> Iterator[ShopList]:
    began = {
        row.account_id: (shop_id, row.since)
        for shop_id, rows in given.shops.items()
        for row in rows
        if row.account_id and row.since and row.state in ("linked", "unlink_requested")
    }
    for shop_id, rows in given.shops.items():
        yield ShopList(
            shop_id,
            given.as_of,
            {row.account_id: row for row in rows if row.account_id is not None},
            tuple(row for row in rows if row.account_id is None),
            before.get(shop_id),
            began,
        )


def _outcome(
    given: GivenLists,
    world: World,
    settling: Settling,
    taken: Sequence[Recording],
    likely: Sequence[Recording] = (),
) -> Outcome:
    return Outcome(world.now, given.as_of, [*given.shops], [*taken], settling.left(), [*likely])


def _kept(outcome: Outcome) -> Iterator[Comparison]:
    left: dict[str, list[Difference]] = {shop_id: [] for shop_id in outcome.shops}
    for one in outcome.left:
        left[one.difference.shop_id].append(one.difference)
    for shop_id, open_here in left.items():
        yield Comparison(shop_id, outcome.as_of, outcome.at, tuple(open_here))


def _answer(reasons: Sequence[Reason]) -> Mapping[str, Any]:
    return {"outcome": "refused" if reasons else "accepted", "reasons": [wire(reason) for reason in reasons]}
