"""The commands of domain.md section 6, one frozen class each.

A command is complete and well-formed by construction. `shoplink.core.decisions` decides whether it is accepted.
"""

from datetime import datetime

from shoplink.core.command_base import Command as Command  # noqa: PLC0414 (commands are read from here)
from shoplink.core.command_base import PairCommand as PairCommand  # noqa: PLC0414 (as above)
from shoplink.core.commerce import commands as commerce
from shoplink.core.facts import (
    Count,
    Decided,
    Ending,
    Enrolment,
    Id,
    Market,
    Permission,
    Role,
    Settlement,
    ShortText,
    Status,
)
from shoplink.core.people.commands import PEOPLE_COMMANDS
from shoplink.core.reasons import Code
from shoplink.core.ticket.commands import TICKET_COMMANDS
from shoplink.core.values import BirthDate, Handle


class PutShop(Command, frozen=True):
    """Record a shop's facts, replacing what was recorded before; who decides stays as it is unless it is given."""

    shop_id: Id
    market: Market
    enrolment: Enrolment
    name: ShortText | None = None
    status: Status | None = None
    decided: Decided | None = None


class ChangeShop(Command, frozen=True):
    """Change single facts of a shop. Facts that are not given stay as they are."""

    shop_id: Id
    name: ShortText | None = None
    status: Status | None = None
    decided: Decided | None = None


class PutAccount(Command, frozen=True):
    """Record an account's facts, replacing what was recorded before.

    `facts_as_of` is the instant at which the facts were read where they come from: what support has corrected after
    it stays as it is.
    """

    account_id: Id
    region: Market
    registered_in: Market | None = None
    birth_date: BirthDate | None = None
    status: Status | None = None
    commerce_permission: Permission | None = None
    followers: Count | None = None
    handle: Handle | None = None
    facts_as_of: datetime | None = None


class ChangeAccount(Command, frozen=True):
    """Change single facts of an account. Facts that are not given stay as they are."""

    account_id: Id
    region: Market | None = None
    registered_in: Market | None = None
    birth_date: BirthDate | None = None
    status: Status | None = None
    commerce_permission: Permission | None = None
    followers: Count | None = None
    handle: Handle | None = None


class CorrectAccount(Command, frozen=True):
    """Correct single facts of an account on evidence (R31, R42). Facts that are not given stay as they are."""

    account_id: Id
    note: ShortText
    region: Market | None = None
    registered_in: Market | None = None
    birth_date: BirthDate | None = None


class Invite(PairCommand, frozen=True):
    """A shop invites an account to link in a role (R23)."""

    role: Role
    network_region: Market | None
    settlement: Settlement | None = None
    reference: ShortText | None = None
    message: ShortText | None = None


class Accept(PairCommand, frozen=True):
    """The creator confirms the invitation in the app (R23)."""

    network_region: Market | None


class Decline(PairCommand, frozen=True):
    """The creator declines the invitation, or leaves a link that is in review."""

    note: ShortText | None = None


class Withdraw(PairCommand, frozen=True):
    """The shop withdraws its invitation, or a link that is in review."""

    note: ShortText | None = None


class RequestUnlink(PairCommand, frozen=True):
    """The creator sends an unlink request (R43, R45)."""

    network_region: Market | None
    note: ShortText | None = None


class WithdrawUnlinkRequest(PairCommand, frozen=True):
    """The creator withdraws the unlink request."""


class RefuseUnlink(PairCommand, frozen=True):
    """The shop refuses the unlink request; the creator may ask again."""

    note: ShortText | None = None


class ApproveUnlink(PairCommand, frozen=True):
    """The shop approves the unlink request (R46)."""

    note: ShortText | None = None


class Unlink(PairCommand, frozen=True):
    """The shop unlinks: alone where the rulebook allows it, else by approving an open request (R47)."""

    note: ShortText | None = None


class Revoke(PairCommand, frozen=True):
    """The platform revokes a live link."""

    note: ShortText


