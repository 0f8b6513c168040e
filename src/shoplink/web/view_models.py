"""View models that pages share: instants, deadlines, reasons, states, whose turn it is, what happened."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from urllib.parse import urlencode

from babel.units import format_unit
from django.utils.translation import gettext as _
from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Event, Link, Reason, support_can_help
from shoplink.core.disclosure import PRIVATE
from shoplink.core.facts import Actor, LinkStatus
from shoplink.core.instant import format_instant
from shoplink.core.reasons import NextActor
from shoplink.store.read.names import markets_of
from shoplink.web.visit import Visit
from shoplink.wording import say_event, say_reason
from shoplink.wording.sentences import N_, ROLE_NAMES

Tone = Literal["green", "azure", "yellow", "orange", "red", "secondary", "purple"]

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


class Instant(Struct, frozen=True):
    """An instant: for machines, and in the reader's language and time zone."""

    iso: str
    text: str


class Deadline(Struct, frozen=True):
    """An instant ahead with what is left until then; `over` is said once it has passed."""

    iso: str
    text: str
    left: str
    over: str
    soon: bool


class Badge(Struct, frozen=True):
    """A short state: its words, its colour, its icon."""

    text: str
    tone: Tone
    icon: str


class ReasonRow(Struct, frozen=True):
    """A reason for a reader: what is wrong, what to do, who must act next, and when it may pass by itself.

    `help_url` is empty where the reader may not learn which reason it is.
    """

    code: str
    problem: str
    remedy: str
    next_actor: Badge
    possible_at: Deadline | None
    help_url: str
    support_helps: bool


class Look(Struct, frozen=True):
    """The colour and the icon of a kind of event."""

    tone: Tone
    icon: str


class TimelineRow(Struct, frozen=True):
    """Something that happened: when, what, and by whom."""

    type: str
    at: Instant
    text: str
    by: str
    look: Look


def show_instant(visit: Visit, at: datetime) -> Instant:
    """An instant in the reader's words."""
    return Instant(format_instant(at), visit.language.instant(at, visit.zone))


def show_deadline(visit: Visit, at: datetime) -> Deadline:
    """A deadline in the reader's words, with what is left until it; `soon` within a day."""
    seconds = max(int((at - visit.now).total_seconds()), 0)
    over = _("now")
    left = _left(visit, seconds) if seconds else over
    text = visit.language.instant(at, visit.zone)
    return Deadline(format_instant(at), text, left, over, soon=seconds <= 86_400)  # noqa: PLR2004 (a day)


def _left(visit: Visit, seconds: int) -> str:
    """A time span in its two largest units: 1 day 4 hr."""
    written: list[str] = []
    for unit, length in _UNITS:
        count, seconds = divmod(seconds, length)
        if count or (unit == "minute" and not written):
            written.append(format_unit(count, f"duration-{unit}", "short", locale=visit.language.locale))
    return " ".join(written[:2])


def show_reasons(visit: Visit, reasons: Iterable[Reason]) -> list[ReasonRow]:
    """Every reason in the reader's words, in the order given."""
    return [_reason(visit, reason) for reason in reasons]


def _reason(visit: Visit, reason: Reason) -> ReasonRow:
    said = say_reason(reason, visit.language, visit.zone)
    return ReasonRow(
        code=reason.code,
        problem=said.problem,
        remedy=said.remedy,
        next_actor=show_turn(reason.next_actor),
        possible_at=show_deadline(visit, reason.possible_at) if reason.possible_at else None,
        # The address of the help would tell apart what is told alike.
        help_url="" if reason.params == PRIVATE else f"/help/reasons/{reason.code}{_rules_of(visit)}",
        support_helps=support_can_help(reason),
    )


def _rules_of(visit: Visit) -> str:
    """What leads on to help by the rules of the market that the page is about; asked once per visit."""
    found: str | None = getattr(visit.request, "rules_of", None)
    if found is None:
        shop_id, account_id = visit.named.get("shop_id"), visit.named.get("account_id")
        # A shop's market is the one whose rules decide; an account is linked only in the market it is in.
        of = ([shop_id], []) if shop_id else ([], [account_id] if account_id else [])
        markets = markets_of(*of) if any(of) else []
        found = f"?{urlencode({'market': markets[0]})}" if markets else ""
        visit.request.rules_of = found  # type: ignore[attr-defined]
    return found


