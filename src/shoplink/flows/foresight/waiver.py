"""What granting or ending a waiver would do now: what its reason refuses before and after, decided in memory."""

from datetime import datetime

from msgspec import Struct

from shoplink.core import Link, Reason, World
from shoplink.core.case import Case, LinkCase, ShopRecord
from shoplink.core.commands import GrantWaiver, WaiverCommand
from shoplink.core.facts import Role, Shop
from shoplink.core.rules import (
    account_link_quota_is_left,
    link_is_old_enough,
    shop_link_quota_is_left,
    unlink_quota_is_left,
    violations,
)
from shoplink.flows.dry_run import decide_in
from shoplink.flows.look import (
    ANYBODY,
    SlotUse,
    account_link_quota_use,
    link_quota_use,
    slot_use,
    unlink_quota_use,
)

_NO_SHOP = ShopRecord(Shop("", "", "", "open", "normal"))


class Refusal(Struct, frozen=True):
    """A reason that refuses the subject's next link or unlinking; `link` is the link that cannot be unlinked yet."""

    reason: Reason
    link: Link | None = None


class Use(Struct, frozen=True):
    """How much of a quota is used.

    `days` None: in the whole history. `returns_at`: when the next unit returns by itself.
    """

    used: int
    limit: int | None
    days: int | None = None
    returns_at: datetime | None = None


class WaiverEffect(Struct, frozen=True):
    """What the reason refuses the subject before and after; both are empty where it refuses nothing now.

    `use` is that of the reason's quota; `slots` are what still bounds a shop's invitations once its quota does not.
    """

    before: tuple[Refusal, ...]
    after: tuple[Refusal, ...]
    use: Use | None
    slots: SlotUse | None

    @property
    def let_through(self) -> list[Refusal]:
        """What is refused now, and would not be afterwards."""
        return [each for each in self.before if each not in self.after]

    @property
    def refused_again(self) -> list[Refusal]:
        """What is not refused now, and would be afterwards."""
        return [each for each in self.after if each not in self.before]


def waiver_effect(world: World, command: WaiverCommand) -> WaiverEffect:
    """The effect of a command that is accepted, in a World that was read with its subject.

    Afterwards the World is as the command leaves it.
    """
    use, slots = _use(world, command), None
    before = _refusals(world, command)
    decide_in(world, [command])
    after = _refusals(world, command)
    if isinstance(command, GrantWaiver) and command.code == "shop.link_quota_spent":
        record = world.shops[command.shop_id or ""]
        slots = slot_use(record, world.rulebook(record.facts.market), "marketing")
    return WaiverEffect(before, after, use, slots)


def _refusals(world: World, command: WaiverCommand) -> tuple[Refusal, ...]:
    """What the command's reason refuses its subject now."""
    if command.code == "link.younger_than_minimum":
        return _young_links(world, command)
    case, rule = _case(world, command), _QUOTA_RULES[command.code]
    return tuple(Refusal(reason) for reason in violations((rule,), case))


_QUOTA_RULES = {
    "shop.link_quota_spent": shop_link_quota_is_left,
    "account.link_quota_spent": account_link_quota_is_left,
    "shop.unlink_quota_spent": unlink_quota_is_left,
}


def _case(world: World, command: WaiverCommand) -> Case:
    """One more link of the subject with anybody, or one more official account unlinked."""
    if command.shop_id is None:
        account = world.accounts[command.account_id or ""]
        return Case(world.now, world.rulebook(account.facts.region), _NO_SHOP, account, "marketing")
    shop = world.shops[command.shop_id]
    role: Role = "official" if command.code == "shop.unlink_quota_spent" else "marketing"
    return Case(world.now, world.rulebook(shop.facts.market), shop, ANYBODY, role)


def _young_links(world: World, command: WaiverCommand) -> tuple[Refusal, ...]:
    """The subject's established links that are too young to be unlinked."""
    record = (
        world.shops[command.shop_id]
        if command.shop_id is not None
        else world.accounts[command.account_id or ""]
    )
    found = []
    for link in record.live.values():
        if link.status != "linked":
            continue
        shop, account = world.shops[link.shop_id], world.accounts[link.account_id]
        rulebook = world.rulebook(shop.facts.market)
        reason = link_is_old_enough(LinkCase(world.now, rulebook, shop, account, link.role, link=link))
        if reason is not None:
            found.append(Refusal(reason, link))
    return tuple(found)


def _use(world: World, command: WaiverCommand) -> Use | None:
    """How much of the quota behind the reason the subject has used."""
    if command.code == "account.link_quota_spent":
        account = world.accounts[command.account_id or ""]
        quota = account_link_quota_use(account, world.rulebook(account.facts.region), world.now)
    elif command.code == "shop.link_quota_spent":
        shop = world.shops[command.shop_id or ""]
        quota = link_quota_use(shop, world.rulebook(shop.facts.market), world.now)
    elif command.code == "shop.unlink_quota_spent":
        shop = world.shops[command.shop_id or ""]
        unlinks = unlink_quota_use(shop, world.rulebook(shop.facts.market), world.now)
        return Use(unlinks.used, unlinks.limit)
    else:
        return None
    returns_at = quota.units[0].returns_at if quota.units else None
    return Use(quota.used, quota.limit, quota.days, returns_at)
