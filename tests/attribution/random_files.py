"""Random files of orders as people have them, and what is right for each of their rows, from the specification alone.

Each row says its own number in a column, so that it is found again wherever a run puts it.
"""

import csv
import random
from collections import Counter, defaultdict
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from tests.attribution import messy_cells, naive_cells
from tests.attribution.naive import Judged, Link, Order, World, judge
from tests.attribution.naive_cells import REJECTED, Settings
from tests.attribution.random_orders import DAY, DAYS, START

COLUMNS = (
    "订单编号",
    "SKU",
    "店铺",
    "达人",
    "下单时间",
    "金额",
    "币种",
    "佣金率",
    "退款",
    "状态",
    "备注",
    "行",
)
LEFT_OUT = ("已关闭", "Unpaid")
"""The statuses of orders that do not count."""
NOBODY = ("", "-", "暂无", "素人")
"""The words for no creator; the last one is the mapping's own."""
_NOTES = ("", "首单", 'a "quoted" word', "two\nlines", "a;b|c,d\te", "=1+1", "'it", "-5")


class Style(NamedTuple):
    """How the files of a run are written, and what the mapping says of their rows."""

    settings: Settings
    by_handle: bool = False
    per_order: bool = False
    encoding: str = "utf-8-sig"
    delimiter: str = ","

    def mapping(self) -> str:
        """The mapping in TOML."""
        creator = "handle" if self.by_handle else "account_id"
        fields = ("order_id", "sku_id", "shop_id", creator, "ordered_at", "amount", "currency")
        columns = zip((*fields, "commission_rate", "refund"), COLUMNS, strict=False)
        words = ", ".join(f'"{word.upper()}"' for word in LEFT_OUT)
        lines = [
            self.settings.toml(),
            'empty = ["素人"]',
            f'where = [{{ column = "状态", not_in = [{words}] }}]',
            'identity = ["订单编号", "SKU"]',
            'per_order = ["退款"]' if self.per_order else "",
            f'encoding = "{self.encoding}"' if self.encoding == "gb18030" else "",
            "[columns]",
            *(f'{field} = "{column}"' for field, column in columns),
        ]
        return "\n".join(lines)


class Expected(NamedTuple):
    """What is right: the judged rows, and how often each other one is among the rejected and the rows left out."""

    judged: dict[str, Judged]
    rejected: Counter[str]
    aside: Counter[str]
    identical: int
    different: int


Row = dict[str, str]


def rows_of(count: int, style: Style, links: list[Link], world: World, seed: int) -> list[Row]:
    """About `count` rows; some stand again further down, as they were or changed."""
    chance = random.Random(seed)
    rows: list[Row] = []
    while len(rows) < count:
        number = str(len(rows))
        if rows and chance.random() < 0.06:
            again = dict(chance.choice(rows[-400:]))
            if chance.random() < 0.5:
                again |= {"金额": _money(chance), "行": number}
            rows.append(again)
            continue
        row = _row(chance, number, style, links, world)
        rows.append(_of_order(chance, row, rows[-1]) if rows and chance.random() < 0.3 else row)
    return rows


def _row(chance: random.Random, number: str, style: Style, links: list[Link], world: World) -> Row:
    link = chance.choice(links)
    at = chance.choice((link.linked_at, link.ended_at or link.linked_at)) + chance.choice((-1, 0, 1))
    if chance.random() < 0.5:
        at = START + chance.randrange(DAYS * DAY)
    creator = link.account_id
    if style.by_handle:
        named = chance.choice(world.named)
        creator = named.handle
        link = chance.choice([one for one in links if one.account_id == named.account_id] or [link])
        at = named.at + chance.choice((-1, 0, 1)) if chance.random() < 0.3 else at
    row = dict(
        zip(
            COLUMNS,
            (
                chance.choice(("{}", "{}", "{} ", "\t{}")).format(f"o{number}"),
                chance.choice(("{}", " {}", "{}\t")).format(chance.randrange(20)),
                _shop(chance, link.shop_id),
                _creator(chance, creator, style),
                _instant(chance, at),
                _money(chance),
                chance.choice(("GBP",) * 20 + ("gbp", "ZZZ", *messy_cells.CURRENCIES)),
                chance.choice(("10", "0", "1") * 4 + ("", messy_cells.rate(chance))),
                chance.choice(("", "-", "0", "1") * 3 + (messy_cells.money(chance),)),
                chance.choice(
                    ("Completed",) * 8 + ("已完成", "completed", "", "已关闭", " unpaid", "UNPAID ")
                ),
                chance.choice(_NOTES),
                number,
            ),
            strict=True,
        )
    )
    if chance.random() < 0.02:
        row["订单编号"] = chance.choice(("5.7646E+17", "x" * 65, "", "-"))
    return row


