"""Who acts for a shop or for an account: listed, invited, removed. The caller hands the link of an invitation over."""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from msgspec import Struct

from shoplink.api.http.body import read_object, respond
from shoplink.api.http.command import carry_out
from shoplink.api.http.operation import FIND, Operations
from shoplink.api.http.problem import Instant, ProblemError
from shoplink.api.http.request import (
    actor_of,
    idempotency_key,
    key_of,
    read_subject,
    require_issuer,
    require_scope,
)
from shoplink.api.http.schema import subject_body
from shoplink.core.facts import Id
from shoplink.core.people.commands import PlaceCommand, RemoveMember, WithdrawMemberInvitation
from shoplink.core.people.facts import EMAIL_LENGTH_MAX, Place, place_fields
from shoplink.flows.answer import Answer
from shoplink.flows.command import WHENEVER
from shoplink.flows.people import membership
from shoplink.store.read.link import snapshot
from shoplink.store.read.names import names

operations = Operations("members")

_CHANGE = (
    "key.unknown",
    "scope.missing",
    "actor.not_allowed",
    "not_found",
    "refused",
    "idempotency.in_progress",
    "body.too_large",
    "malformed",
    "idempotency.other_body",
)
_WHO = "a key with the scope of whom it acts for: platform, or the shop or creator themselves"
_SUBJECT = "Where: exactly one of `shop_id` and `account_id`."
_EMAIL = {"type": "string", "format": "email", "maxLength": EMAIL_LENGTH_MAX}


class MemberBody(Struct, frozen=True):
    """Who acts for a shop or an account; `email` is null for people who come by sign-in links alone."""

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


def _body() -> dict[str, Any]:
    return subject_body(_SUBJECT)


@operations.get("/members", MembersBody, problems=FIND)
def list_members(
    request: HttpRequest, shop_id: Id | None = None, account_id: Id | None = None
) -> HttpResponse:
    """Who acts for a shop or for an account, in the order joined, and who is invited: the one or the other is named."""
    require_scope(request, "read")
    given = {"shop_id": shop_id, "account_id": account_id}
    place, subject_id = read_subject({name: value for name, value in given.items() if value is not None})
    with snapshot():
        _require(place, subject_id)
        return respond(_members(place, subject_id))


@operations.post(
    "/members",
    MemberLinkBody,
    status=201,
    problems=_CHANGE,
    body=lambda: subject_body(_SUBJECT, required=("email",), email=_EMAIL),
    keyed=True,
    who=_WHO,
)
def invite_member(request: HttpRequest) -> HttpResponse:
    """Invite an address to act for a shop or an account, for seven days; an earlier invitation of it is replaced.

    No e-mail is sent: hand `url` to that person. It works once, and only for this address.
    """
    fields = read_object(request)
    place, subject_id = read_subject(fields, "email")
    key = idempotency_key(request)
    # Derived, not stored: a repeated request gets the same link.
    secret = (
        secrets.token_urlsafe(32)
        if key is None
        else salted_hmac("member", f"{key_of(request).key_id} {key}", algorithm="sha256").hexdigest()
    )
    command = membership.invite_command(
        actor_of(request), place, subject_id, fields.get("email"), secret, key=key
    )

    def show(answer: Answer) -> MemberLinkBody:
        made = membership.new_invitation(command, secret, answer)
        url = f"{settings.PUBLIC_URL}/join/{secret}/"
        return MemberLinkBody(made.invitation_id, made.email, made.expires_at, url)

    return _carry_out(request, command, show, 201)


@operations.post(
    "/members/invitations/{invitation_id}/withdraw",
    MembersBody,
    problems=_CHANGE,
    body=_body,
    keyed=True,
    who=_WHO,
)
def withdraw_member_invitation(request: HttpRequest, invitation_id: Id) -> HttpResponse:
    """Take an open invitation back; answers who acts there, and who is invited, from then on."""
    return _change(request, WithdrawMemberInvitation, invitation_id=invitation_id)


@operations.post(
    "/members/{person_id}/remove",
    MembersBody,
    problems=_CHANGE,
    body=_body,
    keyed=True,
    who=_WHO,
)
def remove_member(request: HttpRequest, person_id: Id) -> HttpResponse:
    """Let a person act there no more, from the next request on; answers who acts there from then on.

    The last member of a shop or an account is removed only by the platform.
    """
    return _change(request, RemoveMember, person_id=person_id)


def _change(request: HttpRequest, kind: type[PlaceCommand], **fields: Any) -> HttpResponse:
    """Change the members of the place that the body names; answers who they are from then on."""
    place, subject_id = read_subject(read_object(request))
    by, key = actor_of(request), idempotency_key(request)
    command = kind(at=WHENEVER, by=by, key=key, **place_fields(place, subject_id), **fields)

    def show(_: Answer) -> MembersBody:
        with snapshot():
            return _members(place, subject_id)

    return _carry_out(request, command, show)


def _carry_out(
    request: HttpRequest, command: PlaceCommand, show: Callable[[Answer], Any], status: int = 200
) -> HttpResponse:
    """Execute a command about the members of a shop or an account that is there. Raises ProblemError."""
    require_issuer(request, command)
    _require(*command.place_key())
    return carry_out(request, command, show, status=status)


def _require(place: Place, subject_id: str) -> None:
    """Raises ProblemError (not_found) where there is no such shop or account."""
    shops, accounts = names(
        [subject_id] if place == "shop" else [], [subject_id] if place == "creator" else []
    )
    if subject_id not in (shops if place == "shop" else accounts):
        raise ProblemError("not_found")


def _members(place: Place, subject_id: str) -> MembersBody:
    members = membership.members(place, subject_id)
    invitations = membership.open_invitations(place, subject_id)
    return MembersBody(
        [MemberBody(one.person_id, one.email, one.name, one.joined_at) for one in members],
        [
            MemberInvitationBody(one.invitation_id, one.email, one.invited_at, one.expires_at)
            for one in invitations
        ],
    )
