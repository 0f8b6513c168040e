"""64 clients that compete for the slots of one shop, compared with 64 clients with one shop each."""

from collections import defaultdict

from django.db import connection

from benchmarks.write_path_service import load, serving
from benchmarks.write_path_world import World, close_connection, drop
from tests.databases import use

_SLOTS = 4
_ENDS = {
    "link.withdrawn",
    "link.expired",
    "link.unlinked",
    "link.revoked",
    "link.declined",
    "link.superseded",
}


def hot_and_spread(world: World, rounds: int, seconds: float) -> list[tuple[float, float]]:
    """Requests per second in each round, on one shop and on 64; fails if a shop ever had more links than slots."""
    return [
        (_requests(world, 1, seconds, seed), _requests(world, 64, seconds, seed)) for seed in range(rounds)
    ]


def _requests(world: World, shops: int, seconds: float, seed: int) -> float:
    url = world.copy()
    given = {"conversation": "invite_and_withdraw", "shops": shops, "free": world.free, "seed": seed}
    with serving(url) as service:
        answered = load(service, seconds, **given)
    assert answered.statuses.keys() <= {"200", "201", "409"}, f"unexpected answers: {answered}"
    use(url)
    _hold_slots(shops)
    close_connection()
    drop(url)
    return answered.per_second


def _hold_slots(shops: int) -> None:
    """Check by the log that no shop ever had more marketing links than slots."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_id FROM link WHERE status = 'linked' AND role = 'marketing'")
        held: defaultdict[str, int] = defaultdict(int)
        for (shop_id,) in cursor.fetchall():
            held[shop_id] += 1
        cursor.execute("SELECT shop_id, type FROM event WHERE type <> 'link.imported' ORDER BY at, number")
        events = cursor.fetchall()
    most = 0
    for shop_id, kind in events:
        held[shop_id] += 1 if kind == "link.invited" else -(kind in _ENDS)
        assert held[shop_id] <= _SLOTS, f"{shop_id} had {held[shop_id]} marketing links at once"
        most = max(most, held[shop_id])
    assert shops > 1 or most == _SLOTS, "the hot shop's slots must have been full"