def _of_order(chance: random.Random, row: Row, before: Row) -> Row:
    """The row as another line of the order of the row before it."""
    row = row | {name: before[name] for name in ("订单编号", "店铺", "下单时间", "币种")}
    return row | ({"退款": before["退款"]} if chance.random() < 0.9 else {})


def _shop(chance: random.Random, shop: str) -> str:
    if chance.random() < 0.05:
        return chance.choice(("shop 1", "nowhere", ""))
    return chance.choice(("{}", "{}", " {}", "'{}", "{}\t")).format(shop)


def _creator(chance: random.Random, creator: str, style: Style) -> str:
    if chance.random() < 0.1:
        return chance.choice(NOBODY)
    if chance.random() < 0.1:
        return chance.choice(("no body", "stranger.1", "7.59226E+18", "王小明"))
    if style.by_handle:
        spelled = ("{}", "@{}", " {} ", "https://www.tiktok.com/@{}?lang=en", "＠{}")
        return chance.choice(spelled).format(chance.choice((creator, creator.upper())))
    return chance.choice(("{}", "{}", "'{}", " {}", "{}\t")).format(creator)


def _money(chance: random.Random) -> str:
    few = (str(chance.randrange(100_000)), "0", "1", "50", "1000", "12345")
    return chance.choice((*few, *few, messy_cells.money(chance)))


def _instant(chance: random.Random, micros: int) -> str:
    if chance.random() < 0.1:
        return messy_cells.instant(chance)
    local = naive_cells.EPOCH + timedelta(microseconds=micros)
    return local.strftime(chance.choice(("%Y-%m-%dT%H:%M:%S.%fZ", "%Y/%m/%d %H:%M:%S.%f UTC")))


def write(rows: list[Row], style: Style, folder: Path, files: int) -> list[str]:
    """Write the rows in their order, spread over files."""
    names = []
    share = len(rows) // files + 1
    for number in range(files):
        path = folder / f"orders-{number}.csv"
        with path.open("w", encoding=style.encoding, newline="") as out:
            writer = csv.DictWriter(out, COLUMNS, delimiter=style.delimiter)
            writer.writeheader()
            writer.writerows(rows[number * share : (number + 1) * share])
        names.append(str(path))
    return names


def expected_of(rows: list[Row], style: Style, links: list[Link], world: World) -> Expected:
    """What is right for the rows, in the order in which they are written."""
    last: dict[tuple[str, str], Row] = {}
    for row in rows:
        last[row["订单编号"].strip(), row["SKU"].strip()] = row
    counting, aside = [], Counter[str]()
    identical = different = 0
    for row in rows:
        key = row["订单编号"].strip(), row["SKU"].strip()
        if key[0] and last[key] is not row:
            aside[row["行"]] += 1
            identical += row == last[key]
            different += row != last[key]
        else:
            counting.append(row)
    refunds = _divided(counting, style) if style.per_order else [_refund(row, style) for row in counting]
    orders, rejected = [], Counter[str]()
    for row, refund in zip(counting, refunds, strict=True):
        if row["状态"].strip().casefold() in {word.casefold() for word in LEFT_OUT}:
            aside[row["行"]] += 1
        elif (order := _order(row, refund, style)) is None:
            rejected[row["行"]] += 1
        else:
            orders.append(order)
    judged, not_judged = judge(orders, links, world)
    rejected.update(not_judged)
    return Expected({one.order_id: one for one in judged}, rejected, aside, identical, different)


