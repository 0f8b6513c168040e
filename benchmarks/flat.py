"""The rules of `invite` as one hand-written function over plain objects: the speed that the core is compared with.

It answers exactly what `shoplink.core.decisions` answers; the benchmark checks that before it measures.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shoplink.core import Invite, World
from shoplink.core.case import AccountRecord, ShopRecord
from shoplink.core.facts import Link
from shoplink.core.rulebook import Rulebook
from shoplink.core.world import numbered_ids

FlatReason = tuple[str, str, datetime | None, dict[str, Any]]
FlatAnswer = tuple[dict[str, Any], list[str]] | list[FlatReason]


@dataclass(slots=True)
class FlatBook:
    """The numbers of a rulebook that an invitation needs; a limit of None means no limit."""

    name: str
    slots: dict[tuple[str, str], int]
    ttl: timedelta
    shop_limit: int | None
    shop_window: timedelta
    account_limit: int | None
    account_window: timedelta
    age: int
    asks_shop_network: bool
    uncorrectable: frozenset[str]


@dataclass(slots=True)
class FlatLink:
    """A live link."""

    shop_id: str
    role: str
    status: str
    expires_at: datetime | None


@dataclass(slots=True)
class FlatShop:
    """A shop with its counts; `waivers` has pairs of a code and an end."""

    market: str
    enrolment: str
    status: str
    links: list[FlatLink]
    marketing_linked_at: list[datetime]
    waivers: list[tuple[str, datetime | None]]


@dataclass(slots=True)
class FlatAccount:
    """An account with its counts."""

    region: str
    registered_in: str
    birth_date: date | None
    status: str
    permission: str
    links: list[FlatLink]
    marketing_linked_at: list[datetime]
    waivers: list[tuple[str, datetime | None]]


@dataclass(slots=True)
class FlatWorld:
    """Everything by id; `books` by market."""

    shops: dict[str, FlatShop]
    accounts: dict[str, FlatAccount]
    books: dict[str, FlatBook]
    mint: Callable[[str], str]


def invite(world: FlatWorld, command: Invite) -> FlatAnswer:  # noqa: C901, PLR0912 (flat on purpose)
    """The event and its warnings, or every reason as (code, next_actor, possible_at, params)."""
    shop, account = world.shops.get(command.shop_id), world.accounts.get(command.account_id)
    if shop is None or account is None:
        gates = (("shop.not_found", shop), ("account.not_found", account))
        return [(code, "nobody", None, {}) for code, record in gates if record is None]
    at, market, role = command.at, shop.market, command.role
    book = world.books[market]
    reasons: list[FlatReason] = []
    if shop.status != "normal":
        reasons.append(("shop.status_not_normal", "shop", None, {}))
    if account.status != "normal":
        reasons.append(("account.status_not_normal", "creator", None, {}))
    if (born := account.birth_date) is None:
        reasons.append(("account.age_unknown", "support", None, {}))
    elif at.year - born.year <= book.age and at < (adult_at := _birthday(born, book.age)):
        reasons.append(("account.under_age", "clock", adult_at, {"age": book.age}))
    if (region := account.region) != market:
        who = "nobody" if account.registered_in in book.uncorrectable else "support"
        reasons.append(("account.region_mismatch", who, None, {"market": market, "region": region}))
    if (network := command.network_region) != market and book.asks_shop_network:
        reasons.append(
            ("network.region_mismatch", "shop", None, {"market": market, "network_region": network})
        )
    taken_by = invited = None
    for link in account.links:
        if link.status == "invited":
            if link.shop_id == command.shop_id:
                invited = link
        else:
            taken_by = link
    if taken_by is not None:
        params = {"shop_id": taken_by.shop_id} if taken_by.shop_id == command.shop_id else {}
        reasons.append(("account.already_linked", "creator", None, params))
    if invited is not None:
        reasons.append(("link.already_invited", "creator", invited.expires_at, {"role": invited.role}))
    taken = [link for link in shop.links if link.role == role]
    if (slots := book.slots[shop.enrolment, role]) == 0:
        params = {"role": role, "enrolment": shop.enrolment}
        reasons.append(("shop.role_not_available", "nobody", None, params))
    elif len(taken) >= slots:
        possible_at = _nth(_expiries(taken), len(taken) - slots)
        reasons.append(
            ("shop.slots_full", "shop", possible_at, {"role": role, "slots": slots, "taken": len(taken)})
        )
    if role == "marketing":
        if (limit := book.shop_limit) is not None:
            pending = [link for link in taken if link.status != "linked"]
            _add_quota(reasons, "shop.link_quota_spent", shop, limit, book.shop_window, pending, at)
        if (limit := book.account_limit) is not None:
            _add_quota(reasons, "account.link_quota_spent", account, limit, book.account_window, [], at)
    return reasons or _invited(world, command, account, market, book)


def _invited(
    world: FlatWorld, command: Invite, account: FlatAccount, market: str, book: FlatBook
) -> tuple[dict[str, Any], list[str]]:
    """The event, with warnings of the reasons that would hold the link in review."""
    warnings = ["account.registration_mismatch"] if account.registered_in != market else []
    if account.permission != "granted":
        warnings.append("account.commerce_permission_revoked")
    return {
        "type": "link.invited",
        "at": command.at,
        "by": command.by,
        "link_id": world.mint("link"),
        "shop_id": command.shop_id,
        "account_id": command.account_id,
        "role": command.role,
        "rulebook": book.name,
        "expires_at": command.at + book.ttl,
        "settlement": command.settlement,
        "reference": command.reference,
    }, warnings


def _add_quota(  # noqa: PLR0913, PLR0917 (what a quota is made of)
    reasons: list[FlatReason],
    code: str,
    subject: FlatShop | FlatAccount,
    limit: int,
    window: timedelta,
    pending: list[FlatLink],
    at: datetime,
) -> None:
    """Add the reason if a rolling quota is used up and not waived."""
    linked_at = subject.marketing_linked_at
    first = bisect_right(linked_at, at - window)
    used = len(linked_at) - first + len(pending)
    if used < limit:
        return
    for waived, until in subject.waivers:
        if waived == code and (until is None or at < until):
            return
    # Of ascending instants the nth return is among the first n.
    returns = [instant + window for instant in linked_at[first : first + used - limit + 1]]
    possible_at = _nth(returns + _expiries(pending), used - limit)
    params = {"limit": limit, "days": window.days, "used": used, "pending": len(pending)}
    reasons.append((code, "shop" if possible_at is None else "clock", possible_at, params))


def _expiries(links: list[FlatLink]) -> list[datetime]:
    return [link.expires_at for link in links if link.status == "invited" and link.expires_at]


def _nth(instants: list[datetime], n: int) -> datetime | None:
    return sorted(instants)[n] if n < len(instants) else None


def _birthday(born: date, age: int) -> datetime:
    try:
        return datetime(born.year + age, born.month, born.day, tzinfo=UTC)
    except ValueError:
        return datetime(born.year + age, 3, 1, tzinfo=UTC)


def flatten(world: World) -> FlatWorld:
    """A World converted to plain objects."""
    shops = {key: _shop(record) for key, record in world.shops.items()}
    return FlatWorld(
        shops=shops,
        accounts={key: _account(record) for key, record in world.accounts.items()},
        books={shop.market: _book(world.rulebook(shop.market)) for shop in shops.values()},
        mint=numbered_ids(),
    )


def _shop(record: ShopRecord) -> FlatShop:
    facts = record.facts
    return FlatShop(
        facts.market,
        facts.enrolment,
        facts.status,
        _links(record.live.values()),
        record.marketing_linked_at,
        [(waiver.code, waiver.until) for waiver in record.waivers],
    )


def _account(record: AccountRecord) -> FlatAccount:
    facts = record.facts
    return FlatAccount(
        facts.region,
        facts.registered_in,
        facts.birth_date,
        facts.status,
        facts.commerce_permission,
        _links(record.live.values()),
        record.marketing_linked_at,
        [(waiver.code, waiver.until) for waiver in record.waivers],
    )


def _links(links: Iterable[Link]) -> list[FlatLink]:
    return [FlatLink(link.shop_id, link.role, link.status, link.expires_at) for link in links]


def _book(book: Rulebook) -> FlatBook:
    parameters, shop, account = book.parameters, book.links_per_shop, book.links_per_account
    kinds = {"open": parameters.slots_open, "invited": parameters.slots_invited}
    return FlatBook(
        name=book.name,
        slots={
            (kind, role): getattr(slots, role)
            for kind, slots in kinds.items()
            for role in ("official", "marketing")
        },
        ttl=book.invitation_ttl,
        shop_limit=shop.limit if shop else None,
        shop_window=shop.window if shop else timedelta(0),
        account_limit=account.limit if account else None,
        account_window=account.window if account else timedelta(0),
        age=parameters.minimum_age_years,
        asks_shop_network="shop" in parameters.network_asked_of,
        uncorrectable=parameters.uncorrectable_regions,
    )
