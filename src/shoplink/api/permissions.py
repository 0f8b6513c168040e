"""What an account may do for a shop now, and why not."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from msgspec.structs import asdict
from ninja import Query, Router

from shoplink.api import examples
from shoplink.api.body import answered
from shoplink.api.document import FIND, documented
from shoplink.api.key import needs_scope
from shoplink.api.page import ID
from shoplink.api.problem import ProblemError, language_of
from shoplink.api.schema import PermissionsBody
from shoplink.api.show import show_reasons
from shoplink.flows.look import look_at_pair, permitted
from shoplink.store.read import snapshot

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
    found = permitted(world, shop_id, account_id)
    said = language_of(request)
    return answered(
        PermissionsBody(
            shop_id=shop_id,
            account_id=account_id,
            link_id=found.link.link_id if found.link else None,
            role=found.link.role if found.link else None,
            **asdict(found.rights),
            reasons=show_reasons(found.reasons, said),
        )
    )
