"""Buckets of tokens in the memory of a process, which limit requests; and the site that an address belongs to."""

import threading
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

_BUCKETS_MAX = 100_000
_ROUNDING_SECONDS = 1e-9
_BITS_OF_A_SITE = 64  # of an IPv6 address: what one subscriber has to choose from


class Buckets:
    """A bucket of tokens per name: `burst` at first, `per_second` coming back each second."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with every bucket full; `clock` gives seconds."""
        self._interval = 1 / per_second
        self._capacity = burst * self._interval
        self._clock = clock
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, name: str) -> float:
        """Take a token; 0, or how many seconds to wait until there is one."""
        with self._lock:
            now = self._clock()
            full_at = max(self._full_at.pop(name, now), now) + self._interval
            wait = full_at - self._capacity - now
            taken = wait <= _ROUNDING_SECONDS
            self._full_at[name] = full_at if taken else full_at - self._interval
            if len(self._full_at) > _BUCKETS_MAX:
                self._forget(now)
            return 0.0 if taken else wait

    def __len__(self) -> int:
        """How many buckets are remembered."""
        return len(self._full_at)

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again, and of the others those used longest ago."""
        left = [(name, full_at) for name, full_at in self._full_at.items() if full_at > now]
        self._full_at = dict(left[-_BUCKETS_MAX // 2 :])


def site_of(address: str) -> str:
    """The address itself, or the network of a subscriber if it is one of IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is None:
        return str(ip_network((ip, _BITS_OF_A_SITE), strict=False))
    return address
