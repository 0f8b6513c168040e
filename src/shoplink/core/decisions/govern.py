"""Commands about the rules themselves: waivers, and the rulebook of a market."""

from collections.abc import Iterator
from typing import Any

from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core.decisions.outcome import (
    ACCOUNT_NOT_FOUND,
    SHOP_NOT_FOUND,
    WAIVER_NOT_FOUND,
    Accepted,
    Decision,
    Refused,
)
from shoplink.core.facts import Waiver
from shoplink.core.reasons import Reason, Subject
from shoplink.core.world import World


def grant_waiver(world: World, command: c.GrantWaiver) -> Decision:
    """R27: support waives only what the rulebook allows: for an account the rulebook of its region."""
    subject: Subject
    if command.shop_id is not None:
        shop = world.shops.get(command.shop_id)
        if shop is None:
            return Refused((SHOP_NOT_FOUND,))
        subject, market = "shop", shop.facts.market
    else:
        account = world.accounts.get(command.account_id or "")
        if account is None:
            return Refused((ACCOUNT_NOT_FOUND,))
        subject, market = "account", account.facts.region
    if not world.rulebook(market).may_be_waived(command.code, subject):
        return Refused(
            (Reason("waiver.not_allowed", "nobody", params={"code": command.code, "subject": subject}),)
        )
    granted = e.WaiverGranted(
        at=command.at,
        by=command.by,
        code=command.code,
        note=command.note,
        until=command.until,
        shop_id=command.shop_id,
        account_id=command.account_id,
    )
    return Accepted((granted,))


def end_waiver(world: World, command: c.EndWaiver) -> Decision:
    """End every waiver of this code and subject that is in force."""
    ended = tuple(_ended(world.waivers(command.shop_id, command.account_id), command))
    return Accepted(ended) if ended else Refused((WAIVER_NOT_FOUND,))


def _ended(waivers: list[Waiver], command: c.EndWaiver) -> Iterator[e.Event]:
    for waiver in waivers:
        if waiver.code == command.code and waiver.in_force(command.at):
            yield e.WaiverEnded(
                at=command.at,
                by=command.by,
                code=command.code,
                note=command.note,
                granted_at=waiver.granted_at,
                shop_id=command.shop_id,
                account_id=command.account_id,
            )


def activate_rulebook(world: World, command: c.ActivateRulebook) -> Decision:
    """Bring a rulebook into force, now or later, never in the past."""
    rulebook = world.rulebooks.get(command.name)
    if rulebook is None:
        return Refused((Reason("rulebook.not_found", "nobody", params={"name": command.name}),))
    if command.effective_from < command.at:
        params = {"effective_from": command.effective_from}
        return Refused((Reason("rulebook.date_in_past", "nobody", params=params),))
    activated = e.RulebookActivated(
        at=command.at,
        by=command.by,
        name=rulebook.name,
        digest=rulebook.digest,
        market=command.market,
        effective_from=command.effective_from,
    )
    return Accepted((activated,))


def cancel_activation(world: World, command: c.CancelActivation) -> Decision:
    """Take back an activation whose start has not come; what was recorded twice alike is taken back together."""
    start: dict[str, Any] = {
        "name": command.name,
        "market": command.market,
        "effective_from": command.effective_from,
    }
    if not world.is_ahead(command.market, command.name, command.effective_from):
        return Refused((Reason("rulebook.activation_not_found", "nobody", params=start),))
    cancelled = e.RulebookActivationCancelled(at=command.at, by=command.by, note=command.note, **start)
    return Accepted((cancelled,))
