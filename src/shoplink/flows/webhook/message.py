"""What is sent: an event as the feed tells it, without what the endpoint's owner may not learn."""

from datetime import datetime
from typing import Any, get_args

import msgspec

from shoplink.core import wire
from shoplink.core.disclosure import fields_of_persons
from shoplink.core.events import AnyEvent, LinkEvent
from shoplink.core.instant import format_instant
from shoplink.store.read.link import read_event

TEST = "webhook.test"
"""The type of a message that only tries an endpoint."""

OF_ALL = tuple(str(kind.__struct_config__.tag) for kind in get_args(AnyEvent))
OF_LINKS = tuple(
    str(kind.__struct_config__.tag) for kind in get_args(AnyEvent) if issubclass(kind, LinkEvent)
)
"""The types that a shop's endpoint is told: what happens to its links."""


def types_for(shop_id: str | None) -> tuple[str, ...]:
    """The types of events that an endpoint can be told."""
    return OF_ALL if shop_id is None else OF_LINKS


def message_id(endpoint_id: str, position: int) -> str:
    """The id of an event's message, the same whenever it is sent to this endpoint."""
    return f"msg_{endpoint_id.removeprefix('we_')}_{position}"


def event_body(position: int, data: str, shop_id: str | None) -> tuple[str, bytes]:
    """The type of an event, and the body of its message: `{type, timestamp, data}`."""
    event: dict[str, Any] = {"position": position, **wire(read_event(data))}
    told = _without_persons(event)
    if shop_id is not None:
        told = _as_shown_to_shop(told)
    return event["type"], msgspec.json.encode({"type": event["type"], "timestamp": event["at"], "data": told})


def body_of_test(endpoint_id: str, at: datetime) -> bytes:
    """The body of a message that only tries an endpoint."""
    data = {"endpoint_id": endpoint_id}
    return msgspec.json.encode({"type": TEST, "timestamp": format_instant(at), "data": data})


def _without_persons(event: dict[str, Any]) -> dict[str, Any]:
    """An event without the fields of persons: the address of an endpoint is no key with the scope `personal`."""
    personal = {name for name in fields_of_persons(event) if event[name] is not None}
    kept = {name: value for name, value in event.items() if name not in personal}
    return {**kept, "withheld": sorted(personal)} if personal else kept


def _as_shown_to_shop(event: dict[str, Any]) -> dict[str, Any]:
    """An event without what a seller's page does not show: who of another side acted, and what speaks against a step."""
    told = {name: value for name, value in event.items() if name != "against"}
    by = told.get("by")
    if by is not None and by["kind"] != "shop":
        told["by"] = {name: value for name, value in by.items() if name != "person"}
    return told
