"""Turns the JSON of orders into orders, or into errors that a caller of the API understands."""

import re
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from shoplink.core.commerce.currency import MINOR_DIGITS
from shoplink.core.commission.attribution import RATE_BP_MAX, Order
from shoplink.core.instant import parse_instant
from shoplink.core.parse import ALLOWED, MalformedError, decode_object, not_json, unknown
from shoplink.core.values import HANDLE, shown

_NAMED = "text of 1–64 characters"

ORDER_ALLOWED: dict[str, str] = {
    "order_id": _NAMED,
    "shop_id": _NAMED,
    "account_id": f"{_NAMED}, or null where nobody promoted the order",
    "handle": HANDLE,
    "ordered_at": ALLOWED["at"],
    "amount_minor": ALLOWED["followers"],
    "currency": "a currency by its ISO 4217 code: GBP, USD, IDR",
    "commission_rate_bp": f"a whole number from 0 to {RATE_BP_MAX}, in basis points",
    "refund_minor": "a whole number from 0 to the amount of the order",
}
"""What each field of an order may hold, in English."""

ONE_NAME = "nothing where account_id is given: one of the two names the creator"


class _Written(Order, frozen=True):
    """An order whose instant is still text, and whose empty texts are not yet nothing."""

    ordered_at: str  # type: ignore[assignment]
    account_id: Annotated[str, Meta(max_length=64)] | None = None


_decode = msgspec.json.Decoder(_Written).decode
_decode_all = msgspec.json.Decoder(list[_Written]).decode


def parse_orders(texts: Sequence[msgspec.Raw]) -> list[Order | MalformedError]:
    """Parse each JSON text as an order; one that is not an order gives the error in its place."""
    try:
        return [_order(written) for written in _decode_all(b"[" + b",".join(texts) + b"]")]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, MalformedError):
        # At least one is wrong: decode them one by one to find out which.
        return [_order_or_error(text) for text in texts]


def _order_or_error(text: msgspec.Raw) -> Order | MalformedError:
    try:
        return _order(_decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _explained(bytes(text), error)
    except MalformedError as error:
        return error


def _order(written: _Written) -> Order:
    try:
        ordered_at = parse_instant(written.ordered_at)
    except ValueError:
        raise MalformedError.wrong(
            "ordered_at", ORDER_ALLOWED["ordered_at"], shown(written.ordered_at)
        ) from None
    if written.currency not in MINOR_DIGITS:
        raise MalformedError.wrong("currency", ORDER_ALLOWED["currency"], shown(written.currency))
    account_id, handle = written.account_id or None, written.handle or None
    if account_id is not None and handle is not None:
        raise MalformedError.wrong("handle", ONE_NAME, shown(handle))
    if written.refund_minor > written.amount_minor:
        raise MalformedError.wrong("refund_minor", ORDER_ALLOWED["refund_minor"], str(written.refund_minor))
    return Order(
        written.order_id,
        written.shop_id,
        ordered_at,
        written.amount_minor,
        written.currency,
        account_id,
        written.commission_rate_bp,
        written.refund_minor,
        handle,
    )


def _explained(text: bytes, error: Exception) -> MalformedError:
    """Explain why a text is not an order."""
    try:
        fields = decode_object(text, "the order")
    except MalformedError as wrong:
        return wrong
    for name in fields:
        if name not in ORDER_ALLOWED:
            return MalformedError([unknown(name, [*ORDER_ALLOWED], "an order")])
    place = re.search(r"at `\$\.(\w+)|missing required field `(\w+)`", str(error))
    if place is None:
        return not_json(error, text, "the order")
    name = place[1] or place[2]
    found = shown(fields[name]) if name in fields else None
    return MalformedError.wrong(name, ORDER_ALLOWED[name], found)
