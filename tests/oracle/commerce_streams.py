"""Random streams of commands about products, showcases and items, mixed with changes of links and standing."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from shoplink.core.instant import format_instant

Command = dict[str, Any]

START = datetime(2024, 11, 11, 12, tzinfo=UTC)
SHOPS = {"tea": "GB", "home": "GB", "snacks": "US"}
ACCOUNTS = ("lin", "mei", "tom", "zoe")
PRODUCTS = {
    "tea-1": "tea",
    "tea-2": "tea",
    "tea-3": "tea",
    "home-1": "home",
    "home-2": "home",
    "snack-1": "snacks",
}
CONTENTS = {"video-1": ("lin", "video"), "live-1": ("lin", "live"), "video-2": ("mei", "video")}


def stream(dice: random.Random, length: int) -> list[Command]:
    """A stream of a given length: it first records what the commands need, then does anything."""
    at, commands = START, list[Command]()
    makers: list[Callable[[random.Random], Command]] = [
        *[_put_product] * 4,
        *[_sync] * 2,
        *[_add] * 6,
        *[_promote] * 4,
        *[_remove] * 4,
        *[_link] * 4,
        _end,
        _put_content,
        _put_account,
        _put_shop,
        _request,
    ]
    commands += [{**command, "at": format_instant(at)} for command in _records(dice)]
    while len(commands) < length:
        at += dice.choice([timedelta(0), timedelta(microseconds=1), timedelta(hours=5), timedelta(days=2)])
        commands.append({**dice.choice(makers)(dice), "at": format_instant(at)})
    return commands


def _records(dice: random.Random) -> Iterator[Command]:
    book = dice.choice(["guide-2024-11", "seller-university-2025"])
    start = format_instant(START)
    for market in ("GB", "US"):
        yield {"command": "activate_rulebook", "name": book, "market": market, "effective_from": start}
    for shop_id, market in SHOPS.items():
        yield {"command": "put_shop", "shop_id": shop_id, "market": market, "enrolment": "invited"}
    for account_id in ACCOUNTS:
        yield _account(account_id, dice)
    for shop_id, account_id, role in (("tea", "lin", "official"), ("tea", "mei", "marketing")):
        pair = {"shop_id": shop_id, "account_id": account_id, "role": role}
        yield {"command": "import_link", **pair, "linked_at": format_instant(START - timedelta(days=3))}
    for product_id in PRODUCTS:
        if dice.random() < 0.8:
            yield _product(product_id, dice)
    for content_id in CONTENTS:
        if dice.random() < 0.8:
            yield _content(content_id)


def _account(account_id: str, dice: random.Random) -> Command:
    return {
        "command": "put_account",
        "account_id": account_id,
        "region": dice.choice(["GB"] * 5 + ["US"]),
        "registered_in": "GB",
        "birth_date": dice.choice(["1990-02-03"] * 8 + ["2010-06-30", None]),
        "status": dice.choice(["normal"] * 9 + ["abnormal"]),
        "commerce_permission": dice.choice(["granted"] * 6 + ["revoked"]),
        "followers": dice.choice([999, 1000, 5000]),
    }


def _product(product_id: str, dice: random.Random) -> Command:
    return {
        "command": "put_product",
        "product_id": product_id,
        "shop_id": PRODUCTS[product_id] if dice.random() < 0.95 else dice.choice([*SHOPS, "nowhere"]),
        "title": dice.choice(["Tea", "茶"]),
        "price_minor": dice.choice([100, 250]),
        "currency": "GBP",
        "status": dice.choice(["on_sale", "on_sale", "off", None]),
        "listed_at": "2024-11-01T00:00:00Z",
        "commission_rate_bp": dice.choice([None, 0, 500, 1000]),
    }


def _content(content_id: str) -> Command:
    account_id, kind = CONTENTS[content_id]
    return {"command": "put_content", "content_id": content_id, "account_id": account_id, "kind": kind}


def _put_product(dice: random.Random) -> Command:
    return _product(dice.choice([*PRODUCTS]), dice)


def _put_content(dice: random.Random) -> Command:
    command = {**_content(dice.choice([*CONTENTS])), "title": dice.choice([None, "开箱"])}
    if dice.random() < 0.2:
        command["account_id"] = dice.choice([*ACCOUNTS, "nobody"])
    return command


def _put_account(dice: random.Random) -> Command:
    return _account(dice.choice(ACCOUNTS), dice)


def _put_shop(dice: random.Random) -> Command:
    shop_id = dice.choice([*SHOPS])
    status = dice.choice(["normal", "normal", "normal", "abnormal"])
    enrolment = {"enrolment": "invited", "status": status}
    return {"command": "put_shop", "shop_id": shop_id, "market": SHOPS[shop_id], **enrolment}


def _pair(dice: random.Random) -> Command:
    return {
        "shop_id": dice.choice(["tea", "tea", *SHOPS]),
        "account_id": dice.choice([*ACCOUNTS, *ACCOUNTS, "nobody"]),
    }


def _link(dice: random.Random) -> Command:
    linked_at = format_instant(START - timedelta(days=dice.choice([1, 2])))
    role = dice.choice(["official", "marketing"])
    return {"command": "import_link", **_pair(dice), "role": role, "linked_at": linked_at}


def _end(dice: random.Random) -> Command:
    if dice.random() < 0.5:
        return {"command": "revoke", **_pair(dice), "note": "case 7"}
    return {"command": "unlink", **_pair(dice)}


def _request(dice: random.Random) -> Command:
    return {"command": "request_unlink", **_pair(dice), "network_region": "GB"}


def _sync(dice: random.Random) -> Command:
    return {"command": "sync_showcase", **_pair(dice)}


def _place(dice: random.Random) -> Command:
    return {"content_id": dice.choice([None, None, None, *CONTENTS, "video-9"])}


def _add(dice: random.Random) -> Command:
    pair = _pair(dice)
    own = [product_id for product_id, shop_id in PRODUCTS.items() if shop_id == pair["shop_id"]]
    many = dice.choice([1, 1, 2, 4])
    named = [dice.choice([*own, *own, *own, *PRODUCTS, "tea-9"]) for _ in range(many)]
    return {"command": "add_from_shop", **pair, "product_ids": named, **_place(dice)}


def _promote(dice: random.Random) -> Command:
    product_id = dice.choice([*PRODUCTS, "tea-9"])
    pair = {**_pair(dice), "shop_id": PRODUCTS.get(product_id, "tea")}
    if dice.random() < 0.1:
        pair["shop_id"] = dice.choice([*SHOPS, "nowhere"])
    return {"command": "promote", **pair, "product_id": product_id, **_place(dice)}


def _remove(dice: random.Random) -> Command:
    account_id = dice.choice([*ACCOUNTS, "nobody"] if dice.random() < 0.3 else ACCOUNTS)
    return {
        "command": "remove_item",
        "account_id": account_id,
        "product_id": dice.choice([*PRODUCTS]),
        **_place(dice),
    }
