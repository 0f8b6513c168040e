"""A platform's list of a shop's current links, compared with ours as they stood at the same instant (mirror.md section 3).

What is compared is a pair of shop and account at a time. A difference names the one step that brings our record nearer
to the list; what stays after it is a difference again.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import commands as c
from shoplink.core.event_base import Record
from shoplink.core.facts import Actor, Ending, Link, Role
from shoplink.core.instant import BEGINNING, shift
from shoplink.core.world import World

ListedState = Literal["invited", "in_review", "linked", "unlink_requested"]
"""The states in which a platform's list shows a link; one with an open unlink request is linked."""

Kind = Literal["unknown", "new", "step", "again", "gone", "role", "since", "back"]
"""What differs: the account is not recorded; a link is new; it went on; it ended and another one of the pair began;
it is gone; or role, date or state contradict ours, which no recording can put right."""

_RANK: dict[str, int] = {"invited": 0, "in_review": 1, "linked": 2, "unlink_requested": 2}
_A_DAY = (timedelta(hours=-14), timedelta(hours=36))
"""A calendar day, wherever on earth the page's clock is, from 00:00 UTC of its date."""
_TYPED_WITHIN = timedelta(minutes=1)
"""People type an instant to the minute, so one that is earlier than a bound by less is that bound."""
_A_MINUTE = (timedelta(microseconds=1) - timedelta(minutes=1), timedelta(minutes=1))


class ListedLink(Struct, frozen=True, omit_defaults=True):
    """A current link as a list shows it: `since` when it is in its state (a link with a request: since when it is linked).

    `is_day`: `since` is 00:00 UTC of a date without a time. `account_id` is None where the list has a handle that is
    nobody's.
    """

    account_id: str | None
    role: Role
    state: ListedState = "linked"
    since: datetime | None = None
    is_day: bool = False
    handle: str | None = None

    def is_since(self, at: datetime) -> bool:
        """Whether an instant is the one that the list shows, as exactly as it shows it: to the day, or to the minute."""
        if self.since is None:
            return True
        before, after = _A_DAY if self.is_day else _A_MINUTE
        return shift(self.since, before) <= at < shift(self.since, after)


class Bounds(Struct, frozen=True):
    """An instant that the list does not show: not before `earlier` (None: nothing says so), not after `later`."""

    earlier: datetime | None
    later: datetime


class Difference(Struct, frozen=True, omit_defaults=True):
    """How a pair of shop and account stands in a list (`theirs`) and with us (`link_id`, `ours`, `since`), where that differs.

    `asked`: the instant that must be told, and `ways`: how it ended, unless there is only one way.
    """

    kind: Kind
    shop_id: str
    account_id: str | None
    theirs: ListedLink | None = None
    link_id: str | None = None
    ours: ListedState | None = None
    role: Role | None = None
    since: datetime | None = None
    asked: Bounds | None = None
    ways: tuple[Ending, ...] = ()

    @property
    def can_be_recorded(self) -> bool:
        """Whether there is a command that brings our record nearer to the list."""
        return self.kind in ("new", "step", "again", "gone")

    @property
    def is_certain(self) -> bool:
        """Whether nothing has to be asked before it is recorded."""
        is_known = self.asked is None or self.asked.earlier == self.asked.later
        return self.can_be_recorded and is_known and len(self.ways) <= 1


class Reply(Struct, frozen=True):
    """What somebody says of a difference: when it happened, and how a link ended; None leaves what is likeliest."""

    at: datetime | None = None
    how: Ending | None = None


class Comparison(Record, frozen=True):
    """What is kept of the newest list of a shop: as of when it stood, when it was compared, what it left open."""

    shop_id: str
    as_of: datetime
    compared_at: datetime
    left: tuple[Difference, ...] = ()


class ShopList(Struct, frozen=True):
    """The complete list of a shop's current links at an instant: rows by account, and those of unknown accounts.

    `before` is what is kept of the list before it. `linked` tells of accounts by which shop's list they are linked, and since
    when. `only`: the accounts that are compared, None for all.
    """

    shop_id: str
    as_of: datetime
    rows: Mapping[str, ListedLink]
    strangers: tuple[ListedLink, ...] = ()
    before: Comparison | None = None
    linked: Mapping[str, tuple[str, datetime]] = {}
    only: frozenset[str] | None = None


