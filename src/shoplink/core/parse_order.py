"""How the JSON of an order becomes an order, or an error in a stranger's words."""

import re
from typing import Any

import msgspec

from shoplink.core.commission import RATE_BP_MAX, Order
from shoplink.core.currency import MINOR_DIGITS
from shoplink.core.instant import parse_instant
from shoplink.core.parse import ALLOWED, MalformedError

_NAMED = "text of 1–64 characters"

ORDER_ALLOWED: dict[str, str] = {
    "order_id": _NAMED,
    "shop_id": _NAMED,
    "account_id": f"{_NAMED}, or null where nobody promoted the order",
    "ordered_at": ALLOWED["at"],
    "amount_minor": ALLOWED["followers"],
    "currency": "a currency by its ISO 4217 code: GBP, USD, IDR",
    "commission_rate_bp": f"a whole number from 0 to {RATE_BP_MAX}, in basis points",
}
"""What each field of an order may hold, in words."""

NEEDED = "a commission rate, because the shop and the account were not linked when the order was placed"
"""What the rate has to be where no link was in force."""


class _Written(Order, frozen=True):
    """An order with its instant as it is written."""

    ordered_at: str  # type: ignore[assignment]


_decode = msgspec.json.Decoder(_Written).decode


def parse_order(text: bytes | msgspec.Raw) -> Order:
    """The order that a JSON object means. Raises MalformedError, naming the field, what was found and what is allowed."""
    try:
        written = _decode(text)
        ordered_at = parse_instant(written.ordered_at)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _explained(bytes(text), str(error)) from None
    if written.currency not in MINOR_DIGITS:
        raise MalformedError.wrong("currency", ORDER_ALLOWED["currency"], repr(written.currency))
    return Order(
        written.order_id,
        written.shop_id,
        ordered_at,
        written.amount_minor,
        written.currency,
        written.account_id,
        written.commission_rate_bp,
    )


def _explained(text: bytes, message: str) -> MalformedError:
    """Why a text holds no order, in a stranger's words."""
    try:
        fields: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return MalformedError(f"the order is no JSON: {error}")
    if not isinstance(fields, dict):
        return MalformedError("{what} is no JSON object", what="the order")
    for name in fields:
        if name not in ORDER_ALLOWED:
            known = ", ".join(ORDER_ALLOWED)
            return MalformedError(
                "unknown field {name}; an order has {known}", name, name=repr(name), known=known
            )
    place = re.search(r"at `\$\.(\w+)|missing required field `(\w+)`", message)
    name = (place[1] or place[2]) if place else "ordered_at"
    found = repr(fields[name])[:240] if name in fields else None
    return MalformedError.wrong(name, ORDER_ALLOWED[name], found)
