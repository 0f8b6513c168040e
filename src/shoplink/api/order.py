"""Orders: to whom each of up to ten thousand belongs, judged by the links as they stand; nothing is stored."""

from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct

from shoplink.api.http.body import respond_as_is
from shoplink.api.http.media import body_of
from shoplink.api.http.operation import Operations
from shoplink.api.http.problem import language_of
from shoplink.api.http.request import actor_not_allowed, actor_of, require_scope
from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.commission.attribution import RATE_BP_MAX, Basis, Order
from shoplink.core.commission.judgement import OrderReject, RejectCode
from shoplink.core.commission.parse import parse_orders
from shoplink.core.facts import Actor
from shoplink.core.parse import MalformedError
from shoplink.core.values import shown
from shoplink.flows.commission.orders import judge_orders
from shoplink.store.read.link import snapshot
from shoplink.wording.problems import say_malformed

operations = Operations("attributions")

ORDERS_MAX = 10_000
_BODY_BYTES_MAX = 4 << 20
"""What ten thousand orders need, with room for long names."""

Index = Annotated[int, Meta(ge=0)]

_STRANGERS = "reject or affiliate"
_LIST = f"{{orders: a list of at most {ORDERS_MAX} orders}}"
_PROBLEMS = ("key.unknown", "scope.missing", "actor.not_allowed", "body.too_large", "malformed")
_NAME = {"type": "string", "minLength": 1, "maxLength": 64}
_ORDER = {
    "type": "object",
    "properties": {
        "order_id": _NAME,
        "shop_id": _NAME,
        "account_id": {"anyOf": [{"type": "string", "maxLength": 64}, {"type": "null"}]},
        "handle": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "ordered_at": {"type": "string", "format": "date-time"},
        "amount_minor": {"type": "integer", "minimum": 0, "maximum": 2**53 - 1},
        "currency": {"enum": list(MINOR_DIGITS)},
        "commission_rate_bp": {
            "anyOf": [{"type": "integer", "minimum": 0, "maximum": RATE_BP_MAX}, {"type": "null"}]
        },
        "refund_minor": {"type": "integer", "minimum": 0, "maximum": 2**53 - 1},
    },
    "required": ["order_id", "shop_id", "ordered_at", "amount_minor", "currency"],
}


class AttributedBody(Struct, frozen=True, gc=False):
    """Whose an order is: by which link, or by none. `index`: its place in `orders`.

    `base_minor` is the amount without the refund; `commission_minor` is due on it.
    """

    index: Index
    order_id: str
    basis: Basis
    link_id: str | None
    base_minor: int
    commission_minor: int


class UnattributedBody(Struct, frozen=True):
    """An order that cannot be judged: the code of the reason, the field at fault if it is one, and why, for the caller."""

    index: Index
    code: RejectCode
    field: str | None
    detail: str


class AttributionsBody(Struct, frozen=True):
    """Every order that was sent, judged or among the rejects, each in the order sent."""

    attributions: list[AttributedBody]
    rejects: list[UnattributedBody]


class _OrdersBody(Struct, forbid_unknown_fields=True):
    orders: list[msgspec.Raw]
    unknown_accounts: Literal["reject", "affiliate"] = "reject"


def _orders_body() -> dict[str, Any]:
    """The JSON Schema of the request's body. What is no such order is among the rejects."""
    orders = {
        "type": "array",
        "maxItems": ORDERS_MAX,
        "items": _ORDER,
    }
    return {
        "type": "object",
        "properties": {
            "orders": orders,
            "unknown_accounts": {
                "enum": ["reject", "affiliate"],
                "description": "`reject` if it is left out.",
            },
        },
        "required": ["orders"],
        "additionalProperties": False,
    }


@operations.post(
    "/attributions",
    AttributionsBody,
    problems=_PROBLEMS,
    body_bytes_max=_BODY_BYTES_MAX,
    body=_orders_body,
    who="a key with the scope read, for a shop about its own orders, or for the platform",
)
def attribute_orders(request: HttpRequest) -> HttpResponse:
    """Say of each of up to 10,000 orders (4 MiB) whether it belongs to a link, and what commission is due.

    An order belongs to the link in force between its shop and its account at `ordered_at`: commission-free, with the
    link as proof. Else it is an affiliate creator's, with its rate of what stays sold
    (`amount_minor` − `refund_minor`), halves up; without an account nobody's. The creator may be named by the `handle` that it had at `ordered_at`. An account or handle that
    nobody knows is among the `rejects`, or an affiliate's if `unknown_accounts` says so. `index` is the place in `orders`.
    What else cannot be judged is among `rejects`, with the reason.
    A shop asks about its own orders only.
    """
    require_scope(request, "read")
    actor = actor_of(request)
    asked, orders, wrong = _read(request, actor)
    with snapshot():
        found = judge_orders(list(orders.values()), strangers=asked.unknown_accounts == "affiliate")
    attributed = []
    for (index, order), attribution in zip(orders.items(), found, strict=True):
        if isinstance(attribution, OrderReject):
            wrong[index] = attribution.code, MalformedError([attribution.fault])
        else:
            attributed.append(
                AttributedBody(
                    index,
                    order.order_id,
                    attribution.basis,
                    attribution.link_id,
                    attribution.base_minor,
                    attribution.commission_minor,
                )
            )
    language = language_of(request)
    rejects = [
        UnattributedBody(index, code, error.field, say_malformed(error, language))
        for index, (code, error) in sorted(wrong.items())
    ]
    return respond_as_is(AttributionsBody(attributed, rejects))


_Wrong = dict[int, tuple[RejectCode, MalformedError]]


def _read(request: HttpRequest, actor: Actor) -> tuple[_OrdersBody, dict[int, Order], _Wrong]:
    """The body of a request, its orders by their place, and why the others are none.

    Raises MalformedError if the body is no list of orders, and ProblemError if the actor may not ask about one.
    """
    body = body_of(request)
    try:
        asked = msgspec.json.decode(body, type=_OrdersBody)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if str(error).endswith("$.unknown_accounts`"):
            raise MalformedError.wrong("unknown_accounts", _STRANGERS) from None
        raise MalformedError.wrong("orders", _LIST, shown(body[:120].decode(errors="replace"))) from None
    texts = asked.orders
    # Before any of them is read: to say what is wrong with each of a million takes long.
    if len(texts) > ORDERS_MAX:
        raise MalformedError.wrong("orders", _LIST, f"{len(texts)} orders")
    parsed = parse_orders(texts)
    orders = {index: order for index, order in enumerate(parsed) if not isinstance(order, MalformedError)}
    wrong: _Wrong = {
        index: ("order.malformed", error)
        for index, error in enumerate(parsed)
        if isinstance(error, MalformedError)
    }
    if actor.kind != "platform":
        others = {order.shop_id for order in orders.values()} - {actor.id if actor.kind == "shop" else ""}
        if actor.kind != "shop" or others:
            allowed = ", ".join(["platform:ID", *(f"shop:{shop_id}" for shop_id in sorted(others)[:1])])
            raise actor_not_allowed(actor, "attribute", allowed)
    return asked, orders, wrong
