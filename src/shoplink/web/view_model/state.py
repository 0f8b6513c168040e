"""Where a link stands, who must act next, and the names of roles and sides."""

from django.utils.translation import gettext as _

from shoplink.core import Link
from shoplink.core.facts import Actor, LinkStatus
from shoplink.core.reasons import NextActor
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Badge, translated
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
    "shop": Badge(N_("Shop’s turn"), "azure", icon="building-store"),
    "creator": Badge(N_("Creator’s turn"), "purple", icon="user"),
    "support": Badge(N_("Support’s turn"), "orange", icon="headset"),
    "platform": Badge(N_("Platform’s turn"), "orange", icon="shield"),
    "clock": Badge(N_("Passes with time"), "secondary", icon="clock"),
    "nobody": Badge(N_("Nobody’s turn"), "secondary", icon="minus"),
}


def show_status(status: LinkStatus, *, unlink_requested: bool = False) -> Badge:
    """A link's status; invited and in review are both "linking" to people, with the stage beside."""
    return translated(_STATES["unlink_requested" if unlink_requested else status])


def show_link_status(link: Link) -> Badge:
    """The status of a link."""
    requested = link.status == "linked" and link.unlink_requested_at is not None
    return show_status(link.status, unlink_requested=requested)


def show_next_actor(actor: NextActor) -> Badge:
    """Who must act next."""
    return translated(_NEXT_ACTORS[actor])


def show_role(visit: Visit, role: str) -> str:
    """The name of a role."""
    return visit.language.text(ROLE_NAMES[role])


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
