"""What was sent to a webhook endpoint, and what shall be sent: a test, an event again, everything behind a position."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.body import Page, one_page, read_object, refuse_fields, respond, unknown_fields
from shoplink.api.http.operation import Limit, NumberCursor, Operations
from shoplink.api.http.problem import Instant, ProblemError
from shoplink.api.webhook.endpoint import CHANGE, SEE, WHO, WebhookEndpointBody, find, show
from shoplink.core.facts import Id
from shoplink.core.parse import MalformedError, wrong
from shoplink.core.values import shown
from shoplink.flows.webhook import endpoints as flow
from shoplink.flows.webhook.loop import event_for
from shoplink.store.webhook import endpoints as store
from shoplink.store.webhook import queue
from shoplink.store.webhook.endpoints import Endpoint
from shoplink.store.webhook.queue import Attempt
from shoplink.store.write.feed import newest_position

operations = Operations("webhooks")

_POSITION = "a position of the feed, from {least} to {most}"
_LAST = 2**63 - 1


class WebhookAttemptBody(Struct, frozen=True):
    """One request: the `status` and the beginning of the answer, or why there was none (`error`).

    `error` is `address_refused`, `unresolved`, `unreachable`, `tls`, `timeout`, `broken_off` or `secret_unreadable`;
    further ones may be added. `position` is null for a test.
    """

    message_id: str
    type: str
    position: int | None
    at: Instant
    status: int | None
    error: str | None
    duration_ms: int
    answer: str


class WebhookAskedBody(Struct, frozen=True):
    """What shall be sent is sent within seconds; `waiting` says how many such messages wait."""

    endpoint_id: str
    waiting: int


def _position_body(name: str, least: int, about: str) -> dict[str, Any]:
    position = {"type": "integer", "minimum": least, "maximum": _LAST, "description": about}
    return {
        "type": "object",
        "description": "A place in the feed.",
        "properties": {name: position},
        "required": [name],
        "additionalProperties": False,
    }


@operations.get(
    "/webhook-endpoints/{endpoint_id}/attempts", Page[WebhookAttemptBody], acts=True, problems=SEE, who=WHO
)
def list_webhook_attempts(
    request: HttpRequest, endpoint_id: Id, limit: Limit = 50, cursor: NumberCursor | None = None
) -> HttpResponse:
    """The requests to an endpoint, the newest first, for as long as they are kept (30 days by default)."""
    find(request, endpoint_id)
    rows = queue.page_of_attempts(endpoint_id, limit + 1, None if cursor is None else int(cursor))
    return respond(one_page(rows, limit, lambda row: row[0], lambda row: _show_attempt(row[1])))


@operations.post(
    "/webhook-endpoints/{endpoint_id}/test", WebhookAskedBody, status=202, problems=CHANGE, who=WHO
)
def test_webhook_endpoint(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    """Send a message of type `webhook.test`, once; how it went is among the attempts. A paused endpoint gets it too."""
    endpoint = find(request, endpoint_id)
    refuse_fields(read_object(request), other_than=())
    return _ask(endpoint, None)


@operations.post(
    "/webhook-endpoints/{endpoint_id}/resend",
    WebhookAskedBody,
    status=202,
    problems=CHANGE,
    body=lambda: _position_body("position", 1, "The event to send again."),
    who=WHO,
)
def resend_webhook_event(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    """Send one event once more, under the id that its message had; how it went is among the attempts."""
    endpoint = find(request, endpoint_id)
    position = _read(request, "position", 1, _LAST)
    if event_for(endpoint, position) is None:
        raise ProblemError("not_found")
    return _ask(endpoint, position)


@operations.post(
    "/webhook-endpoints/{endpoint_id}/replay",
    WebhookEndpointBody,
    problems=CHANGE,
    body=lambda: _position_body("after", 0, "The last event that shall not be sent again."),
    who=WHO,
)
def replay_webhook_events(request: HttpRequest, endpoint_id: Id) -> HttpResponse:
    """Send everything behind a position of the feed again, in order, under the ids that the messages had."""
    find(request, endpoint_id)
    store.move_to(endpoint_id, _read(request, "after", 0, newest_position()))
    return respond(show(find(request, endpoint_id)))


def _read(request: HttpRequest, name: str, least: int, most: int) -> int:
    """The position in a body. Raises MalformedError."""
    fields = read_object(request)
    faults, given = unknown_fields(fields, (name,)), fields.get(name)
    if type(given) is int and least <= given <= most and not faults:
        return given
    if type(given) is not int or not least <= given <= most:
        found = None if given is None else shown(given)
        faults.append(wrong(name, _POSITION, found, least=least, most=most))
    raise MalformedError(faults)


def _ask(endpoint: Endpoint, position: int | None) -> HttpResponse:
    if not flow.ask_to_send(endpoint, position):
        raise MalformedError("{most} messages wait already, which is the limit", most=flow.SENDS_MAX)
    return respond(WebhookAskedBody(endpoint.endpoint_id, queue.count_sends(endpoint.endpoint_id)), 202)


def _show_attempt(attempt: Attempt) -> WebhookAttemptBody:
    return WebhookAttemptBody(
        attempt.message_id,
        attempt.type,
        attempt.position,
        attempt.at,
        attempt.status,
        attempt.error or None,
        attempt.duration_ms,
        attempt.answer,
    )