def _amount(row: Row, style: Style) -> int | str:
    currency = row["币种"].upper()
    return REJECTED if currency == "ZZZ" else naive_cells.money(row["金额"], currency, style.settings)


def _refund(row: Row, style: Style) -> int | str | None:
    amount = _amount(row, style)
    if not isinstance(amount, int):
        return REJECTED
    most = naive_cells.MAX if style.per_order else amount
    return naive_cells.refund(row["退款"], most, row["币种"].upper(), style.settings)


def _divided(rows: list[Row], style: Style) -> list[int | str | None]:
    """The refund of each row, where that of its order stands on every line."""
    lines: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        lines[_plain(row["订单编号"]), _plain(row["店铺"])].append(number)
    found: list[int | str | None] = [None] * len(rows)
    for numbers in lines.values():
        given = {number: _whole_refund(rows[number], style) for number in numbers}
        stated = {one for one in given.values() if isinstance(one, int)}
        amounts = {number: _amount(rows[number], style) for number in numbers}
        if not stated:
            shares: dict[int, int | str | None] = dict.fromkeys(numbers)
        elif len(stated) > 1 or REJECTED in amounts.values():
            shares = dict.fromkeys(numbers, REJECTED)
        else:
            shares = dict(_shares(stated.pop(), {number: int(amounts[number]) for number in numbers}))
        for number in numbers:
            found[number] = REJECTED if given[number] == REJECTED else shares[number]
            share, amount = found[number], amounts[number]
            if isinstance(share, int) and isinstance(amount, int) and share > amount:
                found[number] = REJECTED
    return found


def _whole_refund(row: Row, style: Style) -> int | str | None:
    if row["币种"].upper() == "ZZZ":
        return None if row["退款"].strip() in ("", "-") else REJECTED
    return naive_cells.refund(row["退款"], naive_cells.MAX, row["币种"].upper(), style.settings)


def _shares(whole: int, amounts: dict[int, int]) -> dict[int, int]:
    """A whole in proportion to amounts, the rest to the largest; in equal parts if all of them are 0."""
    weights = amounts if any(amounts.values()) else dict.fromkeys(amounts, 1)
    shares = {
        number: int(Fraction(whole * weight, sum(weights.values()))) for number, weight in weights.items()
    }
    largest = max(weights, key=lambda number: (weights[number], -number))
    shares[largest] += whole - sum(shares.values())
    return shares


def _order(row: Row, refund: int | str | None, style: Style) -> Order | None:
    """A row as an order; None if one of its cells cannot be read."""
    order_id, shop, creator = _plain(row["订单编号"]), _plain(row["店铺"]), _plain(row["达人"])
    at = naive_cells.instant(row["下单时间"], style.settings)
    amount, rate = _amount(row, style), naive_cells.rate(row["佣金率"], style.settings)
    if order_id in ("", "-", "5.7646E+17") or len(order_id) > 64 or shop in ("", "shop 1"):
        return None
    if not isinstance(at, int) or not isinstance(amount, int) or REJECTED in (rate, refund):
        return None
    if " " in creator or (creator == "7.59226E+18" and not style.by_handle):
        return None
    creator = creator.removeprefix("https://www.tiktok.com/").removesuffix("?lang=en")
    who = None if creator in NOBODY else creator
    handle = who.removeprefix("＠").removeprefix("@") if who and style.by_handle else None
    money = (amount, row["币种"].upper(), rate, refund or 0)
    return Order(row["行"], shop, None if style.by_handle else who, at, *money, handle)  # type: ignore[arg-type]


def _plain(cell: str) -> str:
    return cell.strip().removeprefix("'").strip()
