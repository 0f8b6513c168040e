"""我的账号 → 绑定 TikTok 账号: the slots of a shop as cards, and its quotas."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.facts import Role
from shoplink.flows.look import UnlinkQuotaUse, look_at
from shoplink.web.mirror.compared import comparisons
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SELLER
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.shop import QuotaCard, SlotsCard, quota_of, shop_name, slots_of, unlinks_of
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.state import show_decided
from shoplink.wording.sentences import N_


class Accounts(Struct, frozen=True):
    """One shop, for the role of the open tab."""

    shop_id: str
    name: str
    market: str
    enrolment: str
    normal: bool
    decided: Badge | None
    compared: str
    tabs: list[tuple[str, str, bool]]
    slots: SlotsCard
    quota: QuotaCard
    unlinks: UnlinkQuotaUse


@page("seller/<str:shop_id>/", SELLER, menu=Menu(icon="user-circle", title=N_("My accounts")))
def accounts(visit: Visit, shop_id: str) -> PageResponse:
    """The official accounts of a shop, or with `?role=marketing` its marketing accounts."""
    world = look_at(shops=[shop_id]).world
    facts = world.shops[shop_id].facts
    compared = comparisons(visit, world).get(shop_id)
    role: Role = "marketing" if visit.query.get("role") == "marketing" else "official"
    slots = {each: slots_of(visit, world, shop_id, each) for each in ("official", "marketing")}
    titles = {"official": _("Official accounts"), "marketing": _("Marketing accounts")}
    tabs = [
        (f"/seller/{shop_id}/?role={each}", f"{titles[each]} {use.used}/{use.total}", each == role)
        for each, use in slots.items()
    ]
    return PageContent(
        "seller/accounts.html",
        Accounts(
            shop_id=shop_id,
            name=shop_name(world, shop_id),
            market=visit.language.country(facts.market),
            enrolment=_("open (普招)") if facts.enrolment == "open" else _("invited (定邀)"),
            normal=facts.status == "normal",
            decided=show_decided(facts.decided),
            compared=compared.text if compared else "",
            tabs=tabs,
            slots=slots[role],
            quota=quota_of(visit, world, shop_id),
            unlinks=unlinks_of(world, shop_id),
        ),
    )
