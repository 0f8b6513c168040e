"""Webhook endpoints: made, listed, changed, given a new secret, deleted."""

from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct

from shoplink.api.http.body import read_object, refuse_fields, respond, unknown_fields
from shoplink.api.http.operation import FIND, Operations
from shoplink.api.http.problem import Instant, ProblemError
from shoplink.api.http.request import acting_with_scope, actor_not_allowed, idempotency_key, key_of
from shoplink.api.http.schema import ID, reference
from shoplink.api.http.vocabulary import EventType
from shoplink.core.facts import Id
from shoplink.core.parse import Fault, MalformedError, fault_of, is_id, wrong
from shoplink.core.values import WrongValueError, read_line, shown
from shoplink.flows.webhook import endpoints as flow
from shoplink.flows.webhook.address import URL, URL_LENGTH_MAX, read_url
from shoplink.flows.webhook.message import types_for
from shoplink.store.read.names import names
from shoplink.store.webhook import endpoints as store
from shoplink.store.webhook.endpoints import Endpoint
from shoplink.wording import input_errors

operations = Operations("webhooks")

WHO = "a key with the scope of whom it acts for: platform (all endpoints), or shop (those of that shop)"
CHANGE = ("key.unknown", "scope.missing", "actor.not_allowed", "not_found", "body.too_large", "malformed")
SEE = (*FIND, "actor.not_allowed")

_LINE = "one line of at most 200 characters"
_TYPES = "a list of types of events, of which each is one of: {types}"
_STATUS = "active or paused"
_FIELDS: dict[str, dict[str, Any]] = {
    "url": {
        "type": "string",
        "format": "uri",
        "maxLength": URL_LENGTH_MAX,
        "description": "Where to send: HTTPS, unless the operator allows HTTP; no private or local address.",
    },
    "types": {
        "type": "array",
        "items": reference("EventType"),
        "description": "Which events; all that the endpoint may be told if there is none. A shop’s endpoint is told"
        " what happens to its links.",
    },
    "description": {"type": "string", "maxLength": 200, "description": "What it is for, for people."},
}

Status = Annotated[
    Literal["active", "paused", "ended"],
    Meta(description="`paused`: nothing is sent, and nothing is lost; `ended`: it has answered 410."),
]
Cause = Annotated[
    Literal["", "asked", "failing", "gone"],
    Meta(description="Why it is not active: it was asked for, three days of failures, or a 410."),
]


class WebhookEndpointBody(Struct, frozen=True):
    """An endpoint. Every event up to `position` has been delivered; without a `shop_id` it is the platform's.

    `attempts` and `failing_since` are about the event behind that position, which is tried again at `tried_again_at`.
    """

    endpoint_id: str
    shop_id: str | None
    url: str
    types: list[EventType]
    description: str
    status: Status
    cause: Cause
    position: int
    attempts: int
    failing_since: Instant | None
    tried_again_at: Instant | None
    former_secret_until: Instant | None
    created_at: Instant


class NewWebhookEndpointBody(Struct, frozen=True):
    """A new endpoint, and the secret that its messages are signed with, which is not shown again."""

    endpoint: WebhookEndpointBody
    endpoint_id: str
    secret: str


class WebhookSecretBody(Struct, frozen=True):
    """The new secret, which is not shown again. Until an instant, messages are signed with the former one too."""

    secret: str
    former_secret_until: Instant


class WebhookEndpointsBody(Struct, frozen=True):
    """Endpoints, the oldest first."""

    items: list[WebhookEndpointBody]


def show(endpoint: Endpoint) -> WebhookEndpointBody:
    """An endpoint as it is shown: without its secrets."""
    return WebhookEndpointBody(
        endpoint.endpoint_id,
        endpoint.shop_id,
        endpoint.url,
        [*endpoint.types],
        endpoint.description,
        endpoint.status,
        endpoint.cause,
        endpoint.position,
        endpoint.attempts,
        endpoint.failing_since,
        endpoint.not_before,
        endpoint.former_until,
        endpoint.created_at,
    )


def owner(request: HttpRequest) -> str | None:
    """The shop that a request acts for; None for the platform. Raises ProblemError and MalformedError."""
    by = acting_with_scope(request)
    if by.kind not in {"shop", "platform"}:
        raise actor_not_allowed(by, "webhook-endpoints", "platform:ID, shop:ID")
    return by.id if by.kind == "shop" else None


def find(request: HttpRequest, endpoint_id: str) -> Endpoint:
    """An endpoint of whom a request acts for. Raises ProblemError (not_found), also for one of another shop."""
    shop_id = owner(request)
    found = store.one_endpoint(endpoint_id)
    if found is None or (shop_id is not None and found.shop_id != shop_id):
        raise ProblemError("not_found")
    return found


def _request(*required: str, **more: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": "An endpoint.",
        "properties": {**_FIELDS, **more},
        "required": [*required],
        "additionalProperties": False,
    }


@operations.post(
    "/webhook-endpoints",
    NewWebhookEndpointBody,
    status=201,
    problems=(*CHANGE, "idempotency.other_body"),
    body=lambda: _request("url", shop_id=ID),
    keyed=True,
    who=WHO,
    location="/v1/webhook-endpoints/{endpoint_id}",
)
def create_webhook_endpoint(request: HttpRequest) -> HttpResponse:
    """Send events to an address from now on, signed as Standard Webhooks has it (https://www.standardwebhooks.com).

    Acting for the platform: every event, or with `shop_id` what happens to the links of that shop. Acting for a shop:
    what happens to its links. Each event is sent at least once, in the order of the feed, and tried again for three
    days.
    """
    shop_id = owner(request)
    fields = read_object(request)
    faults = unknown_fields(fields, (*_FIELDS, "shop_id"))
    shop_id = _shop(fields.get("shop_id"), shop_id, faults)
    url, types, description = _read(fields, shop_id, None, faults)
    made = flow.make_endpoint(shop_id, url, types, description, _scoped_key(request))
    if made == "other_body":
        raise ProblemError("idempotency.other_body")
    if made == "too_many":
        raise MalformedError(
            "there are {most} endpoints already, which is the limit", most=flow.ENDPOINTS_MAX
        )
    endpoint, secret = made
    return respond(NewWebhookEndpointBody(show(endpoint), endpoint.endpoint_id, secret), 201)


