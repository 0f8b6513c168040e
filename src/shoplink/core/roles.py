"""Who may issue which command, and what an account may do in each role."""

from typing import Literal

from msgspec import Struct

from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core.commerce import commands as commerce_commands
from shoplink.core.commerce import events as commerce_events
from shoplink.core.facts import Actor, Role
from shoplink.core.people import access_events as access
from shoplink.core.people import commands as people
from shoplink.core.people import events as member_events
from shoplink.core.rulebook import Rulebook
from shoplink.core.ticket import commands as tickets
from shoplink.core.ticket import events as ticket_events

Issuer = Literal["shop", "creator", "support", "platform"]

_SHOP: frozenset[Issuer] = frozenset({"shop"})
_CREATOR: frozenset[Issuer] = frozenset({"creator"})
_SUPPORT: frozenset[Issuer] = frozenset({"support", "platform"})
_PLATFORM: frozenset[Issuer] = frozenset({"platform"})
_MEMBERS: frozenset[Issuer] = frozenset({"shop", "creator", "platform"})

ISSUERS: dict[type[c.Command], frozenset[Issuer]] = {
    c.PutShop: _PLATFORM,
    c.ChangeShop: _PLATFORM,
    c.PutAccount: _PLATFORM,
    c.ChangeAccount: _PLATFORM,
    c.CorrectAccount: _SUPPORT,
    c.Invite: _SHOP,
    c.Accept: _CREATOR,
    c.Decline: _CREATOR,
    c.Withdraw: _SHOP,
    c.RequestUnlink: _CREATOR,
    c.WithdrawUnlinkRequest: _CREATOR,
    c.RefuseUnlink: _SHOP,
    c.ApproveUnlink: _SHOP,
    c.Unlink: _SHOP,
    c.Revoke: _PLATFORM,
    c.ImportLink: frozenset({"shop", "platform"}),
    c.RecordInvitation: frozenset({"shop", "platform"}),
    c.RecordAcceptance: _MEMBERS,
    c.RecordUnlinkRequest: _MEMBERS,
    c.RecordEnd: _MEMBERS,
    c.GrantWaiver: _SUPPORT,
    c.EndWaiver: _SUPPORT,
    c.ActivateRulebook: _PLATFORM,
    c.CancelActivation: _PLATFORM,
    commerce_commands.PutProduct: _PLATFORM,
    commerce_commands.PutContent: frozenset({"creator", "platform"}),
    commerce_commands.SyncShowcase: _SHOP,
    commerce_commands.AddFromShop: _CREATOR,
    commerce_commands.Promote: _CREATOR,
    commerce_commands.RemoveItem: _CREATOR,
    people.InviteMember: _MEMBERS,
    people.WithdrawMemberInvitation: _MEMBERS,
    people.JoinByInvitation: _MEMBERS | _SUPPORT,
    people.AddMember: _PLATFORM,
    people.RemoveMember: _MEMBERS,
    people.BlockAccess: _PLATFORM,
    people.RestoreAccess: _PLATFORM,
    tickets.OpenTicket: _SHOP | _CREATOR,
    tickets.ReplyToTicket: _SHOP | _CREATOR | _SUPPORT,
    tickets.ResolveTicket: _SUPPORT,
    tickets.WithdrawTicket: _SHOP | _CREATOR,
    tickets.ReopenTicket: _SHOP | _CREATOR | _SUPPORT,
    tickets.AssignTicket: _SUPPORT,
    tickets.NoteInTicket: _SUPPORT,
}
"""Who may issue each command (domain.md section 6, column "by")."""

Cause = Issuer | Literal["clock"]

_CLOCK: frozenset[Cause] = frozenset({"clock"})
_EITHER_SIDE: frozenset[Cause] = frozenset({"shop", "creator"})
_WHOEVER_CLEARS_IT: frozenset[Cause] = frozenset({"creator", "support", "platform", "clock"})

