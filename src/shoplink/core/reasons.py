"""The closed catalogue of reasons in order of precedence, and the reason as a value."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

NextActor = Literal["shop", "creator", "support", "platform", "clock", "nobody"]
Subject = Literal["shop", "account"]


class Reason(Struct, frozen=True, gc=False):
    """Why a command is refused: a stable code, who must act next, and the values that a sentence needs.

    `possible_at` is the earliest instant at which the reason goes away by itself if nobody acts.
    """

    code: str
    next_actor: NextActor
    possible_at: datetime | None = None
    params: dict[str, Any] = {}


class CatalogueEntry(Struct, frozen=True):
    """One row of the catalogue.

    A `gate` reason is the whole answer. If `support_helps`, a ticket about the reason may be opened (R39, R40).
    `waivable_for` are the subjects for which a rulebook may allow waivers from it (R27).
    """

    code: str
    gate: bool = False
    support_helps: bool = False
    waivable_for: frozenset[Subject] = frozenset()


def _gate(code: str, *, support_helps: bool = False) -> CatalogueEntry:
    return CatalogueEntry(code, gate=True, support_helps=support_helps)


def _helped(code: str, *waivable_for: Subject) -> CatalogueEntry:
    return CatalogueEntry(code, support_helps=True, waivable_for=frozenset(waivable_for))


CATALOGUE: dict[str, CatalogueEntry] = {
    entry.code: entry
    for entry in (
        _gate("shop.not_found"),
        _gate("account.not_found", support_helps=True),
        _gate("link.not_found"),
        _gate("rulebook.not_found"),
        _gate("waiver.not_found"),
        _gate("rulebook.activation_not_found"),
        _gate("shop.decided_elsewhere"),
        _gate("shop.decided_here"),
        _gate("link.invitation_expired"),
        _gate("link.wrong_state"),
        CatalogueEntry("shop.market_fixed"),
        CatalogueEntry("shop.enrolment_fixed"),
        CatalogueEntry("link.date_out_of_order"),
        _helped("account.links_overlap"),
        CatalogueEntry("waiver.not_allowed"),
        CatalogueEntry("rulebook.date_in_past"),
        CatalogueEntry("unlink.already_requested"),
        CatalogueEntry("unlink.not_requested"),
        CatalogueEntry("unlink.needs_creator_request"),
        _helped("link.younger_than_minimum", "shop", "account"),
        CatalogueEntry("shop.status_not_normal"),
        CatalogueEntry("account.status_not_normal"),
        _helped("account.age_unknown"),
        _helped("account.under_age"),
        _helped("account.region_mismatch"),
        _helped("account.registration_mismatch"),
        _helped("account.commerce_permission_revoked"),
        CatalogueEntry("network.region_mismatch"),
        _helped("account.already_linked"),
        CatalogueEntry("link.already_invited"),
        CatalogueEntry("shop.role_not_available"),
        CatalogueEntry("shop.slots_full"),
        _helped("shop.link_quota_spent", "shop"),
        _helped("account.link_quota_spent", "account"),
        _helped("shop.unlink_quota_spent", "shop"),
        _gate("product.not_found"),
        _gate("content.not_found"),
        CatalogueEntry("product.shop_fixed"),
        CatalogueEntry("content.fixed"),
        CatalogueEntry("showcase.not_official"),
        _helped("account.followers_below_minimum"),
        CatalogueEntry("role.other_shops_not_allowed"),
        CatalogueEntry("product.of_linked_shop"),
        CatalogueEntry("product.off_sale"),
        CatalogueEntry("item.not_there"),
        CatalogueEntry("item.synced"),
        CatalogueEntry("item.already_there"),
        _gate("member.invitation_not_found"),
        _gate("member.not_found"),
        _gate("person.not_found"),
        CatalogueEntry("member.already"),
        CatalogueEntry("member.other_address"),
        CatalogueEntry("member.too_many_invited"),
        CatalogueEntry("member.last"),
        CatalogueEntry("member.inviter_without_address"),
        _gate("ticket.not_found"),
        CatalogueEntry("ticket.ended"),
        CatalogueEntry("ticket.not_needed"),
        CatalogueEntry("ticket.beyond_support"),
        CatalogueEntry("ticket.reopen_period_over"),
        CatalogueEntry("ticket.already_open"),
        CatalogueEntry("ticket.assignee_not_in_team"),
    )
}
"""Every reason, in order of precedence (domain.md section 5). Append-only."""

Code = Annotated[str, Meta(pattern=r"\A(?:" + "|".join(CATALOGUE).replace(".", r"\.") + r")\Z")]

_CORRECTABLE = {"account.region_mismatch", "account.registration_mismatch"}


def support_can_help(reason: Reason) -> bool:
    """Whether a ticket about this reason may be opened (R39).

    Support cannot correct the region of an account that is registered in certain countries (R40); a reason about
    such an account names nobody as its next actor.
    """
    if reason.code in _CORRECTABLE and reason.next_actor == "nobody":
        return False
    return CATALOGUE[reason.code].support_helps
