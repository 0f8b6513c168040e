"""One small function per rule: it takes a case, and returns a reason if the case breaks the rule, else None.

Each reason code of the catalogue that is not a gate is made in exactly one place: here, or in
`shoplink.core.commerce.rules`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from shoplink.core.case import Case, LinkCase
from shoplink.core.facts import Link, Shop, Side, Waiver
from shoplink.core.instant import birthday, shift
from shoplink.core.reasons import NextActor, Reason
from shoplink.core.rulebook import Quota

Rule = Callable[[Case], Reason | None]
LinkRule = Callable[[LinkCase], Reason | None]

AnyCase = TypeVar("AnyCase", bound=Case)


def violations(rules: Iterable[Callable[[AnyCase], Reason | None]], case: AnyCase) -> tuple[Reason, ...]:
    """The reasons of the rules that the case breaks, in the order of the rules."""
    return tuple([reason for rule in rules if (reason := rule(case)) is not None])


def is_waived(waivers: list[Waiver], code: str, at: datetime) -> bool:
    """Whether one of a subject's waivers exempts it from the reason `code` at the instant (R27)."""
    return any(waiver.code == code and waiver.in_force(at) for waiver in waivers)


UNLINK_NOT_REQUESTED = Reason("unlink.not_requested", "creator")
NEEDS_CREATOR_REQUEST = Reason("unlink.needs_creator_request", "creator")
SHOP_STATUS_NOT_NORMAL = Reason("shop.status_not_normal", "shop")
ACCOUNT_STATUS_NOT_NORMAL = Reason("account.status_not_normal", "creator")
AGE_UNKNOWN = Reason("account.age_unknown", "support")
COMMERCE_PERMISSION_REVOKED = Reason("account.commerce_permission_revoked", "creator")


def no_unlink_request_is_open(case: LinkCase) -> Reason | None:
    """R43: one unlink request at a time; the open one waits for the shop."""
    requested_at = case.link.unlink_requested_at
    if requested_at is None:
        return None
    return Reason("unlink.already_requested", "shop", params={"requested_at": requested_at})


def unlink_request_is_open(case: LinkCase) -> Reason | None:
    """R46: only an open unlink request can be answered or withdrawn."""
    return None if case.link.unlink_requested_at else UNLINK_NOT_REQUESTED


def shop_may_unlink(case: LinkCase) -> Reason | None:
    """R47: the shop unlinks alone only where the rulebook allows it; with an open request it approves by unlinking."""
    if case.rulebook.parameters.shop_may_unlink_alone:
        return None
    return None if case.link.unlink_requested_at else NEEDS_CREATOR_REQUEST


def link_is_old_enough(case: LinkCase) -> Reason | None:
    """R26: a link is unlinked 24 hours after it was established, or later."""
    linked_at = case.link.linked_at
    assert linked_at is not None, "only an established link is unlinked"
    possible_at = shift(linked_at, case.rulebook.minimum_link_age)
    code = "link.younger_than_minimum"
    if case.at >= possible_at or any(
        is_waived(record.waivers, code, case.at) for record in (case.shop, case.account)
    ):
        return None
    hours = case.rulebook.parameters.minimum_link_age_hours
    return Reason(code, "clock", possible_at, {"hours": hours, "linked_at": linked_at})


def shop_status_is_normal(case: Case) -> Reason | None:
    """R37: the shop's status is normal."""
    return None if case.shop.facts.status == "normal" else SHOP_STATUS_NOT_NORMAL


def account_status_is_normal(case: Case) -> Reason | None:
    """R18: the account's status is normal; support cannot restore it (R40)."""
    return None if case.account.facts.status == "normal" else ACCOUNT_STATUS_NOT_NORMAL


def account_is_adult(case: Case) -> Reason | None:
    """R19: the account's user has reached the minimum age; without a birth date the age is unknown."""
    birth_date = case.account.facts.birth_date
    if birth_date is None:
        return AGE_UNKNOWN
    age = case.rulebook.parameters.minimum_age_years
    if case.at.year - birth_date.year > age:
        return None
    possible_at = birthday(birth_date, age)
    return None if case.at >= possible_at else Reason("account.under_age", "clock", possible_at, {"age": age})


