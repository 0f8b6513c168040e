"""Compare lists with what is recorded, and take them over: by a fixed number of statements, however much they hold.

A preview does on a snapshot what taking over does under the shops' locks, and stores nothing. The same list
taken over again, also at the same moment, finds nothing that differs.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import World, wire
from shoplink.core.commands import PairCommand
from shoplink.core.commission.handles import handle_spans, holders
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING, END
from shoplink.core.mirror.compare import Bounds, Comparison, Difference, ListedLink, Reply, ShopList, allows
from shoplink.core.mirror.settle import Answers, Recording, Settling, by_pair, certain, likeliest
from shoplink.core.precondition.lists import ListDifferences
from shoplink.core.reasons import Reason
from shoplink.core.values import fold_handle
from shoplink.flows import metrics
from shoplink.flows.answer import Answer, stale
from shoplink.flows.idempotent import IdempotencyKeys
from shoplink.flows.look import look
from shoplink.flows.mirror.outcome import Outcome, write_outcome
from shoplink.flows.precondition import Precondition, token_of
from shoplink.flows.transaction import Transaction, transact
from shoplink.store.read.handles import uses_of_handles
from shoplink.store.read.link import snapshot
from shoplink.store.read.mirror import comparisons
from shoplink.store.write.answers import Key
from shoplink.store.write.load import LoadKeys
from shoplink.store.write.refusals import save_refusals


class GivenLists(Struct, frozen=True):
    """Complete lists of shops' current links as of one instant; `by` takes them over, `source` says where they were seen.

    An account of a row may be named by its handle. `empty_is_right` has the shops whose list may be empty. `again` has
    what was compared before, for questions that it left open: nothing else of their shops is compared.
    """

    as_of: datetime
    shops: Mapping[str, Sequence[ListedLink]]
    by: Actor
    source: str | None = None
    empty_is_right: frozenset[str] = frozenset()
    again: Mapping[str, Comparison] = {}


def lists_again(comparison: Comparison, by: Actor, source: str | None = None) -> GivenLists:
    """The list of a shop that was compared before, as far as the questions go that it left open."""
    rows = [one.theirs for one in comparison.left if one.theirs]
    shop_id = comparison.shop_id
    return GivenLists(
        comparison.as_of, {shop_id: rows}, by, source, frozenset([shop_id]), {shop_id: comparison}
    )


class Replies(Struct, frozen=True):
    """What is said of the differences of single pairs of shop and account (None: left out); all others get `others`."""

    of_pairs: Mapping[tuple[str, str], Reply | None] = {}
    others: Literal["certain", "likeliest"] = "certain"

    def answers(self) -> Answers:
        """The reply to every difference."""
        return by_pair(self.of_pairs, certain if self.others == "certain" else likeliest)


class UnusableListError(ValueError):
    """Lists that cannot be compared; `problems` say why: which field (`as_of`, `shop_id`, `links`), of which shop."""

    def __init__(self, problems: Sequence["ListProblem"]) -> None:
        """`problems`: at least one."""
        super().__init__(problems)
        self.problems = tuple(problems)


class ListProblem(Struct, frozen=True):
    """Why a list cannot be compared.

    `code`: in_future, older (than `compared`, the list before), unknown_shop, decided_here, empty, twice
    (`account_id`), later (a row began after the list), not_asked (a reply that is none to the question, which
    `asked` has).
    """

    code: str
    shop_id: str | None = None
    compared: datetime | None = None
    account_id: str | None = None
    asked: Bounds | None = None


class Preview(Struct):
    """What taking over would do, and the differences that there are before it; `token` is that of `subjects`."""

    outcome: Outcome
    differences: list[Difference]
    subjects: tuple[ListDifferences, ...]
    token: str


def preview(given: GivenLists) -> Preview:
    """What taking over would do now: what is certain, what the likeliest answers add, and what is left. Stores nothing.

    Raises UnusableListError.
    """
    with snapshot():
        resolved, before = _resolved(given), comparisons(given.shops)
        seen = look(_keys(resolved, before))
        lists = _lists(resolved, seen.world, before)
        subjects = _subjects(lists)
        token = token_of(seen, *subjects)
        settling = Settling(seen.world, lists, resolved.by, resolved.source)
        found = settling.open
        settling.take(certain)
        sure = list(settling.taken)
        settling.take(likeliest)
        outcome = _outcome(resolved, seen.world, settling, sure, settling.taken[len(sure) :])
        return Preview(outcome, found, subjects, token)


def dry_run(given: GivenLists, replies: Replies) -> Outcome:
    """What `take_over` would record now, and what would be left. Stores nothing. Raises UnusableListError."""
    with snapshot():
        resolved, before = _resolved(given), comparisons(given.shops)
        world = look(_keys(resolved, before)).world
        settling = Settling(world, _lists(resolved, world, before), resolved.by, resolved.source)
        if problems := list(_wrong_replies(settling.open, replies)):
            raise UnusableListError(problems)
        settling.take(replies.answers())
        return _outcome(resolved, world, settling, settling.taken)


def take_over(given: GivenLists, replies: Replies = Replies()) -> Outcome:  # noqa: B008 (it never changes)
    """Record what is answered, in one transaction, and keep what is left as open questions.

    Raises UnusableListError, and the database's errors.
    """
    taking = _Taking(given, replies)
    outcome = transact(taking.work)
    metrics.count_commands(taking.decided)
    return outcome


def take_over_once(
    given: GivenLists,
    replies: Replies,
    key: Key,
    seen: str | None = None,
) -> Answer:
    """The same under an idempotency key, if the lists still differ from the record as a preview with the token `seen` said.

    The answer is the outcome as plain values; it is kept, and is the same when it is asked for again. Raises
    UnusableListError, and the database's errors.
    """
    taking, digest = _Taking(given, replies), _digest(given, replies)

    def work(transaction: Transaction) -> Answer:
        keys = IdempotencyKeys([key])
        taking.decided.clear()
        if (known := keys.answer(key, digest)) is not None:
            return {**known, "replayed": True}
        if not taking.is_as_seen(transaction, seen):
            return stale()
        outcome = taking.work(transaction)
        answer = write_outcome(outcome)
        keys.keep(key, digest, answer)
        keys.save(outcome.at)
        return answer

    answer = transact(work)
    metrics.count_commands(taking.decided)
    return answer


class _Taking:
    """Lists to take over in a transaction, which may be tried again."""

    def __init__(self, given: GivenLists, replies: Replies) -> None:
        with snapshot():
            self._given = _resolved(given)
            self._keys = _keys(self._given, comparisons(given.shops))
        self._replies = replies
        self._loaded: tuple[Transaction, World, list[ShopList]] | None = None
        self.decided: list[tuple[PairCommand, Mapping[str, Any]]] = []

    def is_as_seen(self, transaction: Transaction, token: str | None) -> bool:
        """Whether the lists differ from the record as a preview said; `token` is None if there was none."""
        world, lists = self._load(transaction)
        return token is None or Precondition(_subjects(lists), (token,)).holds(world)

    def work(self, transaction: Transaction) -> Outcome:
        """Record what is answered. Raises UnusableListError."""
        world, lists = self._load(transaction)
        settling = Settling(world, lists, self._given.by, self._given.source)
        if problems := list(_wrong_replies(settling.open, self._replies)):
            raise UnusableListError(problems)
        refused = settling.take(self._replies.answers())
        outcome = _outcome(self._given, world, settling, settling.taken)
        transaction.record(settling.events, _kept(outcome, self._given))
        save_refusals(refused)
        self.decided[:] = [(one.command, _answer(())) for one in settling.taken]
        self.decided.extend((command, _answer(reasons)) for command, reasons in refused)
        return outcome

    def _load(self, transaction: Transaction) -> tuple[World, list[ShopList]]:
        if self._loaded is None or self._loaded[0] is not transaction:
            world, _ = transaction.load(self._keys)
            before = comparisons(self._given.shops)  # under the locks: another list may have been faster
            self._loaded = transaction, world, _lists(self._given, world, before)
        return self._loaded[1:]


def _digest(given: GivenLists, replies: Replies) -> str:
    """The digest that a key is bound to: of the lists and of what is said of them."""
    of_pairs = sorted(replies.of_pairs.items())
    # Questions that are answered are no longer asked when the same form is sent again.
    lists: Any = sorted(given.again) or sorted(given.shops.items())
    parts = [given.as_of, lists, given.source, sorted(given.empty_is_right)]
    return hashlib.sha256(msgspec.json.encode([*parts, of_pairs, replies.others])).hexdigest()


def _subjects(lists: Sequence[ShopList]) -> tuple[ListDifferences, ...]:
    return tuple(ListDifferences(listed.shop_id, listed=listed) for listed in lists)


def _wrong_replies(found: Sequence[Difference], replies: Replies) -> Iterator[ListProblem]:
    """Replies that are none to what is asked."""
    for one in found:
        reply = replies.of_pairs.get((one.shop_id, one.account_id or ""))
        if reply is not None and not allows(one, reply):
            yield ListProblem("not_asked", one.shop_id, account_id=one.account_id, asked=one.asked)


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


def _lists(given: GivenLists, world: World, before: Mapping[str, Comparison]) -> list[ShopList]:
    """The lists, to be compared with a World. Raises UnusableListError."""
    if problems := list(_problems(given, world, before)):
        raise UnusableListError(problems)
    began = {
        row.account_id: (shop_id, row.since)
        for shop_id, rows in given.shops.items()
        for row in rows
        if row.account_id and row.since and row.state in ("linked", "unlink_requested")
    }
    return [
        ShopList(
            shop_id,
            given.as_of,
            {row.account_id: row for row in rows if row.account_id is not None},
            tuple(row for row in rows if row.account_id is None),
            before.get(shop_id),
            began,
            _only(given, shop_id),
        )
        for shop_id, rows in given.shops.items()
    ]


def _only(given: GivenLists, shop_id: str) -> frozenset[str] | None:
    """The accounts of the questions that are asked again; None for a list that is compared as a whole."""
    again = given.again.get(shop_id)
    if again is None:
        return None
    asked = {one.account_id for one in again.left}
    asked |= {row.account_id for row in given.shops[shop_id]}  # a stranger may have been recorded since
    return frozenset(account_id for account_id in asked if account_id is not None)


def _outcome(
    given: GivenLists,
    world: World,
    settling: Settling,
    taken: Sequence[Recording],
    likely: Sequence[Recording] = (),
) -> Outcome:
    return Outcome(world.now, given.as_of, [*given.shops], [*taken], settling.left(), [*likely])


def _kept(outcome: Outcome, given: GivenLists) -> Iterator[Comparison]:
    """The comparison of each shop; one whose questions were answered stays the one that asked them."""
    left: dict[str, list[Difference]] = {shop_id: [] for shop_id in outcome.shops}
    for one in outcome.left:
        left[one.difference.shop_id].append(one.difference)
    for shop_id, open_here in left.items():
        again = given.again.get(shop_id)
        yield Comparison(shop_id, outcome.as_of, again.compared_at if again else outcome.at, tuple(open_here))


def _answer(reasons: Sequence[Reason]) -> Mapping[str, Any]:
    return {"outcome": "refused" if reasons else "accepted", "reasons": [wire(reason) for reason in reasons]}
