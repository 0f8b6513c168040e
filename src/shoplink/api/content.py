"""Content: videos and lives of an account, and what each shows."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from msgspec.structs import asdict

from shoplink.api.http.body import Page, one_page, respond
from shoplink.api.http.command import carry_out, read_command
from shoplink.api.http.operation import FIND, IdCursor, Limit, Operations
from shoplink.api.http.precondition import precondition_of, respond_with_tag
from shoplink.api.http.problem import Instant, ProblemError
from shoplink.api.http.request import require_scope
from shoplink.api.showcase import AsOf, ShowcasePage, show_place
from shoplink.core.commerce.commands import PutContent
from shoplink.core.commerce.facts import ContentKind
from shoplink.core.facts import Id
from shoplink.core.precondition.subjects import ContentFacts
from shoplink.flows.answer import Answer
from shoplink.flows.precondition import newest_instant, token_of_states
from shoplink.flows.showcase import content_counts, view_of_place
from shoplink.flows.state import ContentState, read_state
from shoplink.store.read.commerce import ContentCount, changed_at, one_content
from shoplink.store.read.link import snapshot

operations = Operations("showcases")


class ContentBody(Struct, frozen=True):
    """A video or a live.

    `updated_at`: when it was recorded last; null only in an answer that an earlier version has stored.
    """

    content_id: str
    account_id: str
    kind: ContentKind
    title: str
    updated_at: Instant | None


class CountedContentBody(ContentBody, frozen=True):
    """A video or a live, and how many products it shows now."""

    products: int


def _show_content(one: ContentCount, at: dict[str, datetime]) -> CountedContentBody:
    updated_at = at[one.content.content_id]
    return CountedContentBody(**asdict(one.content), updated_at=updated_at, products=one.products)


@operations.command("PUT", "/contents/{content_id}", ContentBody, conditional=True)
def put_content(request: HttpRequest, content_id: Id) -> HttpResponse:
    """Record a video or a live of an account, so that products can be added to it."""
    command = read_command(request, "put_content", content_id=content_id)
    assert isinstance(command, PutContent), "this is the command that was read"

    def show(answer: Answer) -> ContentBody:
        state = read_state(answer["state"], ContentState)
        return ContentBody(**asdict(state.content), updated_at=state.touched_at)

    seen = precondition_of(request, ContentFacts(account_id=command.account_id, content_id=content_id))
    return carry_out(request, command, show, with_state=True, seen=seen)


@operations.get("/contents/{content_id}", CountedContentBody, problems=FIND, conditional=True)
def get_content(request: HttpRequest, content_id: Id) -> HttpResponse:
    """The video or live, and how many products it shows."""
    require_scope(request, "read")
    with snapshot():
        content = one_content(content_id)
        found = [] if content is None else content_counts(content.account_id, content_id=content_id)
        newest, at = newest_instant(), changed_at("content", [content_id])
    if not found:
        raise ProblemError("not_found")
    return respond_with_tag(request, _show_content(found[0], at), token_of_states(newest, content))


@operations.get("/contents", Page[CountedContentBody])
def list_contents(
    request: HttpRequest, account_id: Id, limit: Limit = 50, cursor: IdCursor | None = None
) -> HttpResponse:
    """An account's videos and lives in the order of their ids, and how many products each shows."""
    require_scope(request, "read")
    with snapshot():
        found = content_counts(account_id, limit + 1, cursor or "")
        at = changed_at("content", [one.content.content_id for one in found])
    return respond(
        one_page(found, limit, lambda one: one.content.content_id, lambda one: _show_content(one, at))
    )


@operations.get("/contents/{content_id}/products", ShowcasePage, problems=FIND, conditional=True)
def list_content_products(
    request: HttpRequest,
    content_id: Id,
    at: AsOf | None = None,
    limit: Limit = 50,
    cursor: IdCursor | None = None,
) -> HttpResponse:
    """What a video or live shows, in the order of product ids, now or at a past instant."""
    require_scope(request, "read")
    with snapshot():
        content = one_content(content_id)
        found = content and view_of_place(
            content.account_id, content_id, at, limit + 1, cursor or "", with_token=True
        )
    if not found:
        raise ProblemError("not_found")
    return respond_with_tag(request, show_place(found, limit), found.token)
