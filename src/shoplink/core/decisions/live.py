"""Commands on a link that exists: from the confirmation of its invitation to its end."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core import rules
from shoplink.core.case import LinkCase
from shoplink.core.commerce.commands import SyncShowcase
from shoplink.core.commerce.rules import link_is_official
from shoplink.core.decisions.outcome import (
    LINK_NOT_FOUND,
    Accepted,
    Decision,
    Refused,
    decided_elsewhere,
    link_event,
    supersede_invitations,
)
from shoplink.core.facts import LIVE, Link
from shoplink.core.reasons import Reason
from shoplink.core.rules import LinkRule, violations
from shoplink.core.world import World

Effect = Callable[[LinkCase, c.PairCommand], Iterator[e.Event]]


class CommandSpec(Struct, frozen=True):
    """One command of domain.md section 6.

    `statuses` are those of the links that it applies to, `rules` may refuse it, and `effect` yields its events if
    no rule is broken.
    """

    statuses: frozenset[str]
    rules: tuple[LinkRule, ...]
    effect: Effect


def decide_live(world: World, command: c.PairCommand) -> Decision:
    """Decide a command that names its link by shop and account."""
    link = world.link(command.shop_id, command.account_id)
    if link is None:
        return Refused((LINK_NOT_FOUND,))
    elsewhere = decided_elsewhere(world, world.shops[link.shop_id])
    if elsewhere is not None and not isinstance(command, SyncShowcase):
        return Refused((elsewhere,))
    spec = LINK_COMMANDS[type(command)]
    if link.status not in spec.statuses:
        return Refused((_not_in_state(command, link),))
    shop, account = world.shops[link.shop_id], world.accounts[link.account_id]
    case = LinkCase(
        command.at,
        world.rulebook(shop.facts.market),
        shop,
        account,
        link.role,
        getattr(command, "network_region", None),
        link=link,
    )
    if reasons := violations(spec.rules, case):
        return Refused(reasons)
    return Accepted(tuple(spec.effect(case, command)))


def _not_in_state(command: c.PairCommand, link: Link) -> Reason:
    if isinstance(command, c.Accept) and link.status == "expired":
        return Reason("link.invitation_expired", "shop", params={"expired_at": link.ended_at})
    return Reason("link.wrong_state", "nobody", params={"link_status": link.status})


def _accept(case: LinkCase, command: c.PairCommand) -> Iterator[e.Event]:
    yield link_event(e.LinkAccepted, case.link, command.at, command.by)
    yield from supersede_invitations(case.account, command, except_for=case.link)
    # The rules of standing have just passed, so only the others of the review can hold the link (R31, R32).
    if not violations(rules.HOLDS, case):
        yield link_event(e.LinkEstablished, case.link, command.at, command.by)


def _one(kind: type[e.LinkEvent]) -> Effect:
    """An effect of one event, which carries the command's note if there is one."""

    def effect(case: LinkCase, command: c.PairCommand) -> Iterator[e.Event]:
        yield link_event(kind, case.link, command.at, command.by, getattr(command, "note", None))

    return effect


def _sync(case: LinkCase, command: c.PairCommand) -> Iterator[e.Event]:
    if case.link.synced_since is None:
        yield link_event(e.ShowcaseSynced, case.link, command.at, command.by)


_INVITED = frozenset({"invited"})
_UNCONFIRMED = frozenset({"invited", "in_review"})
_LINKED = frozenset({"linked"})

LINK_COMMANDS: dict[type[c.Command], CommandSpec] = {
    # `account_is_free` is here because the specification's table lists it. No log of events leads to it: whatever
    # takes an account ends its other invitations (`supersede_invitations`; tests/core/test_properties.py), so only
    # a forged event shows that the rule refuses (tests/core/test_reasons_slots.py).
    c.Accept: CommandSpec(
        _INVITED,
        (*rules.STANDING, rules.creator_network_is_in_market, rules.account_is_free, *rules.ROOM),
        _accept,
    ),
    c.Decline: CommandSpec(_UNCONFIRMED, (), _one(e.LinkDeclined)),
    c.Withdraw: CommandSpec(_UNCONFIRMED, (), _one(e.LinkWithdrawn)),
    c.RequestUnlink: CommandSpec(
        _LINKED,
        (
            rules.no_unlink_request_is_open,
            rules.link_is_old_enough,
            rules.account_is_in_market,
            rules.creator_network_is_in_market,
            rules.unlink_quota_is_left,
        ),
        _one(e.UnlinkRequested),
    ),
    c.WithdrawUnlinkRequest: CommandSpec(_LINKED, (rules.unlink_request_is_open,), _one(e.UnlinkWithdrawn)),
    c.RefuseUnlink: CommandSpec(_LINKED, (rules.unlink_request_is_open,), _one(e.UnlinkRefused)),
    c.ApproveUnlink: CommandSpec(
        _LINKED,
        (rules.unlink_request_is_open, rules.link_is_old_enough, rules.unlink_quota_is_left),
        _one(e.LinkUnlinked),
    ),
    c.Unlink: CommandSpec(
        _LINKED,
        (rules.shop_may_unlink, rules.link_is_old_enough, rules.unlink_quota_is_left),
        _one(e.LinkUnlinked),
    ),
    c.Revoke: CommandSpec(LIVE, (), _one(e.LinkRevoked)),
    SyncShowcase: CommandSpec(_LINKED, (*rules.STANDING, link_is_official), _sync),
}
"""The commands of domain.md section 6 on an existing link."""
