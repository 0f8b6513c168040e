"""The commands about people and where they may act, one frozen class each.

None of them carries a secret: an invitation is made with the digest of its secret, and used by its id.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from shoplink.core.command_base import PrivateCommand
from shoplink.core.facts import Id
from shoplink.core.people.facts import EMAIL_LENGTH_MAX, EMAIL_PATTERN, Place, PlaceKey, place_key

Email = Annotated[str, Meta(max_length=EMAIL_LENGTH_MAX, pattern=rf"\A(?:{EMAIL_PATTERN})\Z")]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class PlaceCommand(PrivateCommand, frozen=True, kw_only=True):
    """A command about the members of one place: of a shop, of an account, or of the staff."""

    place: Place
    shop_id: Id | None = None
    account_id: Id | None = None

    def __post_init__(self) -> None:
        """Check that exactly the subject of the place is named. Raises ValueError."""
        self.place_key()

    def place_key(self) -> PlaceKey:
        """The place."""
        return place_key(self.place, self.shop_id, self.account_id)


class InviteMember(PlaceCommand, frozen=True, kw_only=True):
    """Invite an address to act here, for seven days; an open invitation of the same address is replaced."""

    PRIVATE: ClassVar[frozenset[str]] = frozenset({"email", "secret_digest"})

    email: Email
    secret_digest: Digest


class WithdrawMemberInvitation(PlaceCommand, frozen=True, kw_only=True):
    """Withdraw an open invitation."""

    invitation_id: Id


class JoinByInvitation(PlaceCommand, frozen=True, kw_only=True):
    """The invited person joins. The caller has found the invitation by its secret."""

    invitation_id: Id
    person_id: Id


class AddMember(PlaceCommand, frozen=True, kw_only=True):
    """Let a person act here without an invitation."""

    person_id: Id


class RemoveMember(PlaceCommand, frozen=True, kw_only=True):
    """Let a person act here no longer, from the next request on."""

    person_id: Id


class BlockAccess(PrivateCommand, frozen=True, kw_only=True):
    """Remove a person from every place, end their sessions, and let them sign in no longer."""

    person_id: Id


class RestoreAccess(PrivateCommand, frozen=True, kw_only=True):
    """Let a person sign in again. To act somewhere they need a new invitation."""

    person_id: Id


PEOPLE_COMMANDS = (
    InviteMember,
    WithdrawMemberInvitation,
    JoinByInvitation,
    AddMember,
    RemoveMember,
    BlockAccess,
    RestoreAccess,
)