_STATES: dict[str, Badge] = {
    "invited": Badge(N_("Linking: to be confirmed"), "azure", icon="mail-forward"),
    "in_review": Badge(N_("Linking: in review"), "yellow", icon="hourglass"),
    "linked": Badge(N_("Linked"), "green", icon="link"),
    "unlink_requested": Badge(N_("Unlink requested"), "orange", icon="link-off"),
    "expired": Badge(N_("Expired"), "secondary", icon="clock-off"),
    "declined": Badge(N_("Declined"), "secondary", icon="x"),
    "withdrawn": Badge(N_("Withdrawn"), "secondary", icon="arrow-back-up"),
    "superseded": Badge(N_("Ended by another link"), "secondary", icon="replace"),
    "unlinked": Badge(N_("Unlinked"), "secondary", icon="unlink"),
    "revoked": Badge(N_("Revoked by the platform"), "red", icon="ban"),
}
_TURNS: dict[NextActor, Badge] = {
    "shop": Badge(N_("Shop’s turn"), "azure", icon="building-store"),
    "creator": Badge(N_("Creator’s turn"), "purple", icon="user"),
    "support": Badge(N_("Support’s turn"), "orange", icon="headset"),
    "platform": Badge(N_("Platform’s turn"), "orange", icon="shield"),
    "clock": Badge(N_("Passes with time"), "secondary", icon="clock"),
    "nobody": Badge(N_("Nobody’s turn"), "secondary", icon="minus"),
}


def _said(badge: Badge) -> Badge:
    return replace(badge, text=_(badge.text))


def show_status(status: LinkStatus, *, unlink_requested: bool = False) -> Badge:
    """A link's status; invited and in review are both "linking" to people, with the stage beside."""
    return _said(_STATES["unlink_requested" if unlink_requested else status])


def show_link_status(link: Link) -> Badge:
    """The status of a link."""
    requested = link.status == "linked" and link.unlink_requested_at is not None
    return show_status(link.status, unlink_requested=requested)


def show_turn(actor: NextActor) -> Badge:
    """Who must act next."""
    return _said(_TURNS[actor])


def show_role(visit: Visit, role: str) -> str:
    """The name of a role."""
    return visit.language.text(ROLE_NAMES[role])


_LOOKS: dict[str, Look] = {
    "link.invited": Look("azure", icon="mail-forward"),
    "link.accepted": Look("azure", icon="check"),
    "link.established": Look("green", icon="link"),
    "link.imported": Look("green", icon="database-import"),
    "link.unlinked": Look("secondary", icon="unlink"),
    "link.revoked": Look("red", icon="ban"),
    "unlink.requested": Look("orange", icon="link-off"),
    "unlink.refused": Look("secondary", icon="x"),
    "waiver.granted": Look("purple", icon="certificate"),
    "account.corrected": Look("purple", icon="pencil"),
}
_OTHERWISE = Look("secondary", icon="point")


def show_timeline(visit: Visit, events: Iterable[Event]) -> list[TimelineRow]:
    """What happened, in the order given."""
    return [_happened(visit, event) for event in events]


def _happened(visit: Visit, event: Event) -> TimelineRow:
    kind = event.__struct_config__.tag
    look = _LOOKS.get(str(kind), _OTHERWISE)
    text = say_event(event, visit.language, visit.zone)
    return TimelineRow(str(kind), show_instant(visit, event.at), text, show_actor(event.by), look)


_ACTORS = {
    "shop": N_("Shop"),
    "creator": N_("Creator"),
    "account": N_("Creator"),
    "support": N_("Support"),
    "platform": N_("Platform"),
    "clock": N_("By the clock"),
}


def show_actor(actor: Actor | None) -> str:
    """Who acted, by the side they are on."""
    return _(_ACTORS[actor.kind]) if actor else ""
