"""Who acts for a shop or for an account: listed, invited, removed. The caller hands the link of an invitation over."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from msgspec import Struct

from shoplink.api.http.body import plain, read_object, respond
from shoplink.api.http.operation import FIND, Operations
from shoplink.api.http.problem import Instant, ProblemError
from shoplink.api.http.request import (
    acting_with_scope,
    actor_not_allowed,
    idempotency_key,
    key_of,
    read_subject,
    require_scope,
    subject_body,
    write_actor,
)
from shoplink.core.facts import Actor, Id
from shoplink.core.parse import MalformedError
from shoplink.core.people.facts import EMAIL_LENGTH_MAX, OPEN_INVITATIONS_MAX, Place
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.idempotent import IdempotentRequest, run_idempotent
from shoplink.flows.people import membership
from shoplink.flows.people.sign_in_link import Subject
from shoplink.flows.transaction import Transaction
from shoplink.store.read.link import snapshot
from shoplink.store.read.names import names

operations = Operations("members")

_CHANGE = (
    "key.unknown",
    "scope.missing",
    "actor.not_allowed",
    "not_found",
    "idempotency.in_progress",
    "body.too_large",
    "malformed",
    "idempotency.other_body",
)
_WHO = "a key with the scope of whom it acts for: platform, or the shop or creator themselves"
_SUBJECT = "Where: exactly one of `shop_id` and `account_id`."
_EMAIL = {"type": "string", "format": "email", "maxLength": EMAIL_LENGTH_MAX}
_ADDRESS = f"an e-mail address of at most {EMAIL_LENGTH_MAX} characters"
_REFUSED = {
    "already_a_member": "member.already",
    "too_many_open": "member.too_many_invited",
    "last_member": "member.last",
    "not_a_member": "not_found",
    "invitation_gone": "not_found",
}


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
    problems=(*_CHANGE, "member.already", "member.too_many_invited"),
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
    by, email = _managing(request, place, subject_id), fields.get("email")
    if not isinstance(email, str):
        raise MalformedError.wrong("email", _ADDRESS, None if email is None else repr(email))
    key = idempotency_key(request)
    # Derived, not stored: a repeated request gets the same link.
    secret = (
        None
        if key is None
        else salted_hmac("member", f"{key_of(request).key_id} {key}", algorithm="sha256").hexdigest()
    )
    secrets = [secret]

    def work() -> Answer:
        made = membership.invite(by, place, subject_id, email, secret=secret)
        if made == "not_an_address":
            raise MalformedError.wrong("email", _ADDRESS, repr(email))
        if not isinstance(made, membership.Invitation):
            return _refused(made)
        secrets[0] = made.secret
        shown = {"invitation_id": made.invitation_id, "email": made.email, "expires_at": made.expires_at}
        return {"outcome": "accepted", "shown": plain(shown)}

    shown = _once(request, ["invite_member", by, place, subject_id, email], work)["shown"]
    return respond({**shown, "url": f"{settings.PUBLIC_URL}/join/{secrets[0]}/"}, 201)


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
    return _changed(request, "withdraw_member_invitation", invitation_id, membership.withdraw)


@operations.post(
    "/members/{person_id}/remove",
    MembersBody,
    problems=(*_CHANGE, "member.last"),
    body=_body,
    keyed=True,
    who=_WHO,
)
def remove_member(request: HttpRequest, person_id: Id) -> HttpResponse:
    """Let a person act there no more, from the next request on; answers who acts there from then on.

    The last member of a shop or an account is removed only by the platform.
    """
    return _changed(
        request,
        "remove_member",
        person_id,
        lambda by, place, subject_id, about: membership.remove(by, about, place, subject_id),
    )


def _managing(request: HttpRequest, place: Subject, subject_id: str) -> Actor:
    """Who manages the members of a shop or an account: itself, or the platform. Raises ProblemError."""
    by = acting_with_scope(request)
    if by.kind != "platform" and (by.kind, by.id) != (place, subject_id):
        raise actor_not_allowed(by, "members", f"{write_actor(place, subject_id)}, platform:ID")
    _require(place, subject_id)
    return by


def _require(place: Place, subject_id: str) -> None:
    """Raises ProblemError (not_found) where there is no such shop or account."""
    shops, accounts = names(
        [subject_id] if place == "shop" else [], [subject_id] if place == "creator" else []
    )
    if subject_id not in (shops if place == "shop" else accounts):
        raise ProblemError("not_found")


def _changed(
    request: HttpRequest,
    name: str,
    about: str,
    change: Callable[[Actor, Place, str, str], membership.Refusal | None],
) -> HttpResponse:
    """Change the members of the place that the body names, once; answers who they are from then on."""
    place = read_subject(read_object(request))
    by = _managing(request, *place)

    def work() -> Answer:
        refused = change(by, *place, about)
        return {"outcome": "accepted"} if refused is None else _refused(refused)

    _once(request, [name, by, *place, about], work)
    with snapshot():
        return respond(_members(*place))


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


def _once(request: HttpRequest, what: list[object], work: Callable[[], Answer]) -> Answer:
    """The answer to a change that was made; raises ProblemError for one that was not."""

    def change(transaction: Transaction) -> tuple[datetime, Answer]:
        return transaction.instant(), work()

    answer = run_idempotent(
        IdempotentRequest(key_of(request).key_id, idempotency_key(request), what), change, clock.now
    )
    if answer["outcome"] != "accepted":
        raise ProblemError(answer["error"], limit=OPEN_INVITATIONS_MAX)
    return answer


def _refused(refusal: membership.Refusal) -> Answer:
    return {"outcome": "refused", "error": _REFUSED[refusal]}