@operations.get("/webhook-endpoints", WebhookEndpointsBody, acts=True, problems=(*SEE,), who=WHO)
def list_webhook_endpoints(request: HttpRequest, shop_id: Id | None = None) -> HttpResponse:
    """The endpoints of a shop; acting for the platform, all, or those of one shop."""
    mine = owner(request)
    if mine is not None and shop_id not in {None, mine}:
        raise ProblemError("not_found")
    return respond(WebhookEndpointsBody([show(one) for one in store.endpoints_of(mine or shop_id)]))


@operations.get("/webhook-endpoints/{endpoint_id}", WebhookEndpointBody, acts=True, problems=SEE, who=WHO)
def get_webhook_endpoint(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    """The endpoint, and whether its messages arrive."""
    return respond(show(find(request, endpoint_id)))


@operations.add(
    "PATCH",
    "/webhook-endpoints/{endpoint_id}",
    WebhookEndpointBody,
    acts=True,
    problems=CHANGE,
    body=lambda: _request(status={"enum": ["active", "paused"], "type": "string"}),
    who=WHO,
)
def change_webhook_endpoint(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    """Change what is given. An endpoint that becomes active is sent what it has missed, whatever it was stopped by."""
    endpoint = find(request, endpoint_id)
    fields = read_object(request)
    faults = unknown_fields(fields, (*_FIELDS, "status"))
    status = fields.get("status")
    if status not in {None, "active", "paused"}:
        faults.append(wrong("status", _STATUS, shown(status)))
    url, types, description = _read(fields, endpoint.shop_id, endpoint, faults)
    flow.change_endpoint(endpoint, url=url, types=types, description=description, status=status)
    return respond(show(find(request, endpoint_id)))


@operations.add(
    "DELETE",
    "/webhook-endpoints/{endpoint_id}",
    WebhookEndpointBody,
    acts=True,
    problems=CHANGE,
    who=WHO,
)
def delete_webhook_endpoint(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    """Send nothing more, and forget the endpoint, its secrets and its attempts; answers what it was."""
    endpoint = find(request, endpoint_id)
    refuse_fields(read_object(request), other_than=())
    store.delete_endpoint(endpoint_id)
    return respond(show(endpoint))


@operations.post(
    "/webhook-endpoints/{endpoint_id}/rotate-secret",
    WebhookSecretBody,
    problems=CHANGE,
    keyed=True,
    who=WHO,
)
def rotate_webhook_secret(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    """A new secret. For 24 hours messages are signed with the former one too, so that none is rejected meanwhile."""
    endpoint = find(request, endpoint_id)
    refuse_fields(read_object(request), other_than=())
    secret = flow.rotate_secret(endpoint, _scoped_key(request))
    changed = find(request, endpoint_id)
    assert changed.former_until is not None, "the former secret counts for a while"
    return respond(WebhookSecretBody(secret, changed.former_until))


def _scoped_key(request: HttpRequest) -> str | None:
    """The idempotency key of a request, which is of no other API key."""
    key = idempotency_key(request)
    return key and f"{key_of(request).key_id} {key}"


def _shop(given: object, acting: str | None, faults: list[Fault]) -> str | None:
    """The shop of a new endpoint; adds what is wrong. Raises ProblemError (not_found) for a shop that is not there."""
    if given is not None and not (isinstance(given, str) and is_id(given)):
        faults.append(wrong("shop_id", input_errors.ID.en, shown(given)))
        return acting
    if acting is not None and given not in {None, acting}:
        raise ProblemError("not_found")
    shop_id = given if isinstance(given, str) else acting
    if shop_id is not None and shop_id not in names([shop_id], [])[0]:
        raise ProblemError("not_found")
    return shop_id


def _read(
    fields: dict[str, Any], shop_id: str | None, stored: Endpoint | None, faults: list[Fault]
) -> tuple[str, tuple[str, ...], str]:
    """The address, types and description in a body, or as stored.

    Raises MalformedError with everything at fault; `faults` has what was found already.
    """
    url, types, description = (stored.url, stored.types, stored.description) if stored else ("", (), "")
    given = fields.get("url")
    if given is not None or stored is None:
        try:
            url = read_url(msgspec.convert(given, str))
        except WrongValueError as error:
            faults.append(fault_of("url", error))
        except msgspec.ValidationError:
            faults.append(wrong("url", URL, None if given is None else shown(given)))
    if (given := fields.get("types")) is not None:
        allowed = types_for(shop_id)
        if isinstance(given, list) and all(one in allowed for one in given):
            types = tuple(dict.fromkeys(given))
        else:
            faults.append(wrong("types", _TYPES, shown(given), types=", ".join(allowed)))
    if (given := fields.get("description")) is not None:
        try:
            description = "" if given == "" else read_line(msgspec.convert(given, str))
        except (WrongValueError, msgspec.ValidationError):
            faults.append(wrong("description", _LINE, shown(given)))
    if faults:
        raise MalformedError(faults)
    return url, types, description