CAUSED_BY: dict[type[e.Event], frozenset[Cause]] = {
    e.ShopRecorded: _PLATFORM,
    e.AccountRecorded: _PLATFORM,
    e.AccountCorrected: _SUPPORT,
    e.LinkInvited: _SHOP,
    e.LinkImported: frozenset({"shop", "platform"}),
    e.LinkInvitationRecorded: frozenset({"shop", "platform"}),
    e.LinkAcceptanceRecorded: _MEMBERS,
    e.LinkEndRecorded: _MEMBERS,
    e.UnlinkRequestRecorded: _MEMBERS,
    e.LinkAccepted: _CREATOR,
    e.LinkEstablished: _WHOEVER_CLEARS_IT,
    e.LinkDeclined: _CREATOR,
    e.LinkWithdrawn: _SHOP,
    e.LinkExpired: _CLOCK,
    e.LinkSuperseded: _WHOEVER_CLEARS_IT | _SHOP,
    e.LinkUnlinked: _SHOP | _CLOCK,
    e.LinkRevoked: _PLATFORM,
    e.UnlinkRequested: _CREATOR,
    e.UnlinkWithdrawn: _CREATOR,
    e.UnlinkRefused: _SHOP,
    e.ShowcaseSynced: _SHOP,
    e.WaiverGranted: _SUPPORT,
    e.WaiverEnded: _SUPPORT,
    e.RulebookActivated: _PLATFORM,
    e.RulebookActivationCancelled: _PLATFORM,
    member_events.MemberInvited: _MEMBERS,
    member_events.MemberInvitationWithdrawn: _MEMBERS,
    member_events.MemberJoined: _MEMBERS | _SUPPORT,
    member_events.MemberRemoved: _MEMBERS,
    access.AccessBlocked: _PLATFORM,
    access.AccessRestored: _PLATFORM,
    access.SecondFactorResetRequested: _PLATFORM,
    access.SecondFactorResetStopped: _MEMBERS | _SUPPORT,
    access.SecondFactorReset: _CLOCK,
    access.KeyCreated: _PLATFORM,
    access.KeyRevoked: _PLATFORM,
    ticket_events.TicketOpened: _EITHER_SIDE,
    ticket_events.TicketReplied: _EITHER_SIDE | _SUPPORT,
    ticket_events.TicketResolved: _SUPPORT,
    ticket_events.TicketClosed: _EITHER_SIDE | _CLOCK,
    ticket_events.TicketReopened: _EITHER_SIDE | _SUPPORT,
    ticket_events.TicketAssigned: _SUPPORT,
    ticket_events.TicketNoted: _SUPPORT,
    commerce_events.ProductRecorded: _PLATFORM,
    commerce_events.ContentRecorded: _CREATOR | _PLATFORM,
    commerce_events.ItemAdded: _CREATOR,
    commerce_events.PromotionAdded: _CREATOR,
    commerce_events.ItemRemoved: _CREATOR,
}
"""Who can have caused each event: who issued the command that led to it, or the clock."""


def may_issue(actor: Actor, command: c.Command) -> bool:
    """Whether an actor may issue a command. A shop or a creator may do so only for itself."""
    own = {"shop": "shop_id", "creator": "account_id"}.get(actor.kind)
    return actor.kind in ISSUERS[type(command)] and (own is None or getattr(command, own, None) == actor.id)


class Rights(Struct, frozen=True):
    """What an account may do for a shop in the role it is linked in (domain.md section 7).

    `followers_minimum` is the number of followers it needs to sell in videos and lives. `commission` says whether
    the shop's orders through the account carry commission.
    """

    sync_showcase: bool
    add_from_shop: bool
    followers_minimum: int
    commission: Literal["none", "due"]
    promote_other_shops: bool


def rights(role: Role | None, rulebook: Rulebook) -> Rights:
    """R3, R4, R13 to R17: the rights of a role; None stands for an affiliate creator, who has no link."""
    parameters = rulebook.parameters
    if role is None:
        return Rights(
            sync_showcase=False,
            add_from_shop=False,
            followers_minimum=parameters.affiliate_followers_minimum,
            commission="due",
            promote_other_shops=True,
        )
    official = role == "official"
    return Rights(
        sync_showcase=official,
        add_from_shop=True,
        followers_minimum=0,
        commission="none",
        promote_other_shops=parameters.official_may_promote_other_shops
        if official
        else parameters.marketing_may_promote_other_shops,
    )