def questions_of(comparison: Comparison) -> ShopList:
    """The list that was compared, as far as its open questions go: what became of them since follows from the World."""
    rows = {one.account_id: one.theirs for one in comparison.left if one.account_id and one.theirs}
    return ShopList(
        comparison.shop_id,
        comparison.as_of,
        rows,
        tuple(one.theirs for one in comparison.left if one.account_id is None and one.theirs),
        comparison,
        only=frozenset(one.account_id for one in comparison.left if one.account_id),
    )


def allows(difference: Difference, reply: Reply) -> bool:
    """Whether a reply is one to what is asked: an instant within the bounds, to the minute, and one of the ways."""
    asked = difference.asked
    if reply.how is not None and reply.how not in difference.ways:
        return False
    if reply.at is None:
        return True
    if asked is None:
        return False
    earliest = shift(asked.earlier, -_TYPED_WITHIN) if asked.earlier else BEGINNING
    return earliest < reply.at <= asked.later


def differences(world: World, listed: ShopList) -> Iterator[Difference]:
    """Every difference of a shop that is recorded: those of the list in its order, then what is gone."""
    for row in listed.strangers:
        yield Difference("unknown", listed.shop_id, None, theirs=row)
    if listed.only is not None:
        yield from differences_of(world, listed, sorted(listed.only))
        return
    ours = _links_at(world, listed)
    for account_id in (*listed.rows, *(gone for gone in ours if gone not in listed.rows)):
        if (found := _compare(world, listed, account_id, ours.get(account_id))) is not None:
            yield found


def differences_of(world: World, listed: ShopList, account_ids: Iterable[str]) -> Iterator[Difference]:
    """The differences of some accounts alone."""
    ours = _links_at(world, listed)
    for account_id in account_ids:
        if (found := _compare(world, listed, account_id, ours.get(account_id))) is not None:
            yield found


def command_of(
    difference: Difference, reply: Reply, at: datetime, by: Actor | None, source: str | None
) -> c.PairCommand | None:
    """The command that records a difference; None if there is none, or something that is not told has no likeliest value."""
    earlier = difference.asked.earlier if difference.asked else None
    told = max(reply.at, earlier) if reply.at and earlier else reply.at or earlier
    pair: dict[str, Any] = {
        "at": at,
        "by": by,
        "shop_id": difference.shop_id,
        "account_id": difference.account_id or "",
    }
    if difference.kind in ("gone", "again"):
        how = reply.how or (difference.ways[0] if len(difference.ways) == 1 else None)
        return c.RecordEnd(**pair, ended_at=told, how=how, source=source) if told and how else None
    if difference.theirs is None or difference.kind not in ("new", "step"):
        return None
    if difference.ours == "linked":
        return c.RecordUnlinkRequest(**pair, requested_at=told, source=source) if told else None
    since = difference.theirs.since or told
    return _beginning(difference, difference.theirs, since, {**pair, "source": source}) if since else None


def _beginning(
    difference: Difference, row: ListedLink, since: datetime, fields: dict[str, Any]
) -> c.PairCommand:
    """The command that records how a link began or went on. What is in review was invited first."""
    if _RANK[row.state] == _RANK["linked"]:
        return c.ImportLink(**fields, role=row.role, linked_at=since)
    if difference.kind == "step":
        return c.RecordAcceptance(**fields, accepted_at=since)
    return c.RecordInvitation(**fields, role=row.role, invited_at=since)


def _links_at(world: World, listed: ShopList) -> dict[str, Link]:
    """Our links of the shop that were live as of the list, by account."""
    shop = world.shops[listed.shop_id]
    return {
        link.account_id: link
        for links in (shop.ended, shop.live.values())
        for link in links
        if _began(link) <= listed.as_of and (link.ended_at is None or link.ended_at > listed.as_of)
    }


def _compare(world: World, listed: ShopList, account_id: str, ours: Link | None) -> Difference | None:
    row = listed.rows.get(account_id)
    if ours is None:
        return None if row is None else _new(world, listed, account_id, row)
    state, since = _standing(ours, listed.as_of)
    pair = Difference(
        "gone", listed.shop_id, account_id, row, link_id=ours.link_id, ours=state, role=ours.role, since=since
    )
    earlier = _last_known(listed, ours)
    if row is None:
        is_known = ours.ended_at is not None  # that it has ended since
        return None if is_known else _ended(pair, listed, earlier, listed.as_of)
    return _contradiction(pair, row, ours, listed, earlier)


