"""The judgement of orders one by one; the package `attribution` judges whole files alike, and tests compare the two."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from shoplink.core.commission.attribution import Attribution, Order, attribute_order
from shoplink.core.commission.handles import HandleSpan, holders
from shoplink.core.facts import Link
from shoplink.core.parse import Fault, fault_of, wrong
from shoplink.core.values import WrongValueError, fold_handle, is_id, read_handle, read_id, shown

RejectCode = Literal[
    "order.malformed",
    "order.in_future",
    "order.shop_unknown",
    "order.account_unknown",
    "order.handle_unknown",
    "order.handle_ambiguous",
    "order.rate_missing",
]

IN_PAST = "an instant that is not in the future"
KNOWN_SHOP = "the id of a shop that is recorded"
KNOWN_ACCOUNT = "the id of an account that is recorded"
KNOWN_HANDLE = "a handle that an account had when the order was placed"
ONE_HOLDER = "a handle that one account had when the order was placed; it was that of {accounts}"
RATE_NEEDED = "a commission rate, because the shop and the account were not linked when the order was placed"
"""What is allowed in the fields of an order that can be read and not judged, in English."""


class Known(Struct, frozen=True):
    """What orders are judged by: the links by pair of shop and account, who is recorded, and the instant of the run.

    `handles` has the spans of each handle, by its folded form. `shops` and `accounts` are the ids that are recorded.
    `strangers` says that an account or a handle that nobody knows is an affiliate's.
    """

    now: datetime
    links: Mapping[tuple[str, str], Sequence[Link]]
    shops: Container[str]
    accounts: Container[str]
    handles: Mapping[str, Sequence[HandleSpan]] = {}
    strangers: bool = False


class OrderReject(Struct, frozen=True):
    """Why an order cannot be judged: the code of the reason, and the fault of a field."""

    code: RejectCode
    fault: Fault


def judge_order(order: Order, known: Known) -> Attribution | OrderReject:
    """R3: attribute an order, or say why that is not possible."""
    if order.ordered_at > known.now:
        return _rejected("order.in_future", "ordered_at", IN_PAST, order.ordered_at.isoformat())
    if order.shop_id not in known.shops:
        return _unknown("order.shop_unknown", "shop_id", order.shop_id, KNOWN_SHOP)
    account_id = order.account_id
    if order.handle is not None:
        found = _by_handle(order, order.handle, known)
        if isinstance(found, OrderReject):
            return found
        account_id = found
    elif (
        account_id is not None
        and account_id not in known.accounts
        and not (known.strangers and is_id(account_id))
    ):
        return _unknown("order.account_unknown", "account_id", account_id, KNOWN_ACCOUNT)
    links = known.links.get((order.shop_id, account_id), ()) if account_id is not None else ()
    attribution = attribute_order(order, account_id, links)
    if attribution is None:
        return OrderReject("order.rate_missing", wrong("commission_rate_bp", RATE_NEEDED))
    return attribution


def _by_handle(order: Order, handle: str, known: Known) -> str | OrderReject:
    """The account that had the handle of an order when it was placed; for a stranger its handle with an `@`, as no id."""
    try:
        folded = fold_handle(read_handle(handle))
    except WrongValueError as error:
        return OrderReject("order.malformed", fault_of("handle", error))
    held_by = holders(known.handles.get(folded, ()), order.ordered_at)
    if len(held_by) == 1:
        return held_by[0]
    if held_by:
        fault = wrong("handle", ONE_HOLDER, shown(handle), accounts=", ".join(held_by))
        return OrderReject("order.handle_ambiguous", fault)
    return (
        f"@{folded}"
        if known.strangers
        else _rejected("order.handle_unknown", "handle", KNOWN_HANDLE, shown(handle))
    )


def _unknown(code: RejectCode, field: str, found: str, allowed: str) -> OrderReject:
    """The reject of an id that nobody knows; one that is none is malformed."""
    try:
        read_id(found)
    except WrongValueError as error:
        return OrderReject("order.malformed", fault_of(field, error))
    return _rejected(code, field, allowed, shown(found))


def _rejected(code: RejectCode, field: str, allowed: str, found: str) -> OrderReject:
    return OrderReject(code, wrong(field, allowed, found))
