"""Commands on a link that exists: from the confirmation of its invitation to its end.

Each is one row: the states it applies to, the rules that may refuse it, and what it does.
"""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core import rules
from shoplink.core.case import Case
from shoplink.core.commerce.commands import SyncShowcase
from shoplink.core.commerce.rules import link_is_official
from shoplink.core.decisions.outcome import (
    LINK_NOT_FOUND,
    Accepted,
    Decision,
    Refused,
    link_event,
    supersede_invitations,
)
from shoplink.core.facts import LIVE, Link
from shoplink.core.reasons import Reason
from shoplink.core.rules import Rule, violations
from shoplink.core.world import World

Effect = Callable[[Case, c.PairCommand, Link], Iterator[e.Event]]


class CommandSpec(Struct, frozen=True):
    """One command of domain.md section 6: `does` is what happens if no rule is broken."""

    statuses: frozenset[str]
    rules: tuple[Rule, ...]
    does: Effect
    acting: Literal["shop", "creator"] = "shop"


def decide_live(world: World, command: c.PairCommand) -> Decision:
    """The decision on a command that names its link by shop and account."""
    link = world.link(command.shop_id, command.account_id)
    if link is None:
        return Refused((LINK_NOT_FOUND,))
    row = LINK_COMMANDS[type(command)]
    if link.status not in row.statuses:
        return Refused((_not_in_state(command, link),))
    shop, account = world.shops[link.shop_id], world.accounts[link.account_id]
    case = Case(
        command.at,
        world.rulebook(shop.facts.market),
        shop,
        account,
        link.role,
        row.acting,
        getattr(command, "network_region", None),
        link,
    )
    if reasons := violations(row.rules, case):
        return Refused(reasons)
    return Accepted(tuple(row.does(case, command, link)))


def _not_in_state(command: c.PairCommand, link: Link) -> Reason:
    if isinstance(command, c.Accept) and link.status == "expired":
        return Reason("link.invitation_expired", "shop", params={"expired_at": link.ended_at})
    return Reason("link.wrong_state", "nobody", params={"link_status": link.status})


def _accept(case: Case, command: c.PairCommand, link: Link) -> Iterator[e.Event]:
    yield link_event(e.LinkAccepted, link, command.at, command.by)
    yield from supersede_invitations(case.account, command, but=link)
    # Standing has just passed; what is left of the review is what only holds (R31, R32).
    if not violations(rules.HOLDS, case):
        yield link_event(e.LinkEstablished, link, command.at, command.by)


def _does(kind: type[e.LinkEvent]) -> Effect:
    """One event of this kind, with the note that the command carries."""

    def effect(_case: Case, command: c.PairCommand, link: Link) -> Iterator[e.Event]:
        yield link_event(kind, link, command.at, command.by, getattr(command, "note", None))

    return effect


def _sync(_case: Case, command: c.PairCommand, link: Link) -> Iterator[e.Event]:
    if link.synced_since is None:
        yield link_event(e.ShowcaseSynced, link, command.at, command.by)


_INVITED = frozenset({"invited"})
_UNCONFIRMED = frozenset({"invited", "in_review"})
_LINKED = frozenset({"linked"})

LINK_COMMANDS: dict[type[c.Command], CommandSpec] = {
    c.Accept: CommandSpec(
        _INVITED,
        (*rules.STANDING, rules.network_is_in_market, rules.account_is_free, *rules.ROOM),
        _accept,
        "creator",
    ),
    c.Decline: CommandSpec(_UNCONFIRMED, (), _does(e.LinkDeclined), "creator"),
    c.Withdraw: CommandSpec(_UNCONFIRMED, (), _does(e.LinkWithdrawn)),
    c.RequestUnlink: CommandSpec(
        _LINKED,
        (
            rules.no_unlink_request_is_open,
            rules.link_is_old_enough,
            rules.account_is_in_market,
            rules.network_is_in_market,
            rules.unlink_quota_is_left,
        ),
        _does(e.UnlinkRequested),
        "creator",
    ),
    c.WithdrawUnlinkRequest: CommandSpec(
        _LINKED, (rules.unlink_request_is_open,), _does(e.UnlinkWithdrawn), "creator"
    ),
    c.RefuseUnlink: CommandSpec(_LINKED, (rules.unlink_request_is_open,), _does(e.UnlinkRefused)),
    c.ApproveUnlink: CommandSpec(
        _LINKED,
        (rules.unlink_request_is_open, rules.link_is_old_enough, rules.unlink_quota_is_left),
        _does(e.LinkUnlinked),
    ),
    c.Unlink: CommandSpec(
        _LINKED,
        (rules.shop_may_unlink, rules.link_is_old_enough, rules.unlink_quota_is_left),
        _does(e.LinkUnlinked),
    ),
    c.Revoke: CommandSpec(LIVE, (), _does(e.LinkRevoked)),
    SyncShowcase: CommandSpec(_LINKED, (*rules.STANDING, link_is_official), _sync),
}
"""The commands of domain.md section 6 on an existing link."""
