"""The API `/v1` as a whole: its operations, their routes, and its document."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from shoplink.api import (
    DESCRIPTION,
    TAGS,
    account,
    check,
    command_stream,
    content,
    event,
    link,
    member,
    order,
    permission,
    product,
    refusal,
    rulebook,
    shop,
    showcase,
    sign_in_link,
    ticket,
    waiver,
    webhook,
)
from shoplink.api.http import openapi
from shoplink.api.http.body import respond_as_is
from shoplink.api.http.media import NDJSON
from shoplink.api.http.operation import BODY_BYTES_MAX, routes
from shoplink.api.mirror import lists
from shoplink.api.sandbox import clock

OPERATIONS = (
    *event.operations,  # the feed first: routes are tried in turn, and programs ask for it the most
    *refusal.operations,
    *shop.operations,
    *account.operations,
    *link.operations,
    *lists.operations,
    *showcase.operations,
    *product.operations,
    *content.operations,
    *check.operations,
    *order.operations,
    *command_stream.operations,
    *permission.operations,
    *waiver.operations,
    *rulebook.operations,
    *member.operations,
    *sign_in_link.operations,
    *ticket.operations,
    *clock.operations,
    *webhook.operations,
)

STREAMS = frozenset(f"/v1{one.path}" for one in OPERATIONS if one.media == NDJSON)
"""The paths of the operations that are answered while their requests are on their way."""
_BODY_BYTES_MAX: dict[str, int] = {f"/v1{one.path}": one.body_bytes_max for one in OPERATIONS}


def body_bytes_max(path: str) -> int:
    """How many bytes the body of a request to a path may have."""
    return _BODY_BYTES_MAX.get(path, BODY_BYTES_MAX)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return openapi.document(OPERATIONS, DESCRIPTION, TAGS)


@require_safe
def _document(_request: HttpRequest) -> HttpResponse:
    return respond_as_is(document())


@require_safe
def _docs(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse(_docs_page())
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


@cache
def _docs_page() -> str:
    """The page that shows the document to people, made once."""
    return openapi.docs_page(document())


urlpatterns = [path("openapi.json", _document), path("docs", _docs), *routes(OPERATIONS)]
