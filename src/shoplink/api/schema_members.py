"""The bodies that tell of members, field by field."""

from msgspec import Struct

from shoplink.api.schema import Instant


class MemberBody(Struct, frozen=True):
    """Who acts for a shop or an account; `email` is null for who comes by hand-off links alone."""

    person_id: str
    email: str | None
    name: str
    joined_at: Instant


class MemberInvitationBody(Struct, frozen=True):
    """An address that was invited, and until when it can join."""

    invitation_id: str
    email: str
    invited_at: Instant
    expires_at: Instant


class MembersBody(Struct, frozen=True):
    """Who acts for a shop or an account, in the order joined, and the invitations that are open."""

    members: list[MemberBody]
    invitations: list[MemberInvitationBody]


class MemberLinkBody(Struct, frozen=True):
    """A new invitation: hand `url` to the person who has the address; it works once."""

    invitation_id: str
    email: str
    expires_at: Instant
    url: str