class ImportLink(PairCommand, frozen=True):
    """Record a link that was established, and perhaps ended, elsewhere or before this system recorded links.

    Of a shop whose links are decided elsewhere, a link of the pair that is not established yet becomes the one
    imported.
    """

    role: Role
    linked_at: datetime
    unlinked_at: datetime | None = None
    source: ShortText | None = None


class RecordInvitation(PairCommand, frozen=True):
    """Record an invitation that was sent at the platform that decides."""

    role: Role
    invited_at: datetime
    settlement: Settlement | None = None
    reference: ShortText | None = None
    source: ShortText | None = None


class RecordAcceptance(PairCommand, frozen=True):
    """Record that the creator confirmed at the platform that decides."""

    accepted_at: datetime
    source: ShortText | None = None


class RecordUnlinkRequest(PairCommand, frozen=True):
    """Record that the creator sent an unlink request at the platform that decides."""

    requested_at: datetime
    source: ShortText | None = None


class RecordEnd(PairCommand, frozen=True):
    """Record that a link ended at the platform that decides, and how."""

    ended_at: datetime
    how: Ending
    source: ShortText | None = None


class WaiverCommand(Command, frozen=True, kw_only=True):
    """A command about the waivers of one reason for one subject: a shop or an account."""

    EXACTLY_ONE_OF = ("shop_id", "account_id")

    code: Code
    note: ShortText
    shop_id: Id | None = None
    account_id: Id | None = None

    def __post_init__(self) -> None:
        """Check that the subject is exactly one shop or one account. Raises ValueError."""
        if (self.shop_id is None) == (self.account_id is None):
            raise ValueError("exactly one of shop_id, account_id must be given")


class GrantWaiver(WaiverCommand, frozen=True, kw_only=True):
    """Exempt one subject from one reason, until an instant or permanently (R27)."""

    until: datetime | None


class EndWaiver(WaiverCommand, frozen=True):
    """End every waiver of one reason for one subject."""


class ActivateRulebook(Command, frozen=True):
    """Bring a rulebook into force in a market from an instant on."""

    name: ShortText
    market: Market
    effective_from: datetime


class CancelActivation(Command, frozen=True):
    """Take back a rulebook's activation before its start."""

    name: ShortText
    market: Market
    effective_from: datetime
    note: ShortText


HAPPENED_AT: dict[type[Command], str] = {
    ImportLink: "linked_at",
    RecordInvitation: "invited_at",
    RecordAcceptance: "accepted_at",
    RecordUnlinkRequest: "requested_at",
    RecordEnd: "ended_at",
}
"""The commands that record what happened elsewhere, and the field of each that says when it happened."""

COMMANDS: dict[str, type[Command]] = {
    kind.__struct_config__.tag: kind  # type: ignore[misc]
    for kind in (
        PutShop,
        ChangeShop,
        PutAccount,
        ChangeAccount,
        CorrectAccount,
        Invite,
        Accept,
        Decline,
        Withdraw,
        RequestUnlink,
        WithdrawUnlinkRequest,
        RefuseUnlink,
        ApproveUnlink,
        Unlink,
        Revoke,
        ImportLink,
        RecordInvitation,
        RecordAcceptance,
        RecordUnlinkRequest,
        RecordEnd,
        GrantWaiver,
        EndWaiver,
        ActivateRulebook,
        CancelActivation,
        *commerce.COMMERCE_COMMANDS,
    )
}
"""The vocabulary of command files, streams and `/v1/checks`, by tag."""

PRIVATE_COMMANDS: dict[str, type[Command]] = {
    kind.__struct_config__.tag: kind  # type: ignore[misc]
    for kind in (*PEOPLE_COMMANDS, *TICKET_COMMANDS)
}
"""The commands about tickets and about people, by tag.

They are decided, executed and permitted like the others. They are not part of `COMMANDS`, because they carry words and
addresses of people, which files and answers must not keep.
"""