def account_is_in_market(case: Case) -> Reason | None:
    """R20: the account is in the shop's country."""
    if case.account.facts.region == case.shop.facts.market:
        return None
    params = {"market": case.shop.facts.market, "region": case.account.facts.region}
    return Reason("account.region_mismatch", _who_corrects(case), params=params)


def account_is_registered_in_market(case: Case) -> Reason | None:
    """R31: the account was registered in the shop's country; otherwise its link is held in review."""
    if case.account.facts.registered_in == case.shop.facts.market:
        return None
    params = {"market": case.shop.facts.market, "registered_in": case.account.facts.registered_in}
    return Reason("account.registration_mismatch", _who_corrects(case), params=params)


def _who_corrects(case: Case) -> NextActor:
    """R40: support corrects a region, unless the account is registered in a country where support cannot."""
    uncorrectable = case.rulebook.parameters.uncorrectable_regions
    return "nobody" if case.account.facts.registered_in in uncorrectable else "support"


def account_may_trade(case: Case) -> Reason | None:
    """R32: the e-commerce permission is granted; otherwise the account's link is held in review."""
    return None if case.account.facts.commerce_permission == "granted" else COMMERCE_PERMISSION_REVOKED


def seller_network_is_in_market(case: Case) -> Reason | None:
    """R35: the seller's network is in the shop's country, if the rulebook asks for the seller's."""
    return _network_of(case, "shop")


def creator_network_is_in_market(case: Case) -> Reason | None:
    """R35, R44: the creator's network is in the shop's country, if the rulebook asks for the creator's."""
    return _network_of(case, "creator")


def _network_of(case: Case, side: Side) -> Reason | None:
    market = case.shop.facts.market
    if case.network_region == market or side not in case.rulebook.parameters.network_asked_of:
        return None
    params = {"market": market, "network_region": case.network_region}
    return Reason("network.region_mismatch", side, params=params)


def account_is_free(case: Case) -> Reason | None:
    """R8, R38: an account is linked to at most one shop. The reason names the shop only to that shop."""
    own_id = case.link.link_id if case.link else None
    for link in case.account.live.values():
        if link.status != "invited" and link.link_id != own_id:
            params = {"shop_id": link.shop_id} if link.shop_id == case.shop.facts.shop_id else {}
            return Reason("account.already_linked", "creator", params=params)
    return None


def account_is_not_invited(case: Case) -> Reason | None:
    """R9: a pair has at most one open invitation, in either role."""
    for link in case.account.live.values():
        if link.status == "invited" and link.shop_id == case.shop.facts.shop_id:
            return Reason("link.already_invited", "creator", link.expires_at, {"role": link.role})
    return None


def slot_is_free(case: Case) -> Reason | None:
    """R5, R6, R7: the shop has a free slot of the role; each open invitation reserves one."""
    slots = case.rulebook.slots(case.shop.facts.enrolment, case.role)
    if slots == 0:
        params: dict[str, Any] = {"role": case.role, "enrolment": case.shop.facts.enrolment}
        return Reason("shop.role_not_available", "nobody", params=params)
    taken = _others(case)
    if len(taken) < slots:
        return None
    possible_at = _nth(_expiries(taken), len(taken) - slots + 1)
    params = {"role": case.role, "slots": slots, "taken": len(taken)}
    return Reason("shop.slots_full", "shop", possible_at, params)


def shop_link_quota_is_left(case: Case) -> Reason | None:
    """R25: at most 10 marketing links of a shop in 180 days, its open invitations included."""
    quota = case.rulebook.links_per_shop
    if quota is None or case.role != "marketing":
        return None
    pending = [link for link in _others(case) if link.status != "linked"]
    code, record = "shop.link_quota_spent", case.shop
    return _quota_is_left(code, quota, record.marketing_linked_at, pending, record.waivers, case.at)


def account_link_quota_is_left(case: Case) -> Reason | None:
    """C3: the number of marketing links of an account in the rolling window is limited, across all shops."""
    quota = case.rulebook.links_per_account
    if quota is None or case.role != "marketing":
        return None
    code, record = "account.link_quota_spent", case.account
    return _quota_is_left(code, quota, record.marketing_linked_at, [], record.waivers, case.at)


def unlink_quota_is_left(case: Case) -> Reason | None:
    """R24: at most 3 unlinks of official accounts in a shop's whole history."""
    limit, record = case.rulebook.parameters.official_unlinks_per_shop, case.shop
    if case.role != "official" or record.official_unlinks < limit:
        return None
    code = "shop.unlink_quota_spent"
    if is_waived(record.waivers, code, case.at):
        return None
    return Reason(code, "platform", params={"limit": limit, "used": record.official_unlinks})


