"""Who is recorded, where files of orders are judged: shops, accounts, and who had which handle when."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct


class HandlePeriod(Struct, frozen=True, gc=False):
    """An account had a handle, folded, from `begun_at` to before `ended_at`; None is no bound."""

    handle: str
    account_id: str
    begun_at: datetime | None = None
    ended_at: datetime | None = None


class KnownSides(Struct, frozen=True):
    """Everybody who is recorded: the ids of shops and accounts, and the periods of handles; None where nothing tells."""

    shops: Iterable[str] | None = None
    accounts: Iterable[str] | None = None
    handles: Iterable[HandlePeriod] | None = None


class Fit(Struct, frozen=True):
    """How orders and links fit: the different shops and accounts of the orders, how many are known, and the links met."""

    shops: int
    shops_known: int
    accounts: int
    accounts_known: int
    links: int = 0
    links_met: int = 0

    @property
    def is_none(self) -> bool:
        """Whether no shop or no account at all is known, as if a column were another one."""
        sides = ((self.shops, self.shops_known), (self.accounts, self.accounts_known))
        return any(there and not known for there, known in sides)

    def __str__(self) -> str:
        """What is said of it."""
        return (
            f"{self.accounts:,} accounts in the file, {self.accounts_known:,} known; "
            f"{self.shops:,} shops, {self.shops_known:,} known"
        )
