"""What a seller may learn about an account that the shop has no live link with (domain.md section 5)."""

from collections.abc import Collection, Iterable

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core.facts import LIVE, Actor, Link
from shoplink.core.reasons import Reason

HIDDEN = frozenset({"account.status_not_normal", "account.commerce_permission_revoked"})
"""The reasons that only the creator, support and the platform may see."""

PRIVATE = {"private": True}
"""The params of a reason whose details only the creator may see."""

DATED = frozenset({"account.under_age"})
"""The reasons whose earliest instant tells a birth date."""

CONFIDENTIAL = HIDDEN | DATED
"""The reasons that say more to the creator, support and the platform than to a shop without a live link."""

PERSONAL = frozenset({"birth_date", "email"})
"""The fields of persons, wherever they are: told over the API only to keys with the scope `personal`."""

PERSON = "person_id"
"""The field of an object that is a person, whose `name` then is that person's; shops and rulebooks have names too."""


def fields_of_persons(names: Collection[str]) -> frozenset[str]:
    """Which of the fields of an object are fields of a person."""
    of_person = {"name"} if PERSON in names else set()
    return frozenset(names) & (PERSONAL | of_person)


class Disclosure(Struct, frozen=True):
    """The reasons that a seller sees. `creator_can_see` means that there are more, which the creator can see."""

    reasons: tuple[Reason, ...]
    creator_can_see: bool


def disclose(reader: Actor, link: Link | None, reasons: Iterable[Reason]) -> Disclosure:
    """The reasons that a reader may learn about a shop and an account; `link` is the newest of this pair.

    A shop without a live link learns neither the birth date nor the record of a stranger.
    """
    if reader.kind == "shop" and (link is None or link.status not in LIVE):
        return disclose_to_stranger(reasons)
    return Disclosure(tuple(reasons), creator_can_see=False)


def disclose_to_stranger(reasons: Iterable[Reason]) -> Disclosure:
    """The reasons without those that only the creator may see, and without the account's birth date."""
    redacted = redact_for_stranger(reasons)
    disclosed = tuple(reason for reason in redacted if reason.code not in HIDDEN)
    return Disclosure(disclosed, len(disclosed) < len(redacted))


def redact_for_stranger(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Every reason, without details that only the creator may see.

    The reasons about status and about permission stay, but both read the same: the creator can see why.
    """
    return tuple(_redacted(reason) for reason in reasons)


def redact_date(reason: Reason) -> Reason:
    """The reason without an instant that tells a birth date."""
    if reason.code in DATED:
        return replace(reason, possible_at=None, params={**reason.params, **PRIVATE})
    return reason


def _redacted(reason: Reason) -> Reason:
    return replace(reason, params=PRIVATE) if reason.code in HIDDEN else redact_date(reason)
