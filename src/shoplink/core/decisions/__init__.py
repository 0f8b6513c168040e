"""Decisions: a command is accepted with its events, or refused with every reason. Deciding changes nothing."""

from collections.abc import Callable
from typing import Any

from shoplink.core import commands as c
from shoplink.core.decisions.outcome import Accepted, Decision, Refused, review
from shoplink.core.decisions.table import DECIDE
from shoplink.core.people import commands as people
from shoplink.core.people import decide as members
from shoplink.core.ticket import commands as tickets
from shoplink.core.ticket import decide as ticket
from shoplink.core.world import World

__all__ = ["Accepted", "Decision", "Refused", "decide", "review"]


def decide(world: World, command: c.Command) -> Decision:
    """Decide a command in the world as it is at `command.at`, without changing the world.

    The caller must have applied everything due at or before that instant; `shoplink.core.transition` does so.
    """
    return _DECIDE[type(command)](world, command)


_DECIDE: dict[type[c.Command], Callable[[World, Any], Decision]] = {
    **DECIDE,
    people.InviteMember: members.invite_member,
    people.WithdrawMemberInvitation: members.withdraw_member_invitation,
    people.JoinByInvitation: members.join_by_invitation,
    people.AddMember: members.add_member,
    people.RemoveMember: members.remove_member,
    people.BlockAccess: members.block_access,
    people.RestoreAccess: members.restore_access,
    tickets.OpenTicket: ticket.open_ticket,
    tickets.ReplyToTicket: ticket.reply_to_ticket,
    tickets.ResolveTicket: ticket.resolve_ticket,
    tickets.WithdrawTicket: ticket.withdraw_ticket,
    tickets.ReopenTicket: ticket.reopen_ticket,
    tickets.AssignTicket: ticket.assign_ticket,
    tickets.NoteInTicket: ticket.note_in_ticket,
}
