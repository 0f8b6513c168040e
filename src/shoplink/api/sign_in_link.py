"""Sign-in links: the platform's own back office sends a user to the consoles, signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.body import read_object, respond
from shoplink.api.http.operation import Operations
from shoplink.api.http.problem import Instant, ProblemError
from shoplink.api.http.request import (
    actor_not_allowed,
    actor_of,
    idempotency_key,
    key_of,
    read_subject,
    require_scope,
)
from shoplink.api.http.schema import ID, subject_body
from shoplink.core.facts import Actor
from shoplink.core.parse import MalformedError, is_id
from shoplink.core.values import shown
from shoplink.flows.people.sign_in_link import (
    MINUTES,
    MINUTES_MAX,
    NewSignInLink,
    Subject,
    is_path,
    issue_sign_in_link,
)
from shoplink.wording import input_errors

operations = Operations("sign-in links")

_PROBLEMS = (
    "key.unknown",
    "scope.missing",
    "actor.not_allowed",
    "not_found",
    "body.too_large",
    "malformed",
    "idempotency.other_body",
)
_BODY = subject_body(
    "For whom: exactly one of `shop_id` and `account_id`.",
    required=("subject",),
    subject={
        **ID,
        "description": "Your own id of the user who is handed off; each has a person of their own here.",
    },
    path={
        "type": "string",
        "maxLength": 200,
        "pattern": "^/(?![/])[A-Za-z0-9_.:~/?&=%+,@-]*$",
        "description": "Where the link leads, on this service; by default the first page of the shop or account.",
    },
    minutes={"type": "integer", "minimum": 1, "maximum": MINUTES_MAX, "default": MINUTES},
)


class SignInLinkBody(Struct, frozen=True):
    """A sign-in link: send the user's browser to it, at once; it works once."""

    url: str
    expires_at: Instant


@operations.post(
    "/sign-in-links",
    SignInLinkBody,
    status=201,
    problems=_PROBLEMS,
    body=lambda: _BODY,
    keyed=True,
    who="a key with the scope platform",
)
def create_sign_in_link(request: HttpRequest) -> HttpResponse:
    """A link that signs a user of a shop or an account in, once, within minutes, and leads where they need to be."""
    by = _platform(request)
    place, subject_id, subject, path, minutes = _read(read_object(request))
    key = idempotency_key(request)
    made = issue_sign_in_link(
        by,
        place,
        subject_id,
        subject=subject,
        path=path,
        minutes=minutes,
        key=key and f"{key_of(request).key_id} {key}",
    )
    if not isinstance(made, NewSignInLink):
        raise ProblemError("not_found" if made == "not_found" else "idempotency.other_body")
    url = f"{settings.PUBLIC_URL}/sign-in/link/{made.secret}/"
    return respond(SignInLinkBody(url, made.expires_at), 201)


def _platform(request: HttpRequest) -> Actor:
    by = actor_of(request)
    require_scope(request, "platform")
    if by.kind != "platform":
        raise actor_not_allowed(by, "sign-in-link", "platform:ID")
    return by


def _read(fields: dict[str, Any]) -> tuple[Subject, str, str, str | None, int]:
    """For what and for whom, whereto and for how many minutes. Raises MalformedError."""
    place, subject_id = read_subject(fields, "subject", "path", "minutes")
    subject = fields.get("subject")
    if not isinstance(subject, str) or not is_id(subject):
        raise MalformedError.wrong("subject", input_errors.ID.en, None if subject is None else shown(subject))
    path, minutes = fields.get("path"), fields.get("minutes", MINUTES)
    if path is not None and not (isinstance(path, str) and is_path(path)):
        raise MalformedError.wrong("path", "a path on this service, such as /seller/S1/", shown(path))
    if type(minutes) is not int or not 1 <= minutes <= MINUTES_MAX:
        raise MalformedError.wrong("minutes", f"a whole number from 1 to {MINUTES_MAX}", shown(minutes))
    return place, subject_id, subject, path, minutes
