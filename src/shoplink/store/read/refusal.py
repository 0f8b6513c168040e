"""Queries about refusals, waivers and activations."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from shoplink.core.facts import Actor
from shoplink.store.database.fields import from_micros
from shoplink.store.database.sql import query


class StoredRefusal(Struct, frozen=True):
    """A refusal, as stored: the command as it was sent, and every reason."""

    number: int
    at: datetime
    command: dict[str, Any]
    reasons: list[dict[str, Any]]


class StoredWaiver(Struct, frozen=True):
    """A waiver as it was granted, and when it was ended if that was early."""

    number: int
    code: str
    shop_id: str | None
    account_id: str | None
    until: datetime | None
    granted_at: datetime
    ended_at: datetime | None
    note: str
    by: Actor | None


class StoredActivation(Struct, frozen=True):
    """An activation of a rulebook in a market. Of two with the same start, the one recorded later counts."""

    market: str
    name: str
    effective_from: datetime


def page_of_refusals(
    limit: int,
    before: int | None,
    *,
    shop_id: str | None = None,
    account_id: str | None = None,
    by: Actor | None = None,
) -> list[StoredRefusal]:
    """One page of the stored refusals, the newest first, before the number `before`."""
    conditions = {
        "id < %s": before,
        "shop_id = %s": shop_id,
        "account_id = %s": account_id,
        "by_kind = %s": by.kind if by else None,
        "by_id = %s": by.id if by else None,
    }
    found = query(
        f"SELECT id, at, data FROM refusal{_where(conditions)} ORDER BY id DESC LIMIT %s",
        *_given(conditions),
        limit,
    )
    refusals = []
    for number, at, data in found:
        fields = msgspec.json.decode(data)
        refusals.append(StoredRefusal(number, _instant(at), fields["command"], fields["reasons"]))
    return refusals


def page_of_waivers(
    limit: int, after: int, *, shop_id: str | None = None, account_id: str | None = None
) -> list[StoredWaiver]:
    """One page of waivers in the order of granting, ended ones included, after the number `after`."""
    conditions = {"id > %s": after, "shop_id = %s": shop_id, "account_id = %s": account_id}
    found = query(
        "SELECT id, code, shop_id, account_id, until, granted_at, ended_at, note, by_kind, by_id FROM waiver"
        f"{_where(conditions)} ORDER BY id LIMIT %s",
        *_given(conditions),
        limit,
    )
    return [_waiver(*row) for row in found]


def _waiver(  # noqa: PLR0913, PLR0917 (the columns of the table)
    number: int,
    code: str,
    shop_id: str | None,
    account_id: str | None,
    until: int | None,
    granted_at: int,
    ended_at: int | None,
    note: str,
    by_kind: str,
    by_id: str,
) -> StoredWaiver:
    return StoredWaiver(
        number=number,
        code=code,
        shop_id=shop_id,
        account_id=account_id,
        until=from_micros(until),
        granted_at=_instant(granted_at),
        ended_at=from_micros(ended_at),
        note=note,
        by=Actor(by_kind, by_id) if by_kind else None,  # type: ignore[arg-type]
    )


def activations() -> list[StoredActivation]:
    """Every activation that was not cancelled, in the order of recording."""
    found = query(
        "SELECT market, name, effective_from FROM activation WHERE cancelled_at IS NULL ORDER BY id"
    )
    return [StoredActivation(market, name, _instant(start)) for market, name, start in found]


def _where(conditions: dict[str, Any]) -> str:
    """The WHERE clause of the conditions that have a value."""
    given = [condition for condition, value in conditions.items() if value is not None]
    return " WHERE " + " AND ".join(given) if given else ""


def _given(conditions: dict[str, Any]) -> list[Any]:
    return [value for value in conditions.values() if value is not None]


def _instant(micros: int) -> datetime:
    instant = from_micros(micros)
    assert instant is not None, "this column is never null"
    return instant
