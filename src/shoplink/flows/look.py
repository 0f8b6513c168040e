"""Read the current state: everything that is due has happened in it, and nothing is written."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shoplink.core import Event, Link, Reason, World, advance
from shoplink.core.case import AccountRecord, Case, ShopRecord
from shoplink.core.events import LinkEvent, RecordingEvent
from shoplink.core.facts import Account, Role
from shoplink.core.instant import END, shift
from shoplink.core.rulebook import Quota, Rulebook
from shoplink.core.rules import is_waived, shop_link_quota_is_left, slot_is_free, violations
from shoplink.flows import clock
from shoplink.flows.rulebooks import default_rulebook, installed_rulebooks
from shoplink.store.write.load import LoadKeys, load


class CurrentState(Struct):
    """A World at the instant `world.now`, and the events that were due and are not stored yet.

    `newest` is the newest instant in what was read: of a change that is stored, or of one that was due.
    """

    world: World
    due: list[Event]
    newest: datetime

    def up_to_date(self, link: Link) -> Link:
        """A stored link after the events that are due."""
        for event in self.due:
            if isinstance(event, LinkEvent) and event.link_id == link.link_id:
                assert not isinstance(event, RecordingEvent), "time records no new link"
                link = event.link_after(link)
        return link


def look(keys: LoadKeys, now: Callable[[], datetime] = clock.now) -> CurrentState:
    """The current state of the named shops and accounts, by a fixed number of statements."""
    at = now()
    loaded = load(keys, World(installed_rulebooks(), default_rulebook()), at, to_write=False)
    due = advance(loaded.world, max(at, loaded.floor))
    newest = max((event.at for event in due), default=loaded.floor)
    return CurrentState(loaded.world, due, max(newest, loaded.floor))


def look_at(
    shops: Iterable[str] = (), accounts: Iterable[str] = (), now: Callable[[], datetime] = clock.now
) -> CurrentState:
    """The current state of shops and accounts by their ids."""
    return look(LoadKeys(set(shops), set(accounts), set(), set(), END), now)


def look_at_pair(shop_id: str, account_id: str) -> CurrentState:
    """The current state of one shop and one account, with their newest link."""
    return look(LoadKeys({shop_id}, {account_id}, {(shop_id, account_id)}, set(), END))


ANYBODY = AccountRecord(Account("", "", "", "", None, "normal", "granted", 0))
"""An account without links, for questions about the shop alone."""


class SlotUse(Struct, frozen=True):
    """How many slots of a role a shop has, and how many its live links hold (invitations reserve one, R7)."""

    total: int
    used: int


class QuotaUnit(Struct, frozen=True):
    """One unit of the link quota: what holds it, and when it returns by itself; None if it does not."""

    held_by: Literal["established", "invited", "in_review"]
    returns_at: Annotated[datetime, Meta(tz=True)] | None


class LinkQuotaUse(Struct, frozen=True):
    """R25, C3: how much of its marketing link quota a shop or an account has used; `limit` None means no limit."""

    limit: int | None
    days: int | None
    used: int
    waived: bool
    units: list[QuotaUnit]


class UnlinkQuotaUse(Struct, frozen=True):
    """R24: how many official accounts a shop has unlinked, out of how many in its lifetime."""

    limit: int
    used: int
    waived: bool


def slot_use(record: ShopRecord, rulebook: Rulebook, role: Role) -> SlotUse:
    """A shop's slots of one role."""
    used = sum(link.role == role for link in record.live.values())
    return SlotUse(rulebook.slots(record.facts.enrolment, role), used)


def link_quota_use(record: ShopRecord, rulebook: Rulebook, at: datetime) -> LinkQuotaUse:
    """A shop's units of the marketing link quota, in the order in which they return."""
    pending = [link for link in record.live.values() if link.role == "marketing" and link.status != "linked"]
    units = [
        QuotaUnit("invited", link.expires_at) if link.status == "invited" else QuotaUnit("in_review", None)
        for link in pending
    ]
    waived = is_waived(record.waivers, "shop.link_quota_spent", at)
    return _quota_use(rulebook.links_per_shop, units, record.marketing_linked_at, at, waived=waived)


def account_link_quota_use(record: AccountRecord, rulebook: Rulebook, at: datetime) -> LinkQuotaUse:
    """An account's units of its own marketing link quota (C3), in the order in which they return."""
    waived = is_waived(record.waivers, "account.link_quota_spent", at)
    return _quota_use(rulebook.links_per_account, [], record.marketing_linked_at, at, waived=waived)


def _quota_use(
    quota: Quota | None, pending: list[QuotaUnit], linked_at: list[datetime], at: datetime, *, waived: bool
) -> LinkQuotaUse:
    units = [*pending]
    if quota is not None:
        first = bisect_right(linked_at, shift(at, -quota.window))
        units += [QuotaUnit("established", shift(each, quota.window)) for each in linked_at[first:]]
    units.sort(key=lambda unit: unit.returns_at or END)
    return LinkQuotaUse(
        limit=quota.limit if quota else None,
        days=quota.days if quota else None,
        used=len(units),
        waived=waived,
        units=units,
    )


def unlink_quota_use(record: ShopRecord, rulebook: Rulebook, at: datetime) -> UnlinkQuotaUse:
    """A shop's use of its official unlinks."""
    return UnlinkQuotaUse(
        limit=rulebook.parameters.official_unlinks_per_shop,
        used=record.official_unlinks,
        waived=is_waived(record.waivers, "shop.unlink_quota_spent", at),
    )


def reasons_against_a_new_link(world: World, shop_id: str, role: Role) -> tuple[Reason, ...]:
    """The reasons why a shop cannot have one more link of a role, with any account: its slots and its quota."""
    shop = world.shops[shop_id]
    case = Case(world.now, world.rulebook(shop.facts.market), shop, ANYBODY, role)
    return violations((slot_is_free, shop_link_quota_is_left), case)
