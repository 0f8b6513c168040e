"""The creator's rights: what the link allows, and every reason why something is not allowed."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link, Reason, World
from shoplink.core.commerce.permissions import (
    ACTIONS,
    WITHOUT_LINK,
    Action,
    Permissions,
    as_affiliate,
    permissions,
)
from shoplink.core.next_actor import review_reasons
from shoplink.core.reasons import CATALOGUE
from shoplink.store.read.commerce import page_of_products
from shoplink.web.creator.account import account_links, handle_of, shop_of
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import CREATOR
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.ticket.offer import TicketForm, ticket_about
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording.sentences import N_


class Right(Struct, frozen=True):
    """A right: whether the account has it, and a note."""

    title: str
    allowed: bool
    note: str = ""


class RightsPage(Struct, frozen=True):
    """The account's standing, its rights, and every reason why it has no more.

    `shop` is the shop of the current link; empty for an account without a link.
    """

    account_id: str
    handle: str
    shop: str
    standing: list[Right]
    rights: list[Right]
    reasons: list[ReasonRow]
    ask: TicketForm | None = None


ACTION_TITLES: dict[Action, str] = {
    "sync_showcase": N_("Sync all products of the shop to the showcase"),
    "add_to_showcase": N_("Add from shop to the showcase"),
    "add_to_video": N_("Add from shop to videos"),
    "add_to_live": N_("Add from shop to lives"),
    "sell_in_video": N_("Sell in videos"),
    "sell_in_live": N_("Sell in lives"),
    "promote_other_shops": N_("Promote other shops’ products"),
}


@page("creator/<str:account_id>/rights", CREATOR, menu=Menu(icon="key", title=N_("What may I do")))
def rights(visit: Visit, account_id: str) -> PageResponse:
    """The account's standing, and its rights with its shop or as an affiliate creator."""
    links = account_links(account_id)
    link, world = links.current, links.world
    granted = permissions(world, link.shop_id, account_id) if link else as_affiliate(world, account_id)
    held = review_reasons(world, link, world.now) if link else ()
    reasons = _all_reasons(granted, held, alone=link is None)
    return PageContent(
        "creator/rights.html",
        RightsPage(
            account_id=account_id,
            handle=handle_of(world, account_id),
            shop=shop_of(world, link) if link else "",
            standing=_standing(visit, world, account_id),
            rights=[
                *(_right(visit, action, granted.why_not[action], alone=link is None) for action in ACTIONS),
                _followers(granted.followers_minimum),
                _commission(granted),
            ],
            reasons=show_reasons(visit, reasons),
            ask=_ask(visit, link, held, reasons) if link else None,
        ),
    )


def _ask(visit: Visit, link: Link, held: Sequence[Reason], reasons: Sequence[Reason]) -> TicketForm | None:
    """A ticket about the review of the link, or else about adding a product, which the same reasons refuse."""
    if held:
        return ticket_about(visit, held, ("link_id", link.link_id))
    some = page_of_products(1, "", shop_id=link.shop_id, status="on_sale")
    product_ids = [("product_ids", one.product_id) for one in some]
    fields = [("command", "add_from_shop"), ("link_id", link.link_id), *product_ids]
    return ticket_about(visit, reasons, *fields) if product_ids else None


def _right(visit: Visit, action: Action, why_not: tuple[Reason, ...], *, alone: bool) -> Right:
    """A right with every reason against it. Without a link, one sentence replaces the reasons about the missing link."""
    problems = [row.problem for row in show_reasons(visit, why_not)]
    if alone and action not in WITHOUT_LINK:
        problems = [_("Requires a link to the shop.")]
    return Right(_(ACTION_TITLES[action]), not why_not, " ".join(problems))


def _commission(granted: Permissions) -> Right:
    if granted.commission != "none":
        return Right(_("Earn commission from TikTok"), allowed=True)
    note = _("TikTok pays you no commission on this shop’s orders; the shop pays you as agreed with it.")
    return Right(_("Earn commission from TikTok"), allowed=False, note=note)


def _followers(minimum: int) -> Right:
    note = (
        _("Without a link, this requires {number} followers.").format(number=f"{minimum:,}")
        if minimum
        else ""
    )
    return Right(_("Sell with any number of followers"), not minimum, note)


def _all_reasons(granted: Permissions, held: Sequence[Reason], *, alone: bool) -> list[Reason]:
    """Every reason once, including those that keep the link in review, in the catalogue's order."""
    actions = [action for action in ACTIONS if not alone or action in WITHOUT_LINK]
    by_code = {reason.code: reason for action in actions for reason in granted.why_not[action]}
    by_code |= {reason.code: reason for reason in held}
    return sorted(by_code.values(), key=lambda reason: [*CATALOGUE].index(reason.code))


def _standing(visit: Visit, world: World, account_id: str) -> list[Right]:
    facts = world.accounts[account_id].facts
    birth = facts.birth_date.isoformat() if facts.birth_date else _("unknown")
    countries = _("{region}; registered in {registered_in}").format(
        region=visit.language.country(facts.region), registered_in=visit.language.country(facts.registered_in)
    )
    return [
        Right(
            _("Account status"),
            facts.status == "normal",
            _("normal") if facts.status == "normal" else _("abnormal"),
        ),
        Right(
            _("E-commerce permission"),
            facts.commerce_permission == "granted",
            _("granted") if facts.commerce_permission == "granted" else _("revoked after violations"),
        ),
        Right(_("Birth date"), facts.birth_date is not None, birth),
        Right(_("Country"), allowed=True, note=countries),
        Right(_("Followers"), allowed=True, note=f"{facts.followers:,}"),
    ]
