"""What a seller may learn of an account that the shop has no live link with (specification, section 5)."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core.reasons import Reason

HIDDEN = frozenset({"account.status_not_normal", "account.commerce_permission_revoked"})
"""What only the creator, support and the platform may know of a stranger's account."""

_DATED = frozenset({"account.under_age"})


class Told(Struct, frozen=True):
    """The reasons that a seller is told; `creator_can_see`: there are others, and the creator can see why."""

    reasons: tuple[Reason, ...]
    creator_can_see: bool


def told_to_stranger(reasons: Iterable[Reason]) -> Told:
    """Reasons without a stranger's birth date, status and permission."""
    given = tuple(reasons)
    told = tuple(
        replace(reason, possible_at=None) if reason.code in _DATED else reason
        for reason in given
        if reason.code not in HIDDEN
    )
    return Told(told, len(told) < len(given))
