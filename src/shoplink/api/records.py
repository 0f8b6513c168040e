"""What was recorded: the feed of events, and the refusals that are still kept."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from msgspec import convert
from ninja import Query, Router

from shoplink.api import examples
from shoplink.api.actor import ALLOWED, read_actor
from shoplink.api.body import answered, answered_as_is
from shoplink.api.document import READ, documented
from shoplink.api.key import needs_scope
from shoplink.api.page import IdQuery, Limit, NumberCursor, page
from shoplink.api.problem import language_of, said_reasons
from shoplink.api.schema import FeedBody, Page, RefusalBody, SaidReason
from shoplink.core import wire
from shoplink.core.facts import Actor
from shoplink.store.read.link import read_event
from shoplink.store.read.refusal import StoredRefusal, page_of_refusals
from shoplink.store.write.feed import read_feed

router = Router()

POLL_AFTER_SECONDS = 1
_LAST = 2**63 - 1

After = Annotated[int, Query(0, ge=0, le=_LAST, description="`next` of the answer before; 0 for the first.")]
FeedLimit = Annotated[int, Query(200, ge=1, le=1000, description="How many at most.")]
By = Annotated[
    str | None,
    Query(
        None, pattern=r"^(shop|account|creator|support|platform):[A-Za-z0-9_.:-]{1,64}$", description=ALLOWED
    ),
]

_FEED = documented("read_feed", FeedBody, problems=READ, example=examples.FEED)
_FEED["openapi_extra"]["responses"][200]["headers"] = {
    "Retry-After": {
        "description": "On an empty page: in how many seconds to ask again.",
        "schema": {"type": "integer"},
    }
}


@router.get("/events", tags=["events"], **_FEED)
def list_events(request: HttpRequest, after: After, limit: FeedLimit) -> HttpResponse:
    """Every event once, by its position, which never gains an earlier one; answers at once."""
    needs_scope(request, "read")
    found = read_feed(after, limit)
    items = [{"position": position, **wire(read_event(data))} for position, data in found]
    response = answered_as_is(FeedBody(items, found[-1][0] if found else after))
    if not found:
        response["Retry-After"] = str(POLL_AFTER_SECONDS)
    return response


@router.get(
    "/refusals",
    tags=["refusals"],
    **documented("list_refusals", Page[RefusalBody], problems=READ, example=examples.paged(examples.REFUSAL)),
)
def list_refusals(  # noqa: PLR0913, PLR0917 (what refusals may be asked for by)
    request: HttpRequest, shop_id: IdQuery, account_id: IdQuery, by: By, limit: Limit, cursor: NumberCursor
) -> HttpResponse:
    """Why something was refused: stored refusals, the newest first, of a shop, an account, or by whom."""
    needs_scope(request, "read")
    said = language_of(request)
    rows = page_of_refusals(
        limit + 1,
        int(cursor) if cursor else None,
        shop_id=shop_id,
        account_id=account_id,
        by=read_actor(by, "by") if by else None,
    )

    def show(row: StoredRefusal) -> RefusalBody:
        command: dict[str, Any] = {
            name: value
            for name, value in row.command.items()
            if name not in {"at", "by", "key"} and value is not None
        }
        by = row.command.get("by")
        reasons = [SaidReason(**reason) for reason in said_reasons(row.reasons, said)]
        return RefusalBody(row.at, command, by and convert(by, Actor), reasons)

    return answered(page(rows, limit, lambda row: row.number, show))
