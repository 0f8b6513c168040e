"""The command that begins a link: an invitation."""

from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core import rules
from shoplink.core.case import Case
from shoplink.core.decisions.outcome import Accepted, Decision, Refused, both_sides, decided_elsewhere
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


def invite(world: World, command: c.Invite) -> Decision:
    """R22, R23: send the invitation if no rule is broken; it reserves its slot (R7)."""
    sides = both_sides(world, command)
    if isinstance(sides, Refused):
        return sides
    shop, account = sides
    if (elsewhere := decided_elsewhere(world, shop)) is not None:
        return Refused((elsewhere,))
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
        message=command.message,
    )
    return Accepted((invited,), tuple([reason.code for reason in violations(rules.HOLDS, case)]))
