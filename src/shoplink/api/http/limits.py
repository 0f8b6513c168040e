"""How many requests an API key and an address may send: a bucket of tokens each, in the memory of the process."""

import hashlib
import math
import threading
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shoplink.api.http.problem import PREFIX, ProblemError, problem_response
from shoplink.network import address_of

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


class RateLimit:
    """Middleware: below `/v1/`, a request costs a token of its address, and one of its key if it carries one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what answers requests."""
        self._get_response = get_response
        self._buckets = Buckets(settings.RATE_PER_SECOND, settings.RATE_BURST)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual, or 429 and when to try again."""
        if not request.path.startswith(PREFIX):
            return self._get_response(request)
        wait = max(self._buckets.take(name) for name in _names(request))
        if wait == 0:
            return self._get_response(request)
        seconds = math.ceil(wait)
        return problem_response(
            request, ProblemError("rate.limited", headers={"Retry-After": str(seconds)}, seconds=seconds)
        )


def _names(request: HttpRequest) -> list[str]:
    """The buckets of a request: one for where it comes from, and one for its key, in force or not."""
    names = [f"address {_site(address_of(request))}"]
    if authorization := request.headers.get("Authorization"):
        names.append(f"key {hashlib.sha256(authorization.encode()).hexdigest()}")
    return names


def _site(address: str) -> str:
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is None:
        return str(ip_network((ip, _BITS_OF_A_SITE), strict=False))
    return address
