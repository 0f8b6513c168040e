"""What an account may do for a shop now, and why not."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.body import respond
from shoplink.api.http.operation import FIND, Operations
from shoplink.api.http.problem import ProblemError, SaidReason, language_of, show_reasons
from shoplink.api.http.request import require_scope
from shoplink.core.commerce.permissions import Permissions, permissions
from shoplink.core.facts import Id
from shoplink.flows.look import look_at_pair
from shoplink.store.read.link import snapshot
from shoplink.wording import Language

operations = Operations("permissions")


class Verdict(Struct, frozen=True):
    """Whether something is allowed; if not, every reason."""

    allowed: bool
    reasons: list[SaidReason]


class AddVerdicts(Struct, frozen=True):
    """Whether products can be added from the shop, to each kind of place."""

    showcase: Verdict
    video: Verdict
    live: Verdict


class PermissionTable(Struct, frozen=True):
    """Each thing that a link may give."""

    sync_showcase: Verdict
    add_from_shop: AddVerdicts
    sell_in_video: Verdict
    sell_in_live: Verdict
    promote_other_shops: Verdict


class PermissionsBody(Struct, frozen=True):
    """What an account may do for a shop now, by the role it is linked in; `role` is null for an affiliate creator.

    `permissions` says of each thing whether it is allowed, and every reason why not. `reasons`: what stands in the
    way of all that a link with this shop gives.
    """

    shop_id: str
    account_id: str
    link_id: str | None
    role: Literal["official", "marketing"] | None
    permissions: PermissionTable
    sync_showcase: bool
    add_from_shop: bool
    followers_minimum: int
    commission: Literal["none", "due"]
    promote_other_shops: bool
    reasons: list[SaidReason]


def _show_table(found: Permissions, language: Language) -> PermissionTable:
    """Each thing with its reasons."""
    verdicts = {
        action: Verdict(not reasons, show_reasons(reasons, language))
        for action, reasons in found.why_not.items()
    }
    return PermissionTable(
        sync_showcase=verdicts["sync_showcase"],
        add_from_shop=AddVerdicts(
            verdicts["add_to_showcase"], verdicts["add_to_video"], verdicts["add_to_live"]
        ),
        sell_in_video=verdicts["sell_in_video"],
        sell_in_live=verdicts["sell_in_live"],
        promote_other_shops=verdicts["promote_other_shops"],
    )


@operations.get("/permissions", PermissionsBody, problems=FIND)
def get_permissions(request: HttpRequest, account_id: Id, shop_id: Id) -> HttpResponse:
    """What the account may do for the shop now, by the role it is linked in, and why not more.

    A permission exists while the link is `linked` and the standing of both sides is normal.
    """
    require_scope(request, "read")
    with snapshot():
        world = look_at_pair(shop_id, account_id).world
    if shop_id not in world.shops or account_id not in world.accounts:
        raise ProblemError("not_found")
    found = permissions(world, shop_id, account_id)
    language = language_of(request)
    table = _show_table(found, language)
    return respond(
        PermissionsBody(
            shop_id=shop_id,
            account_id=account_id,
            link_id=found.link.link_id if found.link else None,
            role=found.link.role if found.link else None,
            permissions=table,
            sync_showcase=table.sync_showcase.allowed,
            add_from_shop=table.add_from_shop.showcase.allowed,
            followers_minimum=found.followers_minimum,
            commission=found.commission,
            promote_other_shops=table.promote_other_shops.allowed,
            reasons=show_reasons(found.held, language),
        )
    )
