"""The facts that decisions rest on, as frozen values without behaviour."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from shoplink.core.values import Count as Count  # noqa: PLC0414 (the values of commands are read from here)
from shoplink.core.values import Id as Id  # noqa: PLC0414 (as above)
from shoplink.core.values import Market as Market  # noqa: PLC0414 (as above)
from shoplink.core.values import ShortText as ShortText  # noqa: PLC0414 (as above)

Enrolment = Literal["open", "invited"]
Status = Literal["normal", "abnormal"]
Permission = Literal["granted", "revoked"]
Role = Literal["official", "marketing"]
Side = Literal["shop", "creator"]
Decided = Literal["here", "elsewhere"]
Ending = Literal["unlinked", "declined", "withdrawn", "expired", "revoked"]
Settlement = Literal["own", "offline"]
LinkStatus = Literal[
    "invited",
    "in_review",
    "linked",
    "expired",
    "declined",
    "withdrawn",
    "superseded",
    "unlinked",
    "revoked",
]

LIVE: frozenset[str] = frozenset({"invited", "in_review", "linked"})


class Actor(Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Who acts: a shop's seller, an account's creator, support, the platform, or the clock.

    The `Shoplink-Actor` header calls a creator `account`; both mean the same. `person` is the person signed in
    to a console; a program names none.
    """

    kind: Literal["shop", "creator", "account", "support", "platform", "clock"]
    id: ShortText
    person: Id | None = None


CLOCK = Actor(kind="clock", id="clock")

_OWN_IDS = ("demo", "sandbox", "shoplink")


def is_reserved(actor: Actor) -> bool:
    """Whether only this service itself acts as this actor of the platform; no caller may."""
    return actor.kind == "platform" and actor.id in _OWN_IDS


class Shop(Struct, frozen=True, gc=False):
    """A shop (小店). `market` and `enrolment` never change after the first record (R5, R6).

    `decided` says who has the last word about its links: this service, or the platform where they stand (mirror.md).
    """

    shop_id: str
    name: str
    market: str
    enrolment: Enrolment
    status: Status
    decided: Decided = "here"


class Account(Struct, frozen=True, gc=False):
    """A creator's TikTok account (达人账号); `birth_date` may be unknown."""

    account_id: str
    handle: str
    region: str
    registered_in: str
    birth_date: date | None
    status: Status
    commerce_permission: Permission
    followers: int


class Corrections(Struct, frozen=True, gc=False):
    """When support last changed each fact of an account that it can correct; None where it never did."""

    region_corrected_at: datetime | None = None
    registered_in_corrected_at: datetime | None = None
    birth_date_corrected_at: datetime | None = None


CORRECTABLE = ("region", "registered_in", "birth_date")
"""The facts of an account that support can correct."""


class Link(Struct, frozen=True, gc=False):
    """The relation of one shop and one account, from its invitation to its end.

    `linked_at` is the instant at which the link was established; the minimum link age (R26) and the rolling
    quotas (R25) count from it. `unlink_requested_at` is set while an unlink request is open, and `synced_since`
    once the shop's products are synced to the account's showcase (R13). `touched_at` is the instant of the newest event
    of it; None only in what earlier versions have written.
    """

    link_id: str
    shop_id: str
    account_id: str
    role: Role
    status: LinkStatus
    rulebook: str
    invited_at: datetime | None = None
    expires_at: datetime | None = None
    accepted_at: datetime | None = None
    linked_at: datetime | None = None
    ended_at: datetime | None = None
    unlink_requested_at: datetime | None = None
    settlement: Settlement | None = None
    reference: str | None = None
    message: str | None = None
    synced_since: datetime | None = None
    touched_at: datetime | None = None


class Waiver(Struct, frozen=True, gc=False):
    """An exemption of one shop or one account from one reason, with its author and its end (R27)."""

    code: str
    until: datetime | None
    granted_at: datetime
    note: str
    by: Actor | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether the waiver is in force at the instant. `until` is exclusive; None means permanently."""
        return self.until is None or at < self.until
