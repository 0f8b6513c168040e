"""Decisions: a command is accepted with its events, or refused with every reason. Deciding changes nothing."""

from collections.abc import Callable
from typing import Any

from shoplink.core import commands as c
from shoplink.core.commerce import commands as commerce_commands
from shoplink.core.commerce import decide as commerce
from shoplink.core.decisions.begin import import_link, invite
from shoplink.core.decisions.govern import activate_rulebook, end_waiver, grant_waiver
from shoplink.core.decisions.live import LINK_COMMANDS, decide_live
from shoplink.core.decisions.outcome import Accepted, Decision, Refused, review
from shoplink.core.decisions.record import correct_account, put_account, put_shop
from shoplink.core.people import commands as people
from shoplink.core.people import decide as members
from shoplink.core.world import World

__all__ = ["Accepted", "Decision", "Refused", "decide", "review"]


def decide(world: World, command: c.Command) -> Decision:
    """Decide a command in the world as it is at `command.at`, without changing the world.

    The caller must have applied everything due at or before that instant; `shoplink.core.transition` does so.
    """
    return _DECIDE[type(command)](world, command)


_DECIDE: dict[type[c.Command], Callable[[World, Any], Decision]] = {
    c.PutShop: put_shop,
    c.PutAccount: put_account,
    c.CorrectAccount: correct_account,
    c.Invite: invite,
    **dict.fromkeys(LINK_COMMANDS, decide_live),
    c.ImportLink: import_link,
    c.GrantWaiver: grant_waiver,
    c.EndWaiver: end_waiver,
    c.ActivateRulebook: activate_rulebook,
    commerce_commands.PutProduct: commerce.put_product,
    commerce_commands.PutContent: commerce.put_content,
    commerce_commands.AddFromShop: commerce.add_from_shop,
    commerce_commands.Promote: commerce.promote,
    commerce_commands.RemoveItem: commerce.remove_item,
    people.InviteMember: members.invite_member,
    people.WithdrawMemberInvitation: members.withdraw_member_invitation,
    people.JoinByInvitation: members.join_by_invitation,
    people.AddMember: members.add_member,
    people.RemoveMember: members.remove_member,
    people.BlockAccess: members.block_access,
    people.RestoreAccess: members.restore_access,
}
