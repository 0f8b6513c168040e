"""Commands that record a new link: an invitation, or a link imported from earlier records."""

from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core import rules
from shoplink.core.case import AccountRecord, Case, ShopRecord
from shoplink.core.decisions.outcome import (
    ACCOUNT_NOT_FOUND,
    SHOP_NOT_FOUND,
    Accepted,
    Decision,
    Refused,
    supersede_invitations,
)
from shoplink.core.instant import shift
from shoplink.core.rules import violations
from shoplink.core.world import World

_INVITE = (
    *rules.STANDING,
    rules.seller_network_is_in_market,
    rules.account_is_free,
    rules.account_is_not_invited,
    *rules.ROOM,
)


def _sides(world: World, command: c.PairCommand) -> tuple[ShopRecord, AccountRecord] | Refused:
    shop, account = world.shops.get(command.shop_id), world.accounts.get(command.account_id)
    if shop is not None and account is not None:
        return shop, account
    missing = ((shop, SHOP_NOT_FOUND), (account, ACCOUNT_NOT_FOUND))
    return Refused(tuple(reason for record, reason in missing if record is None))


def invite(world: World, command: c.Invite) -> Decision:
    """R22, R23: send the invitation if no rule is broken; it reserves its slot (R7)."""
    sides = _sides(world, command)
    if isinstance(sides, Refused):
        return sides
    shop, account = sides
    rulebook = world.rulebook(shop.facts.market)
    case = Case(command.at, rulebook, shop, account, command.role, command.network_region)
    if reasons := violations(_INVITE, case):
        return Refused(reasons)
    invited = e.LinkInvited(
        at=command.at,
        by=command.by,
        link_id=world.mint("link"),
        shop_id=command.shop_id,
        account_id=command.account_id,
        role=command.role,
        rulebook=rulebook.name,
        expires_at=shift(command.at, rulebook.invitation_ttl),
        settlement=command.settlement,
        reference=command.reference,
    )
    return Accepted((invited,), tuple([reason.code for reason in violations(rules.HOLDS, case)]))


def import_link(world: World, command: c.ImportLink) -> Decision:
    """Record history as it was: quotas are not enforced, but imported links count towards them."""
    sides = _sides(world, command)
    if isinstance(sides, Refused):
        return sides
    shop, account = sides
    rulebook = world.rulebook(shop.facts.market)
    own = [
        link for link in account.live.values() if link.shop_id == command.shop_id and link.status == "invited"
    ]
    case = Case(command.at, rulebook, shop, account, command.role, link=own[0] if own else None)
    period = (command.linked_at, command.unlinked_at)
    history = (
        rules.dates_are_in_order(*period, command.at),
        rules.account_links_do_not_overlap(case, *period),
    )
    reasons = tuple(reason for reason in history if reason is not None)
    if command.unlinked_at is None:
        reasons += violations((rules.account_is_free, rules.slot_is_free), case)
    if reasons:
        return Refused(reasons)
    imported = e.LinkImported(
        at=command.at,
        by=command.by,
        link_id=world.mint("link"),
        shop_id=command.shop_id,
        account_id=command.account_id,
        role=command.role,
        rulebook=rulebook.name,
        linked_at=command.linked_at,
        unlinked_at=command.unlinked_at,
    )
    return Accepted(
        (imported, *(supersede_invitations(account, command) if command.unlinked_at is None else ()))
    )
