"""What a call about orders looks like in the OpenAPI document; a test runs it."""

from shoplink.api.examples import Json
from shoplink.core.commission import RATE_BP_MAX
from shoplink.core.currency import MINOR_DIGITS

ORDERS: Json = {
    "orders": [
        {
            "order_id": "5764607523034234881",
            "shop_id": "S1",
            "account_id": "A9",
            "ordered_at": "2024-11-12T20:15:00+08:00",
            "amount_minor": 1995,
            "currency": "GBP",
            "commission_rate_bp": 1000,
        },
        {
            "order_id": "5764607523034234882",
            "shop_id": "S1",
            "ordered_at": "2024-11-12T13:00:00Z",
            "amount_minor": 800,
            "currency": "GBP",
        },
        {
            "order_id": "5764607523034234883",
            "shop_id": "S1",
            "account_id": "A9",
            "ordered_at": "2024-11-12T13:00:00Z",
            "amount_minor": -5,
            "currency": "GBP",
        },
    ]
}
ATTRIBUTIONS: Json = {
    "attributions": [
        {
            "index": 0,
            "order_id": "5764607523034234881",
            "basis": "affiliate",
            "link_id": None,
            "commission_minor": 200,
        },
        {
            "index": 1,
            "order_id": "5764607523034234882",
            "basis": "none",
            "link_id": None,
            "commission_minor": 0,
        },
    ],
    "rejects": [
        {
            "index": 2,
            "field": "amount_minor",
            "detail": "amount_minor: found -5; allowed: a whole number from 0 to 2^53 - 1",
        }
    ],
}

_NAMED: Json = {"type": "string", "minLength": 1, "maxLength": 64}
_ORDER: Json = {
    "type": "object",
    "properties": {
        "order_id": _NAMED,
        "shop_id": _NAMED,
        "account_id": {"anyOf": [_NAMED, {"type": "null"}]},
        "ordered_at": {"type": "string", "format": "date-time"},
        "amount_minor": {"type": "integer", "minimum": 0, "maximum": 2**53 - 1},
        "currency": {"enum": list(MINOR_DIGITS)},
        "commission_rate_bp": {
            "anyOf": [{"type": "integer", "minimum": 0, "maximum": RATE_BP_MAX}, {"type": "null"}]
        },
    },
    "required": ["order_id", "shop_id", "ordered_at", "amount_minor", "currency"],
}


def orders_schema(orders_max: int) -> Json:
    """The request's body. What an order has to be is said, not held: one that is otherwise is among the rejects."""
    return {
        "type": "object",
        "properties": {
            "orders": {
                "type": "array",
                "maxItems": orders_max,
                "items": {"description": "An order, judged for itself.", "anyOf": [_ORDER, {}]},
            }
        },
        "required": ["orders"],
        "additionalProperties": False,
    }
