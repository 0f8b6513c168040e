"""Commands that record facts of shops and accounts; a change reviews the links in review that it may establish."""

from collections.abc import Iterator

from msgspec.structs import replace

from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core import rules
from shoplink.core.case import AccountRecord, ShopRecord
from shoplink.core.decisions.outcome import ACCOUNT_NOT_FOUND, Accepted, Decision, Refused, link_event, review
from shoplink.core.facts import Account, Link, Shop
from shoplink.core.world import World


def put_shop(world: World, command: c.PutShop) -> Decision:
    """Replace the shop's recorded facts; its market and enrolment never change (R5, R6)."""
    shop = Shop(
        command.shop_id, command.name or "", command.market, command.enrolment, command.status or "normal"
    )
    record = world.shops.get(command.shop_id)
    if record is not None:
        if reasons := rules.facts_stay_fixed(record.facts, command.market, command.enrolment):
            return Refused(reasons)
        if record.facts == shop:
            return Accepted(())
    recorded = e.ShopRecorded(
        at=command.at,
        by=command.by,
        shop_id=shop.shop_id,
        name=shop.name,
        market=shop.market,
        enrolment=shop.enrolment,
        status=shop.status,
    )
    if record is None:
        return Accepted((recorded,))
    now = replace(record, facts=shop)
    pairs = ((link, now, world.accounts[link.account_id]) for link in record.live.values())
    return Accepted((recorded, *_established(world, command, pairs)))


def put_account(world: World, command: c.PutAccount) -> Decision:
    """Replace the account's recorded facts; omitted ones take their defaults."""
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
    if record is not None and record.facts == account:
        return Accepted(())
    recorded = e.AccountRecorded(
        at=command.at,
        by=command.by,
        account_id=account.account_id,
        handle=account.handle,
        region=account.region,
        registered_in=account.registered_in,
        birth_date=account.birth_date,
        status=account.status,
        commerce_permission=account.commerce_permission,
        followers=account.followers,
    )
    return Accepted((recorded, *_reviewed(world, command, record, account)))


def correct_account(world: World, command: c.CorrectAccount) -> Decision:
    """R31, R42: change the given facts; a link in review may be established by that, with no new invitation."""
    record = world.accounts.get(command.account_id)
    if record is None:
        return Refused((ACCOUNT_NOT_FOUND,))
    given = {name: getattr(command, name) for name in ("region", "registered_in", "birth_date")}
    changed = {name: new for name, new in given.items() if new not in (None, getattr(record.facts, name))}
    if not changed:
        return Accepted(())
    corrected = e.AccountCorrected(
        at=command.at, by=command.by, account_id=command.account_id, note=command.note, **changed
    )
    return Accepted((corrected, *_reviewed(world, command, record, corrected.facts_after(record.facts))))


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
        if link.status == "in_review" and not review(command.at, rulebook, shop, account, link):
            yield link_event(e.LinkEstablished, link, command.at, command.by)
