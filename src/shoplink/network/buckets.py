"""Buckets of tokens in the memory of a process, which limit requests; and the site that an address belongs to."""

import os
import threading
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

_BUCKETS_MAX = 100_000
_ROUNDING_SECONDS = 1e-9
_BITS_OF_A_SITE = 64  # of an IPv6 address: what one subscriber has to choose from


class Buckets:
    """A bucket of tokens per name: `burst` at first, `per_second` coming back each second.

    A bucket that is full again is forgotten, and no other: where there is no room for one more, its name is refused. With
    a token of t seconds, there are 100,000 at a time only after as many requests within t seconds.
    """

    def __init__(
        self,
        per_second: float,
        burst: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        processes: int = 1,
    ) -> None:
        """Start with every bucket full; `clock` gives seconds. `processes`: among how many the tokens are divided."""
        self._interval = processes / per_second
        self._capacity = max(burst // processes, 1) * self._interval
        self._clock = clock
        self._full_at: dict[str, float] = {}
        self._room_at = 0.0
        self._lock = threading.Lock()

    def take(self, *names: str) -> float:
        """Take a token of each name, in their order, up to one that has none.

        Returns 0, or how many seconds to wait until there is one.
        """
        with self._lock:
            now = self._clock()
            return next((wait for name in names if (wait := self._take(name, now))), 0.0)

    def _take(self, name: str, now: float) -> float:
        if (
            name not in self._full_at
            and len(self._full_at) >= _BUCKETS_MAX
            and (wait := self._make_room(now))
        ):
            return wait
        full_at = max(self._full_at.get(name, now), now) + self._interval
        wait = full_at - self._capacity - now
        if wait > _ROUNDING_SECONDS:
            return wait
        self._full_at[name] = full_at
        return 0.0

    def _make_room(self, now: float) -> float:
        """Forget the buckets that are full again; returns how many seconds to wait if none is."""
        if now >= self._room_at:
            self._full_at = {name: full_at for name, full_at in self._full_at.items() if full_at > now}
            self._room_at = min(self._full_at.values(), default=now)
        return self._room_at - now if len(self._full_at) >= _BUCKETS_MAX else 0.0

    def __len__(self) -> int:
        """How many buckets are remembered."""
        return len(self._full_at)


def share_of_process(per_second: float, burst: int) -> Buckets:
    """The buckets of this process, if all processes of `shoplink serve` together are to give so many tokens."""
    return Buckets(per_second, burst, processes=int(os.environ.get("SHOPLINK_WORKERS", "1")))


def site_of(address: str) -> str:
    """The address itself, or the network of a subscriber if it is one of IPv6."""
    if ":" not in address:
        return address
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is None:
        return str(ip_network((ip, _BITS_OF_A_SITE), strict=False))
    return address
