"""Django's cache, in the database: where allauth counts attempts and keeps the codes that were used.

A cache in memory forgets its oldest entries when it is full, which anybody can make it, and each process has its own.
Here an entry stays until it expires, whatever else is stored.
"""

import hashlib
from datetime import timedelta
from typing import Any

import msgspec
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from shoplink.flows import clock
from shoplink.store.database.owner import writing
from shoplink.store.people import attempts

_LONGEST = timedelta(days=1)


class AttemptCache(BaseCache):
    """A cache of JSON values. A key is stored as its digest, since it may hold an address."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        """Create the cache; it has no location of its own."""
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value of a key, or the default."""
        found = attempts.find_attempts(self._digest(key, version), clock.real_now())
        return default if found is None else msgspec.json.decode(found)

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Store the value of a key for so many seconds."""
        with writing():
            attempts.put_attempts(
                self._digest(key, version), self._written(value), clock.real_now() + self._period(timeout)
            )

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Store the value of a key that has none; returns whether it had none."""
        with writing():
            at = clock.real_now()
            return attempts.add_attempts(
                self._digest(key, version), self._written(value), at, at + self._period(timeout)
            )

    def delete(self, key: str, version: int | None = None) -> bool:
        """Delete a key; returns whether it was there."""
        with writing():
            return attempts.delete_attempts(self._digest(key, version))

    def _digest(self, key: str, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version).encode()).hexdigest()

    def _period(self, timeout: Any) -> timedelta:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return _LONGEST if seconds is None else timedelta(seconds=float(seconds))

    @staticmethod
    def _written(value: Any) -> str:
        return msgspec.json.encode(value).decode()