def _others(case: Case) -> list[Link]:
    """The shop's live links of the role, without the one that the command is about."""
    own_id = case.link.link_id if case.link else None
    return [link for link in case.shop.live.values() if link.role == case.role and link.link_id != own_id]


def _expiries(links: list[Link]) -> list[datetime]:
    return [link.expires_at for link in links if link.status == "invited" and link.expires_at]


def _nth(instants: list[datetime], n: int) -> datetime | None:
    """The `n`th earliest of the instants; None if there are fewer."""
    return sorted(instants)[n - 1] if n <= len(instants) else None


def _quota_is_left(  # noqa: PLR0913, PLR0917 (the five inputs of a quota, and its code)
    code: str,
    quota: Quota,
    linked_at: list[datetime],
    pending: list[Link],
    waivers: list[Waiver],
    at: datetime,
) -> Reason | None:
    """A rolling quota: a unit is free again when a link leaves the window or an invitation expires."""
    first = bisect_right(linked_at, shift(at, -quota.window))
    used = len(linked_at) - first + len(pending)
    if used < quota.limit or is_waived(waivers, code, at):
        return None
    needed = used - quota.limit + 1
    leaves = [shift(instant, quota.window) for instant in linked_at[first : first + needed]]
    possible_at = _nth(leaves + _expiries(pending), needed)
    next_actor: NextActor = "shop" if possible_at is None else "clock"
    params = {"limit": quota.limit, "days": quota.days, "used": used, "pending": len(pending)}
    return Reason(code, next_actor, possible_at, params)


def account_links_do_not_overlap(
    case: Case, linked_at: datetime, unlinked_at: datetime | None
) -> Reason | None:
    """R8, for the past: an imported period overlaps no established one; the two may touch."""
    for link in case.account.established:
        assert link.linked_at is not None, "an established link says since when"
        if (link.ended_at is None or linked_at < link.ended_at) and (
            unlinked_at is None or link.linked_at < unlinked_at
        ):
            params = {"linked_at": link.linked_at, "ended_at": link.ended_at}
            return Reason("account.links_overlap", "nobody", params=params)
    return None


def dates_are_in_order(linked_at: datetime, unlinked_at: datetime | None, at: datetime) -> Reason | None:
    """An imported link starts before it ends, and neither instant is in the future."""
    if linked_at <= at and (unlinked_at is None or linked_at <= unlinked_at <= at):
        return None
    params = {"linked_at": linked_at, "unlinked_at": unlinked_at}
    return Reason("link.date_out_of_order", "nobody", params=params)


def instant_is_in_order(at: datetime, since: datetime | None, now: datetime) -> Reason | None:
    """A recorded step comes after the link's own last one and is not in the future."""
    if (since is None or since <= at) and at <= now:
        return None
    params = {"happened_at": at, "since": since if at <= now else None}
    return Reason("link.date_out_of_order", "nobody", params=params)


def facts_stay_fixed(recorded: Shop, market: str, enrolment: str) -> tuple[Reason, ...]:
    """R5, R6, R30: a shop's market and enrolment never change; a command may break both rules."""
    reasons = []
    if recorded.market != market:
        reasons.append(Reason("shop.market_fixed", "nobody", params={"market": recorded.market}))
    if recorded.enrolment != enrolment:
        reasons.append(Reason("shop.enrolment_fixed", "nobody", params={"enrolment": recorded.enrolment}))
    return tuple(reasons)


STANDING: tuple[Rule, ...] = (
    shop_status_is_normal,
    account_status_is_normal,
    account_is_adult,
    account_is_in_market,
)
"""Both sides are in good standing (domain.md section 6: *standing*)."""

ROOM: tuple[Rule, ...] = (slot_is_free, shop_link_quota_is_left, account_link_quota_is_left)
"""A slot is free and quota is left (domain.md section 6: *room*)."""

HOLDS: tuple[Rule, ...] = (account_is_registered_in_market, account_may_trade)
"""The rules that hold a link in review; an invitation that breaks one only carries a warning (R31, R32)."""

REVIEW: tuple[Rule, ...] = (*STANDING, *HOLDS)
"""The rules that a confirmed link must pass to be established."""
