"""A shop for its seller: its slots and quotas, and the cards of its accounts."""

from datetime import datetime

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link, World
from shoplink.core.commerce.permissions import permissions
from shoplink.core.facts import Role
from shoplink.core.instant import format_instant
from shoplink.core.next_actor import review_reasons
from shoplink.flows.look import (
    SlotUse,
    UnlinkQuotaUse,
    link_quota_use,
    reasons_against_a_new_link,
    slot_use,
    unlink_quota_use,
)
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Deadline, Instant, show_deadline, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_link_status

ROLES: tuple[Role, Role] = ("official", "marketing")
_STRIP_WIDTH = 288


class AccountCard(Struct, frozen=True):
    """A slot that a live link holds: the account, its status, its next date, and its pages."""

    account_id: str
    name: str
    status: Badge
    link_url: str
    unlink_url: str
    deadline: Deadline | None
    since: Instant | None
    held: list[ReasonRow]
    rights: list[str]


class QuotaUnit(Struct, frozen=True):
    """A used unit of the link quota: its position on the strip (0 to 288), and when it returns."""

    x: int
    returns: Instant | None
    text: str


class QuotaCard(Struct, frozen=True):
    """The use of the marketing link quota; `units` are sorted by the day each returns."""

    used: int
    limit: int | None
    days: int | None
    waived: bool
    units: list[QuotaUnit]


class SlotsCard(Struct, frozen=True):
    """The slots of one role: cards of those taken, numbers of those free, and the reasons if none is available."""

    role: Role
    total: int
    used: int
    cards: list[AccountCard]
    free: list[int]
    link_url: str
    unavailable: list[ReasonRow]
    full: list[ReasonRow]


def account_name(world: World, account_id: str) -> str:
    """The name of an account: its handle with the @, else its id."""
    record = world.accounts.get(account_id)
    return f"@{record.facts.handle}" if record and record.facts.handle else account_id


def shop_name(world: World, shop_id: str) -> str:
    """The name of a shop, else its id."""
    return world.shops[shop_id].facts.name or shop_id


def slots_of(visit: Visit, world: World, shop_id: str, role: Role) -> SlotsCard:
    """The slots of a role, with a card for each live link in it."""
    record = world.shops[shop_id]
    use = slot_use(record, world.rulebook(record.facts.market), role)
    reasons = reasons_against_a_new_link(world, shop_id, role)
    links = [link for link in record.live.values() if link.role == role]
    unavailable = [reason for reason in reasons if reason.code == "shop.role_not_available"]
    return SlotsCard(
        role=role,
        total=use.total,
        used=use.used,
        cards=[card(visit, world, link) for link in links],
        free=list(range(use.used + 1, use.total + 1)),
        link_url=f"/seller/{shop_id}/link?role={role}",
        unavailable=show_reasons(visit, unavailable),
        full=show_reasons(visit, [reason for reason in reasons if reason not in unavailable]),
    )


def card(visit: Visit, world: World, link: Link) -> AccountCard:
    """The card of a live link."""
    url, decided = f"/seller/{link.shop_id}/links/{link.link_id}", world.shops[link.shop_id].facts.decided
    expires_at = link.expires_at if link.status == "invited" else None
    return AccountCard(
        account_id=link.account_id,
        name=account_name(world, link.account_id),
        status=show_link_status(link),
        link_url=url,
        unlink_url=f"{url}/unlink" if link.unlink_requested_at and decided == "here" else "",
        deadline=show_deadline(visit, expires_at) if expires_at else None,
        since=show_instant(visit, link.linked_at) if link.linked_at else None,
        held=show_reasons(visit, review_reasons(world, link, world.now)),
        rights=rights_in_words(world, link) if link.status == "linked" else [],
    )


def rights_in_words(world: World, link: Link) -> list[str]:
    """What the account may do for the shop now, each right in a few words."""
    granted = permissions(world, link.shop_id, link.account_id)
    words = []
    if not granted.why_not["sync_showcase"]:
        words.append(_("Sync all products to the showcase"))
    if not granted.why_not["add_to_showcase"]:
        words.append(_("Add from shop: showcase, videos, lives"))
    if granted.commission == "none":
        words.append(_("No commission"))
    if granted.followers_minimum == 0:
        words.append(_("No minimum number of followers"))
    if not granted.why_not["promote_other_shops"]:
        words.append(_("May promote other shops’ products"))
    return words


def quota_of(visit: Visit, world: World, shop_id: str) -> QuotaCard:
    """The shop's marketing link quota, with each unit on a strip from now to the end of the window."""
    record = world.shops[shop_id]
    use = link_quota_use(record, world.rulebook(record.facts.market), world.now)
    units = [
        QuotaUnit(
            x=_position(world.now, unit.returns_at, use.days),
            returns=_day(visit, unit.returns_at) if unit.returns_at else None,
            text=_KINDS[unit.held_by](),
        )
        for unit in use.units
    ]
    return QuotaCard(use.used, use.limit, use.days, use.waived, units)


_KINDS = {
    "established": lambda: _("linked"),
    "invited": lambda: _("invited"),
    "in_review": lambda: _("in review"),
}


def _day(visit: Visit, at: datetime) -> Instant:
    return Instant(format_instant(at), visit.language.date(at, visit.zone))


def _position(now: datetime, returns_at: datetime | None, days: int | None) -> int:
    """The position of a unit on the strip: 0 is now, 288 the end of the window. A unit without a date is at the end."""
    if returns_at is None or not days:
        return _STRIP_WIDTH
    return min(_STRIP_WIDTH, round((returns_at - now).total_seconds() / (days * 86_400) * _STRIP_WIDTH))


def unlinks_of(world: World, shop_id: str) -> UnlinkQuotaUse:
    """The number of official accounts that the shop has unlinked, and its lifetime limit."""
    record = world.shops[shop_id]
    return unlink_quota_use(record, world.rulebook(record.facts.market), world.now)


def slots_line(world: World, shop_id: str, role: Role) -> SlotUse:
    """The number of slots of a role that are taken, and their total."""
    record = world.shops[shop_id]
    return slot_use(record, world.rulebook(record.facts.market), role)
