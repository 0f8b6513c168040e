"""Where a link stands, who must act next, and the names of roles, sides and those who act for them."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from shoplink.core import Link
from shoplink.core.facts import Actor, Decided, LinkStatus
from shoplink.core.reasons import NextActor
from shoplink.core.ticket.facts import STAFF
from shoplink.store.people.membership import names_of
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Badge, translated
from shoplink.wording.names import isolated
from shoplink.wording.sentences import N_, ROLE_NAMES

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
_NEXT_ACTORS: dict[NextActor, Badge] = {
    "shop": Badge(N_("The shop must act"), "azure", icon="building-store"),
    "creator": Badge(N_("The creator must act"), "purple", icon="user"),
    "support": Badge(N_("Support must act"), "orange", icon="headset"),
    "platform": Badge(N_("The platform must act"), "orange", icon="shield"),
    "clock": Badge(N_("Time will resolve it"), "secondary", icon="clock"),
    "nobody": Badge(N_("No action needed"), "secondary", icon="minus"),
}


def show_status(status: LinkStatus, *, unlink_requested: bool = False) -> Badge:
    """The status of a link. Invited and in review both read "Linking", with the stage beside it."""
    return translated(_STATES["unlink_requested" if unlink_requested else status])


def show_link_status(link: Link) -> Badge:
    """The status of a link."""
    requested = link.status == "linked" and link.unlink_requested_at is not None
    return show_status(link.status, unlink_requested=requested)


def show_next_actor(actor: NextActor) -> Badge:
    """Who must act next."""
    return translated(_NEXT_ACTORS[actor])


_ELSEWHERE = Badge(N_("Decided at TikTok"), "purple", icon="building-broadcast-tower")


def show_decided(decided: Decided) -> Badge | None:
    """That another platform decides about the links of a shop; None where they are decided here."""
    return translated(_ELSEWHERE) if decided == "elsewhere" else None


def show_role(visit: Visit, role: str) -> str:
    """The name of a role."""
    return visit.language.text(ROLE_NAMES[role])


_ACTORS = {
    "shop": N_("Shop"),
    "creator": N_("Creator"),
    "account": N_("Creator"),
    "support": N_("Support"),
    "platform": N_("Platform"),
    "clock": N_("Automatically"),
}


def show_actor(actor: Actor | None) -> str:
    """The side that acted; empty if there is no actor."""
    return _(_ACTORS[actor.kind]) if actor else ""


def names_behind(visit: Visit, actors: Iterable[Actor | None]) -> Callable[[Actor | None], str]:
    """The name of who acted for a side, for each of these actors; '' where the reader is not told. One statement.

    Staff are told everybody's name, the others those of their own colleagues. A program of the platform has the name
    that it gives itself.
    """
    told = {each for each in actors if each is not None and _is_told(visit, each)}
    people = names_of(each.person or each.id for each in told) if told else {}

    def name_of(actor: Actor | None) -> str:
        if actor is None or actor not in told:
            return ""
        return people.get(actor.person or actor.id, actor.id if actor.kind in STAFF else "")

    return name_of


def _is_told(visit: Visit, actor: Actor) -> bool:
    if visit.by.kind in STAFF:
        return actor.kind != "clock"
    return (actor.kind, actor.id) == (visit.by.kind, visit.by.id) and actor.person is not None


def show_by(actor: Actor | None, name: str) -> str:
    """The side that acted and the name of who acted for it, where that is known."""
    return f"{show_actor(actor)} · {isolated(name)}" if name else show_actor(actor)
