"""Commands that record facts of shops and accounts; a change reviews the links in review that it may establish."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec.structs import asdict, replace

from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core import rules
from shoplink.core.case import AccountRecord, ShopRecord
from shoplink.core.decisions.outcome import (
    ACCOUNT_NOT_FOUND,
    SHOP_NOT_FOUND,
    Accepted,
    Decision,
    Refused,
    link_event,
    review,
)
from shoplink.core.facts import CLOCK, CORRECTABLE, Account, Link, Shop
from shoplink.core.instant import shift
from shoplink.core.world import World

CORRECTION_KEPT = "account.correction_kept"
"""The warning that what support corrected after `facts_as_of` was not replaced."""


def put_shop(world: World, command: c.PutShop) -> Decision:
    """Replace the shop's recorded facts; its market and enrolment never change (R5, R6)."""
    record = world.shops.get(command.shop_id)
    shop = Shop(
        command.shop_id,
        command.name or "",
        command.market,
        command.enrolment,
        command.status or "normal",
        command.decided or ("here" if record is None else record.facts.decided),
    )
    if record is not None and (
        reasons := rules.facts_stay_fixed(record.facts, command.market, command.enrolment)
    ):
        return Refused(reasons)
    return _record_shop(world, command, record, shop)


def change_shop(world: World, command: c.ChangeShop) -> Decision:
    """Change the given facts of a recorded shop, and nothing else."""
    record = world.shops.get(command.shop_id)
    if record is None:
        return Refused((SHOP_NOT_FOUND,))
    return _record_shop(
        world, command, record, replace(record.facts, **_given(command, "name", "status", "decided"))
    )


def put_account(world: World, command: c.PutAccount) -> Decision:
    """Replace the account's recorded facts; omitted ones take their defaults.

    A fact that support corrected after `facts_as_of` keeps its value, and a warning says so.
    """
    account = Account(
        command.account_id,
        command.handle or "",
        command.region,
        command.registered_in or command.region,
        command.birth_date,
        command.status or "normal",
        command.commerce_permission or "granted",
        command.followers or 0,
    )
    record = world.accounts.get(command.account_id)
    kept = _corrected_since(record, command.facts_as_of)
    if record is not None and kept:
        account = replace(account, **{name: getattr(record.facts, name) for name in kept})
    return _record_account(world, command, record, account, (CORRECTION_KEPT,) if kept else ())


def change_account(world: World, command: c.ChangeAccount) -> Decision:
    """Change the given facts of a recorded account, and nothing else: a caller that knows one cannot erase another."""
    record = world.accounts.get(command.account_id)
    if record is None:
        return Refused((ACCOUNT_NOT_FOUND,))
    given = _given(command, *CORRECTABLE, "status", "commerce_permission", "followers", "handle")
    return _record_account(world, command, record, replace(record.facts, **given))


def correct_account(world: World, command: c.CorrectAccount) -> Decision:
    """R31, R42: change the given facts; a link in review may be established by that, with no new invitation."""
    record = world.accounts.get(command.account_id)
    if record is None:
        return Refused((ACCOUNT_NOT_FOUND,))
    given = _given(command, *CORRECTABLE)
    changed = {name: new for name, new in given.items() if new != getattr(record.facts, name)}
    if not changed:
        return Accepted(())
    corrected = e.AccountCorrected(
        at=command.at, by=command.by, account_id=command.account_id, note=command.note, **changed
    )
    return Accepted((corrected, *_reviewed(world, command, record, corrected.facts_after(record.facts))))


def _given(command: c.Command, *names: str) -> dict[str, Any]:
    """The fields of a command that are given; null means omitted."""
    return {name: value for name in names if (value := getattr(command, name)) is not None}


def _corrected_since(record: AccountRecord | None, facts_as_of: datetime | None) -> list[str]:
    """The facts of an account that support corrected after an instant."""
    if record is None or facts_as_of is None:
        return []
    corrected = {name: getattr(record.corrected, f"{name}_corrected_at") for name in CORRECTABLE}
    return [name for name, at in corrected.items() if at is not None and at > facts_as_of]


def _record_shop(world: World, command: c.Command, record: ShopRecord | None, shop: Shop) -> Decision:
    """Record a shop's facts if something changed, and review its links in review."""
    if record is not None and record.facts == shop:
        return Accepted(())
    facts = {**asdict(shop), "decided": "elsewhere" if shop.decided == "elsewhere" else None}
    recorded = e.ShopRecorded(at=command.at, by=command.by, **facts)
    if record is None:
        return Accepted((recorded,))
    now = replace(record, facts=shop)
    pairs = ((link, now, world.accounts[link.account_id]) for link in record.live.values())
    reviewed = (recorded, *_established(world, command, pairs))
    if (record.facts.decided, shop.decided) == ("elsewhere", "here"):
        return Accepted((*reviewed, *_answered_by_time(world, command, now)))
    return Accepted(reviewed)


def _answered_by_time(world: World, command: c.Command, shop: ShopRecord) -> Iterator[e.Event]:
    """Unlink every link whose request time would have answered while the shop was decided elsewhere (R46)."""
    regimes = world.regimes(shop.facts.market)
    for link in shop.live.values():
        for start, end, rulebook in regimes:
            ttl = rulebook.unlink_answer_ttl
            if link.unlink_requested_at is None or ttl is None:
                continue
            answered_at = max(start, shift(link.unlink_requested_at, ttl))
            if answered_at <= command.at and (end is None or answered_at < end):
                yield link_event(e.LinkUnlinked, link, command.at, CLOCK)
                break


def _record_account(
    world: World,
    command: c.Command,
    record: AccountRecord | None,
    account: Account,
    warnings: tuple[str, ...] = (),
) -> Decision:
    """Record an account's facts if something changed, and review its link in review."""
    if record is not None and record.facts == account:
        return Accepted((), warnings)
    recorded = e.AccountRecorded(at=command.at, by=command.by, **asdict(account))
    return Accepted((recorded, *_reviewed(world, command, record, account)), warnings)


def _reviewed(
    world: World, command: c.Command, record: AccountRecord | None, account: Account
) -> Iterator[e.Event]:
    """Review the account's link in review under its new facts."""
    if record is not None:
        now = replace(record, facts=account)
        pairs = ((link, world.shops[link.shop_id], now) for link in record.live.values())
        yield from _established(world, command, pairs)


def _established(
    world: World, command: c.Command, pairs: Iterator[tuple[Link, ShopRecord, AccountRecord]]
) -> Iterator[e.Event]:
    """Establish each link in review that nothing holds any more."""
    for link, shop, account in pairs:
        rulebook = world.rulebook(shop.facts.market)
        decided = shop.facts.decided == "here"
        if decided and link.status == "in_review" and not review(command.at, rulebook, shop, account, link):
            yield link_event(e.LinkEstablished, link, command.at, command.by)
