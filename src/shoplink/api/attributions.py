"""Whose orders are they: a call for up to ten thousand, judged by the links as they stand; nothing is stored."""

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from ninja import Router

from shoplink.api import examples_orders as examples
from shoplink.api.actor import actor_of, written
from shoplink.api.body import answered_as_is, read_body
from shoplink.api.document import documented, json_body
from shoplink.api.key import needs_scope
from shoplink.api.problem import ProblemError, language_of
from shoplink.api.schema_orders import AttributedBody, AttributionsBody, UnattributedBody
from shoplink.core.commission import Order
from shoplink.core.facts import Actor
from shoplink.core.parse import MalformedError
from shoplink.core.parse_order import RATE_NEEDED, parse_orders
from shoplink.flows.commission.judge_call import attribute_orders
from shoplink.store.read.link import snapshot
from shoplink.wording.problems import say_malformed

router = Router(tags=["attributions"])

ORDERS_MAX = 10_000
BODY_LIMIT_BYTES = 4 << 20
"""What ten thousand orders need, with room for long names."""

_LIST = f"{{orders: a list of at most {ORDERS_MAX} orders}}"

PROBLEMS = ("key.unknown", "scope.missing", "actor.not_allowed", "body.too_large", "malformed")


class _Asked(Struct, forbid_unknown_fields=True):
    orders: list[msgspec.Raw]


@router.post(
    "",
    **documented(
        "attribute_orders",
        AttributionsBody,
        problems=PROBLEMS,
        body=json_body(examples.orders_schema(ORDERS_MAX), examples.ORDERS),
        example=examples.ATTRIBUTIONS,
        acts=True,
        who="a key with the scope read, for a shop about its own orders, or for the platform",
    ),
)
def attribute(request: HttpRequest) -> HttpResponse:
    """Say of each of up to 10,000 orders (4 MiB) whether it belongs to a link, and what commission is due.

    An order belongs to the link in force between its shop and its account at `ordered_at`: commission-free, with the
    link as proof. Else it is an affiliate creator's, with its rate of the amount in minor units, halves up; without
    an account nobody's. `index` is its place in `orders`. What cannot be judged is among `rejects`, with the reason.
    A shop asks about its own orders only.
    """
    needs_scope(request, "read")
    actor = actor_of(request)
    orders, wrong = _read(request, actor)
    with snapshot():
        found = attribute_orders(list(orders.values()))
    attributed = []
    for (index, order), attribution in zip(orders.items(), found, strict=True):
        if attribution is None:
            wrong[index] = MalformedError.wrong("commission_rate_bp", RATE_NEEDED)
        else:
            attributed.append(
                AttributedBody(
                    index,
                    order.order_id,
                    attribution.basis,
                    attribution.link_id,
                    attribution.commission_minor,
                )
            )
    said = language_of(request)
    rejects = [
        UnattributedBody(index, error.field, say_malformed(error, said))
        for index, error in sorted(wrong.items())
    ]
    return answered_as_is(AttributionsBody(attributed, rejects))


def _read(request: HttpRequest, actor: Actor) -> tuple[dict[int, Order], dict[int, MalformedError]]:
    """The orders of a request by their place, and why the others are none.

    Raises MalformedError if the body is no list of orders, and ProblemError if the actor may not ask about one.
    """
    body = read_body(request, BODY_LIMIT_BYTES)
    try:
        asked = msgspec.json.decode(body, type=_Asked)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedError.wrong("orders", _LIST, repr(body[:120].decode(errors="replace"))) from None
    # Before any of them is read: to say what is wrong with each of a million takes long.
    if len(asked.orders) > ORDERS_MAX:
        raise MalformedError.wrong("orders", _LIST, f"{len(asked.orders)} orders")
    parsed = parse_orders(asked.orders)
    orders = {index: order for index, order in enumerate(parsed) if not isinstance(order, MalformedError)}
    wrong = {index: error for index, error in enumerate(parsed) if isinstance(error, MalformedError)}
    if actor.kind != "platform":
        shops = {order.shop_id for order in orders.values()} - {actor.id if actor.kind == "shop" else ""}
        if actor.kind != "shop" or shops:
            allowed = ", ".join(["platform:ID", *(f"shop:{shop_id}" for shop_id in sorted(shops)[:1])])
            raise ProblemError(
                "actor.not_allowed",
                actor=written(actor.kind, actor.id),
                command="attribute",
                allowed=allowed,
            )
    return orders, wrong
