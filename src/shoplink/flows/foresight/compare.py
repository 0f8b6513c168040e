"""What the start of a rulebook changes: a World with the start and one without it, compared at its instant.

Nothing here reads or writes: both Worlds hold the same shops, and time has passed in both up to that instant.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from shoplink.core import Accept, Event, Link, Reason, Refused, Rulebook, World, decide
from shoplink.core.commerce.permissions import ACTIONS, Action, as_affiliate, permissions
from shoplink.core.commerce.rules import current_link
from shoplink.core.events import LinkEstablished, LinkEvent, LinkUnlinked
from shoplink.core.facts import Role
from shoplink.flows.look import (
    LinkQuotaUse,
    account_link_quota_use,
    link_quota_use,
    reasons_against_a_new_link,
    slot_use,
)

Limit = Literal["official_slots", "marketing_slots", "link_quota", "unlink_quota"]
_ROLES: tuple[Role, ...] = ("official", "marketing")
_SLOTS: dict[Role, Limit] = {"official": "official_slots", "marketing": "marketing_slots"}


class OfLink(Struct, frozen=True, kw_only=True):
    """Something that happens to a link, with both of its sides."""

    link_id: str
    shop_id: str
    account_id: str
    role: Role


class EndingLink(OfLink, frozen=True):
    """A link that the clock ends at the start, because its unlink request is older than the rulebook allows.

    `synced`: its showcase follows the shop until then.
    """

    requested_at: datetime
    synced: bool


class EstablishedLink(OfLink, frozen=True):
    """A link in review that nothing holds any more at the start."""

    accepted_at: datetime | None


class OverLimit(Struct, frozen=True):
    """A shop that has more than the rulebook allows.

    `until` is when it no longer has, None if time alone never ends it.
    """

    shop_id: str
    limit: Limit
    used: int
    allowed: int
    until: datetime | None


class BlockedInvitation(OfLink, frozen=True):
    """An open invitation that could be accepted without the start, and not with it."""

    expires_at: datetime | None
    reasons: tuple[Reason, ...]


class ClosedRole(Struct, frozen=True):
    """A role in which a shop could invite without the start, and not with it."""

    shop_id: str
    role: Role
    reasons: tuple[Reason, ...]


class ChangedPermissions(OfLink, frozen=True):
    """What the account of an established link may do for its shop, or may no longer do, with the start."""

    gained: tuple[Action, ...]
    lost: tuple[Action, ...]


class AccountOverQuota(Struct, frozen=True):
    """An account that has more marketing links in the window than the rulebook allows.

    `until` is when it no longer has, None if time alone never ends it.
    """

    account_id: str
    used: int
    allowed: int
    until: datetime | None


class ChangedAffiliate(Struct, frozen=True):
    """An account without a link that may sell in videos and lives with the start, or may no longer (R4).

    `reasons` are those against it where it may not: without the start, or with it. `shop_id`: the shop with which its link
    ends at the start.
    """

    account_id: str
    shop_id: str | None
    may_sell: bool
    reasons: tuple[Reason, ...]


Change = (
    EndingLink
    | EstablishedLink
    | OverLimit
    | BlockedInvitation
    | ClosedRole
    | ChangedPermissions
    | AccountOverQuota
    | ChangedAffiliate
)


def changes(
    before: World, after: World, passed: tuple[Iterable[Event], Iterable[Event]], shop_ids: Iterable[str]
) -> Iterator[Change]:
    """What is different in `after`, which has the start, for these shops; in the order of the shops.

    `passed` are the events of time in each of the two up to the start.
    """
    shops = set(shop_ids)
    for event in _events(before, passed, shops):
        yield event
        if isinstance(event, EndingLink):
            yield from _affiliate(before, after, event.account_id, event.shop_id)
    for shop_id in sorted(shops):
        yield from _over(before, after, shop_id)
        for role in _ROLES:
            reasons = reasons_against_a_new_link(after, shop_id, role)
            if reasons and not reasons_against_a_new_link(before, shop_id, role):
                yield ClosedRole(shop_id, role, reasons)
        for link in after.shops[shop_id].live.values():
            if link.status == "invited":
                yield from _blocked(before, after, link)
            elif link.status == "linked":
                yield from _permissions(before, after, link)


def changes_of_accounts(before: World, after: World, account_ids: Iterable[str]) -> Iterator[Change]:
    """What is different for these accounts themselves; what ends or changes a link is told with its shop."""
    for account_id in account_ids:
        yield from _over_quota(before, after, account_id)
        if not any(current_link(world.accounts[account_id]) for world in (before, after)):
            yield from _affiliate(before, after, account_id, None)


def idle_codes(before: Rulebook, after: Rulebook) -> tuple[str, ...]:
    """The reasons that no rule gives any more under the second rulebook, so that a waiver from them does nothing."""
    codes = (
        ("link.younger_than_minimum", bool(before.minimum_link_age), bool(after.minimum_link_age)),
        ("shop.link_quota_spent", before.links_per_shop is not None, after.links_per_shop is not None),
        (
            "account.link_quota_spent",
            before.links_per_account is not None,
            after.links_per_account is not None,
        ),
    )
    return tuple(code for code, was, will_be in codes if was and not will_be)


def _events(
    before: World, passed: tuple[Iterable[Event], Iterable[Event]], shops: set[str]
) -> Iterator[EndingLink | EstablishedLink]:
    """The events that only the start brings."""
    anyway = {(type(event), event.link_id) for event in passed[0] if isinstance(event, LinkEvent)}
    for event in passed[1]:
        if not isinstance(event, LinkUnlinked | LinkEstablished) or event.shop_id not in shops:
            continue
        if (type(event), event.link_id) in anyway:
            continue
        link = before.live[event.link_id]
        if isinstance(event, LinkEstablished):
            yield EstablishedLink(**_of(link), accepted_at=link.accepted_at)
        else:
            assert link.unlink_requested_at is not None, "the clock ends only what somebody asked to end"
            synced = link.synced_since is not None
            yield EndingLink(**_of(link), requested_at=link.unlink_requested_at, synced=synced)


def _over(before: World, after: World, shop_id: str) -> Iterator[OverLimit]:
    """What a shop has too much of, and had not."""
    had, has = _uses(before, shop_id), _uses(after, shop_id)
    for limit, (used, allowed, returns) in has.items():
        excess = used - allowed
        if excess > max(had[limit][0] - had[limit][1], 0):
            back = sorted(returns)
            until = back[excess - 1] if excess <= len(back) else None
            yield OverLimit(shop_id, limit, used, allowed, until)


def _over_quota(before: World, after: World, account_id: str) -> Iterator[AccountOverQuota]:
    """An account, if it is over its quota by more than it was."""
    had, has = (_account_quota(world, account_id) for world in (before, after))
    if has.limit is None:
        return
    excess = has.used - has.limit
    if excess > max(had.used - (had.used if had.limit is None else had.limit), 0):
        yield AccountOverQuota(account_id, has.used, has.limit, has.units[excess - 1].returns_at)


def _account_quota(world: World, account_id: str) -> LinkQuotaUse:
    record = world.accounts[account_id]
    return account_link_quota_use(record, world.rulebook(record.facts.region), world.now)


def _affiliate(
    before: World, after: World, account_id: str, shop_id: str | None
) -> Iterator[ChangedAffiliate]:
    """An account that has no link in `after`, if it may sell in only one of the two."""
    was, will_be = (reasons_against_selling(world, account_id) for world in (before, after))
    if bool(was) != bool(will_be):
        yield ChangedAffiliate(account_id, shop_id, not will_be, was or will_be)


def reasons_against_selling(world: World, account_id: str) -> tuple[Reason, ...]:
    """Why an account may not sell in videos and lives: by its link, or without one as an affiliate of its own country."""
    link = current_link(world.accounts[account_id])
    given = permissions(world, link.shop_id, account_id) if link else as_affiliate(world, account_id)
    return given.why_not["sell_in_video"]


def _uses(world: World, shop_id: str) -> dict[Limit, tuple[int, int, list[datetime]]]:
    """What a shop uses, how much it is allowed, and when units return by themselves. No limit allows what is used."""
    record = world.shops[shop_id]
    rulebook = world.rulebook(record.facts.market)
    uses: dict[Limit, tuple[int, int, list[datetime]]] = {}
    for role in _ROLES:
        slots = slot_use(record, rulebook, role)
        live = [link for link in record.live.values() if link.role == role and link.status == "invited"]
        expiries = [link.expires_at for link in live if link.expires_at is not None]
        uses[_SLOTS[role]] = (slots.used, slots.total, expiries)
    quota = link_quota_use(record, rulebook, world.now)
    returns = [unit.returns_at for unit in quota.units if unit.returns_at is not None]
    uses["link_quota"] = (quota.used, quota.used if quota.limit is None else quota.limit, returns)
    uses["unlink_quota"] = (record.official_unlinks, rulebook.parameters.official_unlinks_per_shop, [])
    return uses


def _blocked(before: World, after: World, link: Link) -> Iterator[BlockedInvitation]:
    """An invitation, if only the start keeps its creator from accepting it (from a network in the market)."""
    accept = Accept(
        at=after.now,
        shop_id=link.shop_id,
        account_id=link.account_id,
        network_region=after.shops[link.shop_id].facts.market,
    )
    decision = decide(after, accept)
    if isinstance(decision, Refused) and not isinstance(decide(before, accept), Refused):
        yield BlockedInvitation(**_of(link), expires_at=link.expires_at, reasons=decision.reasons)


def _permissions(before: World, after: World, link: Link) -> Iterator[ChangedPermissions]:
    """An established link, if what its account may do changes."""
    old, new = (permissions(world, link.shop_id, link.account_id).why_not for world in (before, after))
    gained = tuple(action for action in ACTIONS if old[action] and not new[action])
    lost = tuple(action for action in ACTIONS if new[action] and not old[action])
    if gained or lost:
        yield ChangedPermissions(**_of(link), gained=gained, lost=lost)


def _of(link: Link) -> dict[str, Any]:
    """The fields of OfLink."""
    return {name: getattr(link, name) for name in OfLink.__struct_fields__}
