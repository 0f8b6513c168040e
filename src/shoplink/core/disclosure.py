"""What a seller may learn of an account that the shop has no live link with (domain.md section 5)."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core.reasons import Reason

HIDDEN = frozenset({"account.status_not_normal", "account.commerce_permission_revoked"})
"""What only the creator, support and the platform may know of a stranger's account."""

PRIVATE = {"private": True}
"""What stands in the params of a reason whose details are the creator's own."""

_DATED = frozenset({"account.under_age"})


class Disclosure(Struct, frozen=True):
    """The reasons that a seller is told; `creator_can_see`: there are others, and the creator can see why."""

    reasons: tuple[Reason, ...]
    creator_can_see: bool


NOTHING_DISCLOSED = Disclosure((), creator_can_see=False)
"""No reasons at all."""


def disclose_to_stranger(reasons: Iterable[Reason]) -> Disclosure:
    """Reasons without a stranger's birth date, status and permission."""
    given = redact_for_stranger(reasons)
    told = tuple(reason for reason in given if reason.code not in HIDDEN)
    return Disclosure(told, len(told) < len(given))


def redact_for_stranger(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The same, with those of status and permission still there but alike: the creator can see why."""
    return tuple(_discreet(reason) for reason in reasons)


def _discreet(reason: Reason) -> Reason:
    if reason.code in _DATED:
        return replace(reason, possible_at=None, params={**reason.params, **PRIVATE})
    return replace(reason, params=PRIVATE) if reason.code in HIDDEN else reason
