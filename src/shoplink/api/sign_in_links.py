"""Hand-off links: the platform's own back office sends a user to the consoles, signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from shoplink.api import examples
from shoplink.api.actor import actor_of
from shoplink.api.ask import idempotency_key
from shoplink.api.body import answered, read_object
from shoplink.api.document import documented, json_body
from shoplink.api.key import key_of, needs_scope
from shoplink.api.problem import ProblemError
from shoplink.api.schema import SignInLinkBody
from shoplink.api.subject import read_subject, subject_body
from shoplink.core.facts import Actor
from shoplink.core.parse import MalformedError
from shoplink.flows.people.sign_in_link import MINUTES, MINUTES_MAX, HandOff, Subject, hand_off, is_path

router = Router(tags=["sign-in links"])

_BODY = subject_body(
    "For whom: exactly one of `shop_id` and `account_id`.",
    path={
        "type": "string",
        "maxLength": 200,
        "pattern": "^/(?![/])[A-Za-z0-9_.:~/?&=%+,@-]*$",
        "description": "Where the link leads, on this service; by default the first page of the shop or account.",
    },
    minutes={"type": "integer", "minimum": 1, "maximum": MINUTES_MAX, "default": MINUTES},
)


@router.post(
    "",
    **documented(
        "create_sign_in_link",
        SignInLinkBody,
        status=201,
        problems=(
            "key.unknown",
            "scope.missing",
            "actor.not_allowed",
            "not_found",
            "body.too_large",
            "malformed",
            "idempotency.other_body",
        ),
        body=json_body(_BODY, examples.CREATE_SIGN_IN_LINK),
        example=examples.SIGN_IN_LINK,
        acts=True,
        keyed=True,
        who="a key with the scope platform",
    ),
)
def create_sign_in_link(request: HttpRequest) -> HttpResponse:
    """A link that signs a user of a shop or an account in, once, within minutes, and leads where they need to be."""
    by = _platform(request)
    place, subject_id, path, minutes = _read(read_object(request))
    key = idempotency_key(request)
    made = hand_off(
        by,
        place,
        subject_id,
        path=path,
        minutes=minutes,
        key=key and f"{key_of(request).key_id} {key}",
    )
    if not isinstance(made, HandOff):
        raise ProblemError("not_found" if made == "not_found" else "idempotency.other_body")
    url = f"{settings.PUBLIC_URL}/sign-in/link/{made.secret}/"
    return answered(SignInLinkBody(url, made.expires_at), 201)


def _platform(request: HttpRequest) -> Actor:
    by = actor_of(request)
    needs_scope(request, "platform")
    if by.kind != "platform":
        actor = f"{'account' if by.kind == 'creator' else by.kind}:{by.id}"
        raise ProblemError("actor.not_allowed", actor=actor, command="sign-in-link", allowed="platform:ID")
    return by


def _read(fields: dict[str, Any]) -> tuple[Subject, str, str | None, int]:
    """For whom, whereto and for how many minutes. Raises MalformedError."""
    place, subject_id = read_subject(fields, "path", "minutes")
    path, minutes = fields.get("path"), fields.get("minutes", MINUTES)
    if path is not None and not (isinstance(path, str) and is_path(path)):
        raise MalformedError.wrong("path", "a path on this service, such as /seller/S1/", repr(path))
    if type(minutes) is not int or not 1 <= minutes <= MINUTES_MAX:
        raise MalformedError.wrong("minutes", f"a whole number from 1 to {MINUTES_MAX}", repr(minutes))
    return place, subject_id, path, minutes