def _contradiction(
    pair: Difference, row: ListedLink, ours: Link, listed: ShopList, earlier: datetime
) -> Difference | None:
    """How a link that both have stands differently in the list."""
    assert pair.ours is not None and pair.since is not None, "both have it"  # noqa: PT018 (one statement)
    ahead = _RANK[row.state] - _RANK[pair.ours]
    asked = Bounds(earlier, _latest(listed, row, ours))
    if ahead > 0 and (row.role == ours.role or _RANK[row.state] == _RANK["linked"]):
        return replace(pair, kind="step", asked=None if row.since else asked)
    if ahead or not row.is_since(pair.since):
        if row.since is None or row.since > earlier:
            return replace(_ended(pair, listed, earlier, row.since or listed.as_of), kind="again")
        return replace(pair, kind="back" if ahead else "since")
    if row.role != ours.role:
        return replace(pair, kind="role")
    if row.state == "unlink_requested" and ours.unlink_requested_at is None and ours.ended_at is None:
        return replace(pair, kind="step", asked=asked)
    return None


def _new(world: World, listed: ShopList, account_id: str, row: ListedLink) -> Difference:
    if account_id not in world.accounts:
        return Difference("unknown", listed.shop_id, account_id, row)
    asked = None
    if row.since is None:
        before = _question_before(listed, account_id, None)
        earlier = listed.before.as_of if listed.before else None
        asked = before.asked if before and before.asked else Bounds(earlier, listed.as_of)
    return Difference("new", listed.shop_id, account_id, row, asked=asked)


def _ended(pair: Difference, listed: ShopList, earlier: datetime, later: datetime) -> Difference:
    """A link of ours that has ended, with the bounds of its end: those of the list that showed it first, if left open."""
    before = _question_before(listed, pair.account_id, pair.link_id)
    if before is not None and before.asked is not None:
        later = min(later, before.asked.later)
    shop_id, begins = listed.linked.get(pair.account_id or "", (listed.shop_id, later))
    if pair.ours == "linked" and shop_id != listed.shop_id and begins >= earlier:
        later = min(later, begins)  # nobody is linked twice at a time
    ways: tuple[Ending, ...] = (
        ("unlinked",) if pair.ours == "linked" else ("declined", "withdrawn", "expired")
    )
    return replace(pair, asked=Bounds(earlier, max(earlier, later)), ways=ways)


def _question_before(listed: ShopList, account_id: str | None, link_id: str | None) -> Difference | None:
    """The question about the beginning of a link (no `link_id`), or the end of one, that the list before left open."""
    kinds = ("new",) if link_id is None else ("gone", "again", "step")
    left = listed.before.left if listed.before else ()
    about = (account_id, link_id)
    return next((one for one in left if one.kind in kinds and (one.account_id, one.link_id) == about), None)


def _latest(listed: ShopList, row: ListedLink, ours: Link) -> datetime:
    """The list that was the first to show a link in its state, if it was left open when that began."""
    before = _question_before(listed, ours.account_id, ours.link_id)
    if before is None or before.kind != "step" or before.asked is None or before.theirs is None:
        return listed.as_of
    return min(listed.as_of, before.asked.later) if before.theirs.state == row.state else listed.as_of


def _last_known(listed: ShopList, link: Link) -> datetime:
    """Until when a link is known to have stood as it does: the last list that showed it, or its own last step."""
    before = _question_before(listed, link.account_id, link.link_id)
    if before is not None and before.asked is not None and before.asked.earlier is not None:
        return before.asked.earlier
    steps = [link.invited_at, link.accepted_at, link.linked_at, link.unlink_requested_at]
    if listed.before is not None:
        steps.append(listed.before.as_of)
    return max(step for step in steps if step is not None and step <= listed.as_of)


def _began(link: Link) -> datetime:
    began = link.invited_at or link.linked_at
    assert began is not None, "a link begins with an invitation or is established"
    return began


def _standing(link: Link, at: datetime) -> tuple[ListedState, datetime]:
    """The state of a link at an instant, and since when."""
    if link.linked_at is not None and link.linked_at <= at:
        return "linked", link.linked_at
    if link.accepted_at is not None and link.accepted_at <= at:
        return "in_review", link.accepted_at
    return "invited", _began(link)
