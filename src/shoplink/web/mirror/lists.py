"""What differs between a platform's list and the record, as rows of a form, and what the form says of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast, get_args

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Reason
from shoplink.core.facts import Ending
from shoplink.core.instant import format_instant, parse_instant
from shoplink.core.mirror.compare import Bounds, Difference, Reply
from shoplink.store.read.names import names
from shoplink.web.request.instant import read_typed_instant
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_status
from shoplink.wording.mirror.lists import say_difference
from shoplink.wording.sentences import N_

QUESTIONS_MAX = 200
"""So many questions are asked at once; what is not asked stays open."""

_OPEN = "open"
_MIDDLE = 2

Pair = tuple[str, str]


class _Group(NamedTuple):
    """A kind of differences on the page: its icon, its title, and what belongs to it."""

    icon: str
    title: str
    kinds: tuple[str, ...] = ()


_GROUPS = (
    _Group(icon="link-plus", title=N_("New, or gone on"), kinds=("new", "step")),
    _Group(icon="unlink", title=N_("No longer in the list"), kinds=("gone", "again")),
    _Group(icon="scale", title=N_("Role or date differs"), kinds=("role", "since", "back")),
    _Group(icon="user", title=N_("Accounts that are not recorded"), kinds=("unknown",)),
)
_IMPOSSIBLE = _Group(icon="ban", title=N_("Cannot be recorded"))


class DifferenceRow(Struct, frozen=True):
    """A difference. `choices` are the instants to choose from, `ways` how a link can have ended (value, words, chosen).

    `out`: whether it is left out; None where there is nothing to take over. `least` and `most` bound the typed instant.
    """

    pair: str
    shop: str
    account: str
    found: str
    to_do: str
    reasons: list[ReasonRow]
    out: bool | None
    choices: list[tuple[str, str, bool]]
    at: str
    least: str
    most: str
    ways: list[tuple[str, str, bool]]
    problem: str


class DifferenceGroup(Struct, frozen=True):
    """Differences of one kind."""

    icon: str
    title: str
    rows: list[DifferenceRow]


class TypedReplies(NamedTuple):
    """What a form says of differences, and what is wrong with that, by pair of shop and account."""

    replies: Mapping[Pair, Reply | None]
    problems: Mapping[Pair, str]


def pair_of(difference: Difference) -> Pair:
    """The pair that a difference is about; '' for an account that is not known."""
    return difference.shop_id, difference.account_id or ""


def read_replies(visit: Visit) -> TypedReplies:
    """The replies in the form that was sent: they stand there whole, whatever has changed since."""
    replies: dict[Pair, Reply | None] = {}
    problems: dict[Pair, str] = {}
    for field in visit.form:
        name, _slash, rest = field.partition("/")
        shop_id, _slash, account_id = rest.partition("/")
        if name == "out":
            replies[shop_id, account_id] = None
        elif name == "when" and (shop_id, account_id) not in replies:
            try:
                replies[shop_id, account_id] = _reply(visit, rest)
            except ValueError as error:
                problems[shop_id, account_id] = str(error)
    return TypedReplies(replies, problems)


def _reply(visit: Visit, pair: str) -> Reply | None:
    """The reply in the fields of a question; None leaves it open. Raises ValueError, whose text is for the reader."""
    at, problem = read_typed_instant(visit.form.get(f"at/{pair}", "").strip())
    if problem:
        raise ValueError(problem)
    chosen = visit.form.get(f"when/{pair}", "")
    if at is None and chosen == _OPEN:
        return None
    if at is None:
        try:
            at = parse_instant(chosen)
        except ValueError:
            raise ValueError(_("Choose when it happened.")) from None
    how = visit.form.get(f"how/{pair}")
    if how is not None and how not in get_args(Ending):
        raise ValueError(_("Choose how it ended."))
    return Reply(at, cast("Ending | None", how))


def show_groups(
    visit: Visit,
    found: Sequence[Difference],
    reasons: Mapping[Pair, tuple[Reason, ...]],
    replies: TypedReplies,
) -> list[DifferenceGroup]:
    """The differences by kind, each with what was replied; `reasons` say of a pair why it cannot be recorded."""
    shops, accounts = names(
        {one.shop_id for one in found}, {one.account_id for one in found if one.account_id}
    )
    rows: dict[_Group, list[DifferenceRow]] = {group: [] for group in (*_GROUPS, _IMPOSSIBLE)}
    for one in found:
        against = reasons.get(pair_of(one), ())
        group = _IMPOSSIBLE if against else next(each for each in _GROUPS if one.kind in each.kinds)
        shop = shops.get(one.shop_id) or one.shop_id
        rows[group].append(_row(visit, one, shop, _name(one, accounts), against, replies))
    return [DifferenceGroup(group.icon, _(group.title), each) for group, each in rows.items() if each]


def _name(one: Difference, accounts: Mapping[str, str]) -> str:
    handle = accounts.get(one.account_id or "") or (one.theirs.handle if one.theirs else None)
    return f"@{handle}" if handle else one.account_id or ""


def _row(  # noqa: PLR0913, PLR0917 (the parts of a row)
    visit: Visit, one: Difference, shop: str, account: str, against: tuple[Reason, ...], replies: TypedReplies
) -> DifferenceRow:
    pair, text = pair_of(one), say_difference(one, visit.language, visit.zone)
    name = "/".join(pair)
    asked = one.asked if one.can_be_recorded and not one.is_certain else None
    how = visit.form.get(f"how/{name}", "")
    return DifferenceRow(
        pair=name,
        shop=shop,
        account=account,
        found=text.found,
        to_do="" if against else text.to_do,
        reasons=show_reasons(visit, against),
        out=f"out/{name}" in visit.form if one.is_certain and not against else None,
        choices=[*_choices(visit, one, asked)] if asked else [],
        at=visit.form.get(f"at/{name}", ""),
        least=_typed(visit, asked.earlier) if asked and asked.earlier else "",
        most=_typed(visit, asked.later) if asked else "",
        ways=[(way, show_status(way).text, way == how) for way in one.ways] if len(one.ways) > 1 else [],
        problem=replies.problems.get(pair, ""),
    )


def _choices(visit: Visit, one: Difference, asked: Bounds) -> Iterator[tuple[str, str, bool]]:
    """The earlier bound, the middle and the later bound, and to leave it open.

    The earlier bound is the default, where there is one and nothing else is asked.
    """
    instants: dict[datetime, str] = {}
    if asked.earlier:
        instants[asked.earlier] = _("{instant}: last seen as it was")
        if asked.later - asked.earlier > timedelta(minutes=_MIDDLE):
            middle = asked.earlier + (asked.later - asked.earlier) / _MIDDLE
            instants[middle.replace(second=0, microsecond=0)] = _("{instant}: the middle")
    instants.setdefault(asked.later, _("{instant}: at the latest"))
    default = format_instant(asked.earlier) if asked.earlier and len(one.ways) <= 1 else _OPEN
    chosen = visit.form.get(f"when/{'/'.join(pair_of(one))}") or default
    for at, words in instants.items():
        value = format_instant(at)
        yield (
            value,
            words.format(instant=visit.language.instant(at, visit.zone)),
            value == chosen,
        )
    yield _OPEN, _("Leave it open"), chosen == _OPEN


def _typed(visit: Visit, at: datetime) -> str:
    return f"{at.astimezone(visit.zone):%Y-%m-%dT%H:%M}"
