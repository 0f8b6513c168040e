"""What may I do: what the link gives me, what I need for the rest, and why not more."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Reason, World
from shoplink.core.commerce.permissions import permissions
from shoplink.web.access import CREATOR
from shoplink.web.creator.account import handle_of, mine, shop_of
from shoplink.web.frame import Menu
from shoplink.web.page import page
from shoplink.web.show import Instant, ReasonRow, show_reasons
from shoplink.web.visit import Answer, Shown, Visit
from shoplink.wording.sentences import N_


class Right(Struct, frozen=True):
    """Something that may or may not be done."""

    title: str
    allowed: bool
    note: str = ""


class Rights(Struct, frozen=True):
    """What the page shows: the account's own standing, and what may be done for the shop."""

    account_id: str
    handle: str
    shop: str
    standing: list[Right]
    rights: list[Right]
    reasons: list[ReasonRow]
    since: Instant | None = None


@page("creator/<str:account_id>/rights", CREATOR, menu=Menu(icon="key", title=N_("What may I do")))
def rights(visit: Visit, account_id: str) -> Answer:
    """My own standing, and my rights at the shop I am linked to."""
    found = mine(account_id)
    link, world = found.current, found.world
    given = permissions(world, link.shop_id, account_id) if link else None
    view = Rights(
        account_id=account_id,
        handle=handle_of(world, account_id),
        shop=shop_of(world, link) if link else "",
        standing=_standing(visit, world, account_id),
        rights=[
            _right(visit, _("Sync all products of the shop to the showcase"), given.why_not["sync_showcase"]),
            _right(visit, _("Add from shop: showcase, videos, lives"), given.why_not["add_to_showcase"]),
            _right(visit, _("Sell in videos and lives"), given.why_not["sell_in_video"]),
            Right(_("Sell without a minimum of followers"), given.followers_minimum == 0),
            Right(_("Sell without commission"), given.commission == "none"),
            _right(visit, _("Promote other shops’ products"), given.why_not["promote_other_shops"]),
        ]
        if given
        else [],
        reasons=show_reasons(visit, given.held) if given else [],
    )
    return Shown("creator/rights.html", view)


def _right(visit: Visit, title: str, why_not: tuple[Reason, ...]) -> Right:
    """Something with every reason why it may not be done."""
    problems = [row.problem for row in show_reasons(visit, why_not)]
    return Right(title, not why_not, " ".join(problems))


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
