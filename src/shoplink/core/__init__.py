"""The pure core: what may be linked, when, and why not. It does no I/O, reads no clock and uses no randomness.

An invitation is decided in ten lines:

>>> from datetime import UTC, date, datetime
>>> from shoplink.core import Invite, PutAccount, PutShop, Refused, World, step
>>> from shoplink.rulebooks import packaged
>>> world = World(packaged(), packaged()["guide-2024-11"])
>>> at = datetime(2024, 11, 11, 12, tzinfo=UTC)
>>> for command in (
...     PutShop(at=at, shop_id="S1", market="GB", enrolment="open"),
...     PutAccount(at=at, account_id="A1", region="GB", birth_date=date(2007, 1, 15)),
... ):
...     _ = step(world, command)
>>> invite = Invite(at=at, shop_id="S1", account_id="A1", role="marketing", network_region="GB")
>>> [(reason.code, reason.next_actor) for reason in step(world, invite).decision.reasons]
[('account.under_age', 'clock'), ('shop.role_not_available', 'nobody')]
"""

from shoplink.core.commands import (
    COMMANDS,
    Accept,
    ActivateRulebook,
    ApproveUnlink,
    CancelActivation,
    ChangeAccount,
    ChangeShop,
    Command,
    CorrectAccount,
    Decline,
    EndWaiver,
    GrantWaiver,
    ImportLink,
    Invite,
    PutAccount,
    PutShop,
    RefuseUnlink,
    RequestUnlink,
    Revoke,
    Unlink,
    Withdraw,
    WithdrawUnlinkRequest,
)
from shoplink.core.decisions import Accepted, Decision, Refused, decide, review
from shoplink.core.event_base import Event
from shoplink.core.events import AnyEvent
from shoplink.core.facts import Account, Actor, Link, Shop, Waiver
from shoplink.core.parse import MalformedError, parse_command
from shoplink.core.reasons import CATALOGUE, Reason, support_can_help
from shoplink.core.rulebook import Rulebook, RulebookError, differences, parse_rulebook
from shoplink.core.transition import Transition, advance, step
from shoplink.core.wire_format import wire
from shoplink.core.world import World

__all__ = [
    "CATALOGUE",
    "COMMANDS",
    "Accept",
    "Accepted",
    "Account",
    "ActivateRulebook",
    "Actor",
    "AnyEvent",
    "ApproveUnlink",
    "CancelActivation",
    "ChangeAccount",
    "ChangeShop",
    "Command",
    "CorrectAccount",
    "Decision",
    "Decline",
    "EndWaiver",
    "Event",
    "GrantWaiver",
    "ImportLink",
    "Invite",
    "Link",
    "MalformedError",
    "PutAccount",
    "PutShop",
    "Reason",
    "RefuseUnlink",
    "Refused",
    "RequestUnlink",
    "Revoke",
    "Rulebook",
    "RulebookError",
    "Shop",
    "Transition",
    "Unlink",
    "Waiver",
    "Withdraw",
    "WithdrawUnlinkRequest",
    "World",
    "advance",
    "decide",
    "differences",
    "parse_command",
    "parse_rulebook",
    "review",
    "step",
    "support_can_help",
    "wire",
]
