"""The feed: every event once, in an order that never changes."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct

from shoplink.api.http.body import respond_as_is
from shoplink.api.http.operation import READ, Operations
from shoplink.api.http.problem import ProblemError, problem_response
from shoplink.api.http.request import require_scope
from shoplink.api.http.schema import EventBody
from shoplink.api.http.vocabulary import EventType
from shoplink.core import wire
from shoplink.core.facts import Id
from shoplink.store.read.link import read_event
from shoplink.store.write.feed import newest_position
from shoplink.store.write.feed import read_feed as read_stored

operations = Operations("events")

POLL_AFTER_SECONDS = 1
_LAST = 2**63 - 1

After = Annotated[int, Meta(ge=0, le=_LAST, description="`next` of the answer before; 0 for the first.")]
FeedLimit = Annotated[int, Meta(ge=1, le=1000, description="How many at most.")]

_RETRY_AFTER = {
    "Retry-After": {
        "description": "On an empty page: in how many seconds to ask again.",
        "schema": {"type": "integer"},
    }
}


class FeedBody(Struct, frozen=True):
    """Events in the order of the feed; `next` is what to send as `after` next."""

    items: list[EventBody]
    next: int


@operations.get("/events", FeedBody, headers=_RETRY_AFTER, problems=(*READ, "feed.beyond_end"))
def read_feed(  # noqa: PLR0913, PLR0917 (the parameters of the query)
    request: HttpRequest,
    after: After = 0,
    limit: FeedLimit = 200,
    type: list[EventType] | None = None,  # noqa: A002 (its name in the query)
    shop_id: Id | None = None,
    account_id: Id | None = None,
) -> HttpResponse:
    """Every event once, by its position, which never gains an earlier one; answers at once.

    With `type` (of several: any), `shop_id` or `account_id`, only these; `next` moves past the others too. An `after`
    that the feed has not reached is a 409 with its `newest` position: the database is not the one that was read before.
    """
    require_scope(request, "read")
    # Asked first: what comes between the two statements is told by the next page.
    reached = newest_position() if type or shop_id or account_id else after
    found = read_stored(after, limit, types=type or (), shop_id=shop_id, account_id=account_id)
    if found:
        reached = found[-1][0] if len(found) == limit else max(reached, found[-1][0])
    elif after > (newest := newest_position()):
        error = ProblemError("feed.beyond_end", newest=newest, after=after)
        return problem_response(request, error, newest=newest)
    items = [{"position": position, **wire(read_event(data))} for position, data in found]
    response = respond_as_is(FeedBody(items, reached))
    if not found:
        response["Retry-After"] = str(POLL_AFTER_SECONDS)
    return response
