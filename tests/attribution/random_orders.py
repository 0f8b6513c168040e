"""Random orders and links of every awkward shape, and writers for their files."""

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.attribution.naive import Link, Named, Order, World

START = 1_700_000_000_000_000
DAY = 86_400_000_000
DAYS = 400

ORDER_TYPES = pa.schema(
    [
        ("order_id", pa.string()),
        ("shop_id", pa.string()),
        ("account_id", pa.string()),
        ("ordered_at", pa.timestamp("us", tz="UTC")),
        ("amount_minor", pa.int64()),
        ("currency", pa.string()),
        ("commission_rate_bp", pa.int64()),
        ("refund_minor", pa.int64()),
        ("handle", pa.string()),
    ]
)
LINK_TYPES = pa.schema(
    [
        ("link_id", pa.string()),
        ("shop_id", pa.string()),
        ("account_id", pa.string()),
        ("role", pa.string()),
        ("linked_at", pa.int64()),
        ("ended_at", pa.int64()),
        ("settlement", pa.string()),
        ("reference", pa.string()),
        ("changed_at", pa.int64()),
    ]
)


def links_of(accounts: int, each: int, seed: int) -> list[Link]:
    """About `each` links per account, one after another: some touch, some end where they begin, the last may be current."""
    chance = random.Random(seed)
    links = []
    for account in range(accounts):
        shops = [f"shop-{chance.randrange(accounts)}" for _ in range(chance.choice((1, 1, 2)))]
        at = START + chance.randrange(20 * DAY)
        for number in range(chance.randrange(2 * each + 1)):
            begun = at if chance.random() < 0.4 else at + chance.randrange(DAYS * DAY // (each + 1))
            lasts = (
                0 if chance.random() < 0.05 else 1 if chance.random() < 0.1 else chance.randrange(40 * DAY)
            )
            at = begun + lasts
            is_last = number == 2 * each - 1 or chance.random() < 0.02
            links.append(
                Link(
                    f"link_{account}_{number}",
                    chance.choice(shops),
                    f"account-{account}",
                    chance.choice(("official", "marketing")),
                    begun,
                    None if is_last else at,
                    begun if is_last else at,
                )
            )
            if is_last:
                break
    chance.shuffle(links)
    return links


def orders_of(count: int, links: list[Link], seed: int) -> list[Order]:
    """Random orders, half of them within a microsecond of the start or end of a link."""
    chance = random.Random(seed)
    orders = []
    for number in range(count):
        link = chance.choice(links)
        edge = chance.choice((link.linked_at, link.ended_at or link.linked_at)) + chance.choice((-1, 0, 1))
        at = edge if chance.random() < 0.5 else START + chance.randrange(DAYS * DAY)
        account: str | None = link.account_id
        if chance.random() < 0.1:
            account = chance.choice((None, "somebody", links[0].account_id))
        amount = chance.choice(
            (0, 1, 5, 49, 50, 10_000, chance.randrange(10**6), 2**53 - 1 - chance.randrange(9))
        )
        orders.append(
            Order(
                f"order-{number}",
                link.shop_id if chance.random() < 0.9 else f"shop-{chance.randrange(50)}",
                account,
                at,
                amount,
                chance.choice(("GBP", "JPY", "KWD")),
                None
                if chance.random() < 0.05
                else chance.choice((0, 1, 50, 1000, 10_000, chance.randrange(10_001))),
                chance.choice((0, 0, 0, amount, chance.randrange(amount + 1), min(amount + 1, 2**53 - 1))),
            )
        )
    return orders


def world_of(links: list[Link], seed: int, *, strangers: bool) -> World:
    """Who is recorded: most shops and accounts of the links, with handles that change and pass from one to another."""
    chance = random.Random(seed)
    accounts = sorted({link.account_id for link in links})
    handles = [f"mia_{number}" for number in range(max(len(accounts) // 3, 2))]
    at = [START + chance.randrange(-40 * DAY, DAYS * DAY) for _ in range(3 * len(accounts))]
    named: list[Named] = []
    for instant in sorted([*at, *at[: len(at) // 4]]):
        known = {line.account_id: line.handle for line in named}
        account = chance.choice(accounts)
        handle = chance.choice([one for one in handles if one != known.get(account)])
        if not any(line.account_id == account and line.at == instant for line in named):
            named.append(Named(account, handle, instant))
    shops = sorted({link.shop_id for link in links})
    return World(
        frozenset(shop for shop in shops if chance.random() < 0.9),
        frozenset(account for account in accounts if chance.random() < 0.9),
        tuple(named),
        strangers,
        START + (DAYS - 20) * DAY,
    )


def by_handle(orders: list[Order], world: World, seed: int) -> list[Order]:
    """The same orders, with a handle in place of the account, half of them placed at a change of a handle."""
    chance = random.Random(seed)
    made = []
    for order in orders:
        line = chance.choice(world.named)
        at = line.at + chance.choice((-1, 0, 1)) if chance.random() < 0.5 else order.ordered_at
        spelled = chance.choice((line.handle, line.handle.upper(), f"@{line.handle}", "nobody"))
        handle = None if order.account_id is None else spelled
        made.append(order._replace(account_id=None, handle=handle, ordered_at=at))
    return made


def write_orders(
    orders: list[Order], folder: Path, files: int = 1, rows_in_group: int = 100_000
) -> list[str]:
    """Write orders as Parquet, spread over a number of files."""
    folder.mkdir(exist_ok=True)
    names = []
    for number in range(files):
        path = folder / f"orders-{number}.parquet"
        table = _table(orders[number::files], ORDER_TYPES)
        named_by = "account_id" if any(order.handle for order in orders) else "handle"
        pq.write_table(table.drop_columns([named_by]), path, row_group_size=rows_in_group)
        names.append(str(path))
    return names


def write_links(links: list[Link], path: Path) -> Path:
    """Write links in the form that an engine reads."""
    rows = [(*link[:6], None, None, link.changed_at) for link in links]
    pq.write_table(_table(rows, LINK_TYPES), path)
    return path


def _table(rows: list[Any], types: Any) -> Any:
    columns = zip(*rows, strict=True) if rows else [[] for _ in types]
    return pa.table(
        [pa.array(cells, kind.type) for cells, kind in zip(columns, types, strict=True)], schema=types
    )
