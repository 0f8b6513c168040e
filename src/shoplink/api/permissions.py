"""What an account may do for a shop now, and why not."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from shoplink.api import examples_commerce as examples
from shoplink.api.body import answered
from shoplink.api.document import FIND, documented
from shoplink.api.key import needs_scope
from shoplink.api.page import ID
from shoplink.api.problem import ProblemError, language_of
from shoplink.api.schema_commerce import PermissionsBody
from shoplink.api.show import show_reasons
from shoplink.api.show_commerce import show_permissions
from shoplink.core.commerce.permissions import permissions
from shoplink.flows.look import look_at_pair
from shoplink.store.read.link import snapshot

router = Router(tags=["permissions"])

IdHere = Annotated[str, Query(..., pattern=ID)]


@router.get("", **documented("get_permissions", PermissionsBody, problems=FIND, example=examples.PERMISSIONS))
def get_permissions(request: HttpRequest, account_id: IdHere, shop_id: IdHere) -> HttpResponse:
    """What the account may do for the shop now, by the role it is linked in, and why not more.

    A permission exists while the link is `linked` and the standing of both sides is normal.
    """
    needs_scope(request, "read")
    with snapshot():
        world = look_at_pair(shop_id, account_id).world
    if shop_id not in world.shops or account_id not in world.accounts:
        raise ProblemError("not_found")
    found = permissions(world, shop_id, account_id)
    said = language_of(request)
    table = show_permissions(found, said)
    return answered(
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
            reasons=show_reasons(found.held, said),
        )
    )
