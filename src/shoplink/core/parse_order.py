"""How the JSON of orders becomes orders, or an error in a stranger's words."""

import re
from collections.abc import Sequence
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

RATE_NEEDED = "a commission rate, because the shop and the account were not linked when the order was placed"
"""What the rate has to be where no link was in force."""


class _Written(Order, frozen=True):
    """An order with its instant as it is written."""

    ordered_at: str  # type: ignore[assignment]


_decode = msgspec.json.Decoder(_Written).decode
_decode_all = msgspec.json.Decoder(list[_Written]).decode


def parse_orders(texts: Sequence[msgspec.Raw]) -> list[Order | MalformedError]:
    """The order that each JSON text means; in place of what is none, why: field, found and allowed."""
    try:
        return [_order(written) for written in _decode_all(b"[" + b",".join(texts) + b"]")]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, MalformedError):
        return [_order_or_why(text) for text in texts]  # at least one is wrong


def _order_or_why(text: msgspec.Raw) -> Order | MalformedError:
    try:
        return _order(_decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _explained(bytes(text), str(error))
    except MalformedError as error:
        return error


def _order(written: _Written) -> Order:
    try:
        ordered_at = parse_instant(written.ordered_at)
    except ValueError:
        raise MalformedError.wrong(
            "ordered_at", ORDER_ALLOWED["ordered_at"], repr(written.ordered_at)[:240]
        ) from None
    if written.currency not in MINOR_DIGITS:
        raise MalformedError.wrong("currency", ORDER_ALLOWED["currency"], repr(written.currency)[:240])
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
    if place is None:
        return MalformedError(f"the order is no JSON: {message}")
    name = place[1] or place[2]
    found = repr(fields[name])[:240] if name in fields else None
    return MalformedError.wrong(name, ORDER_ALLOWED[name], found)
