"""How many permission tables per second one process computes: everything that an account may do for a shop, with reasons.

Run with `python -m benchmarks permissions`.
"""

from random import Random
from statistics import median
from time import process_time

from benchmarks.report import Table, verdict
from benchmarks.scene import build
from shoplink.core.commerce.permissions import permissions

PER_SECOND = 100_000
_PAIRS = 2_000

METHOD = """
The same World as of *Decisions*, in one process on one core. An answer says of each of seven things whether it is
allowed, or every reason why not. Medians of 21 rounds of 2,000 pairs, processor time.
"""


def measure(*, quick: bool) -> list[Table]:
    """Pairs of a shop and an account, half of them of the account's live link; each answer is the whole table."""
    rounds = 3 if quick else 21
    world, random = build().world, Random(1)
    shops, accounts = sorted(world.shops), sorted(world.accounts)
    linked = [(link.shop_id, link.account_id) for link in world.live.values() if link.status == "linked"]
    workloads = {
        "linked": [random.choice(linked) for _ in range(_PAIRS)],
        "any pair": [(random.choice(shops), random.choice(accounts)) for _ in range(_PAIRS)],
    }
    rows = []
    for name, pairs in workloads.items():
        speeds = []
        for _ in range(rounds):
            begun = process_time()
            for shop_id, account_id in pairs:
                permissions(world, shop_id, account_id)
            speeds.append(len(pairs) / (process_time() - begun))
        found = median(speeds)
        rows.append([name, f"{found:,.0f}", f"{PER_SECOND:,}", verdict(found, PER_SECOND)])
    header = ("pairs", "answers per second", "target", "")
    return [Table("What an account may do", header, rows)]
