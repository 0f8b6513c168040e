"""Tickets with support: opened from a decision, answered, resolved, withdrawn, listed (domain.md section 8).

Who asks sees what is theirs: a shop or a creator the tickets of their own side, support and the platform all.
"""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from shoplink.api import ticket_examples
from shoplink.api.actor import actor_of, written
from shoplink.api.ask import idempotency_key
from shoplink.api.body import answered, plain, read_object
from shoplink.api.document import FIND, READ, WRITE, documented, json_body
from shoplink.api.examples import paged
from shoplink.api.key import key_of, needs_scope
from shoplink.api.page import Id, IdQuery, Limit, NumberCursor, page
from shoplink.api.problem import ProblemError, language_of, problem, said_reasons
from shoplink.api.schema import Page, TicketBody, TicketInFullBody
from shoplink.api.show_ticket import show_ticket, show_ticket_in_full
from shoplink.api.ticket_body import ABOUT, MAY_SAY, SAID, TEXT, read_asked, read_words
from shoplink.core.facts import Actor
from shoplink.core.parse import MalformedError, is_id
from shoplink.flows import clock
from shoplink.flows.execute import Answer
from shoplink.flows.ticket.read import Seen, find, is_opener, see
from shoplink.flows.ticket.steps import Step, open_about, open_review, reply, resolve, withdraw
from shoplink.store.read.link import one_link, snapshot
from shoplink.store.ticket.tickets import Status, page_of_tickets
from shoplink.wording.input_errors import ID

router = Router(tags=["tickets"])

_STEP = (*WRITE, "not_found", "ticket.ended")

StatusQuery = Annotated[Status | None, Query(None)]
MarketQuery = Annotated[str | None, Query(None, pattern=r"^[A-Z]{2}$")]


@router.post(
    "",
    **documented(
        "open_ticket",
        TicketInFullBody,
        status=201,
        problems=(
            *(kind for kind in WRITE if kind != "refused"),
            "not_found",
            "ticket.beyond_support",
            "ticket.not_needed",
        ),
        body={**json_body(ABOUT, ticket_examples.OPEN_TICKET), "required": True},
        example=ticket_examples.TICKET_IN_FULL,
        acts=True,
        keyed=True,
    ),
)
def open_ticket(request: HttpRequest) -> HttpResponse:
    """Ask support about a command that is refused, judged anew, or about a link that stays in review.

    Only what support can help with can be filed; otherwise the answer says who can act instead. What is asked about
    already, and still open, is answered with its ticket. The commands are those of a shop or a creator; about an unlink
    request that is unanswered for seven days, the creator asks with `request_unlink`.
    """
    fields = read_object(request)
    by, words = actor_of(request), read_words(fields, ("command", "link_id"))
    needs_scope(request, by.kind)
    if by.kind not in {"shop", "creator"}:
        raise _not_allowed(by, "open_ticket", "account:ID, shop:ID")
    if ("command" in fields) == ("link_id" in fields):
        raise MalformedError("exactly one of {names} must be there", "command", names="command, link_id")
    step = _step(request, by)
    if "command" in fields:
        return _answer(request, open_about(read_asked(request, fields["command"], by), step, words), 201)
    link_id = fields["link_id"]
    if not isinstance(link_id, str) or not is_id(link_id):
        raise MalformedError.wrong("link_id", ID.en, repr(link_id))
    link = one_link(link_id)
    if link is None or by.id != (link.shop_id if by.kind == "shop" else link.account_id):
        raise ProblemError("not_found")
    return _answer(request, open_review(link, step, words), 201)


@router.get(
    "",
    **documented(
        "list_tickets",
        Page[TicketBody],
        problems=READ,
        example=paged(ticket_examples.TICKET),
        acts=True,
    ),
)
def list_tickets(  # noqa: PLR0913, PLR0917 (what tickets may be asked for by)
    request: HttpRequest,
    shop_id: IdQuery,
    account_id: IdQuery,
    status: StatusQuery,
    market: MarketQuery,
    limit: Limit,
    cursor: NumberCursor,
) -> HttpResponse:
    """Tickets that are for the one who asks to see, the oldest first, each with what stands in the way now.

    A page may hold fewer than `limit`; there is another one as long as `next` is not null.
    """
    needs_scope(request, "read")
    reader, said = actor_of(request), language_of(request)
    own: dict[str, Any] = {"shop_id": shop_id, "account_id": account_id}
    if reader.kind in {"shop", "creator"}:
        name = "shop_id" if reader.kind == "shop" else "account_id"
        if own[name] not in {None, reader.id}:
            return answered(Page([], None))
        own |= {name: reader.id, "side": reader.kind}
    with snapshot():
        rows = page_of_tickets(clock.now(), limit + 1, int(cursor or 0), status=status, market=market, **own)
        seen = {each.ticket.ticket_id: each for each in see(rows[:limit])}

    def show(row: Any) -> TicketBody | None:
        now = seen[row.ticket_id]
        return show_ticket(now, reader, said) if status in {None, now.ticket.status} else None

    return answered(page(rows, limit, lambda row: row.number, show))


@router.get(
    "/{ticket_id}",
    **documented(
        "get_ticket", TicketInFullBody, problems=FIND, example=ticket_examples.TICKET_IN_FULL, acts=True
    ),
)
def get_ticket(request: HttpRequest, ticket_id: Id) -> HttpResponse:
    """The ticket with the decision then and now, and what was said."""
    needs_scope(request, "read")
    reader = actor_of(request)
    with snapshot():
        seen = _found(ticket_id, reader)
        return answered(show_ticket_in_full(seen, reader, language_of(request)))


@router.post(
    "/{ticket_id}/replies",
    **documented(
        "reply_to_ticket",
        TicketInFullBody,
        status=201,
        problems=_STEP,
        body=json_body(SAID, ticket_examples.REPLY),
        example=ticket_examples.TICKET_ANSWERED,
        acts=True,
        keyed=True,
    ),
)
def reply_to_ticket(request: HttpRequest, ticket_id: Id) -> HttpResponse:
    """Write in the ticket, as support or as the side that opened it."""
    by, words = _acting(request), read_words(read_object(request))
    if words is None:
        raise MalformedError.wrong("text", TEXT)
    return _answer(request, reply(_found(ticket_id, by).ticket, _step(request, by), words), 201)


@router.post(
    "/{ticket_id}/resolution",
    **documented(
        "resolve_ticket",
        TicketInFullBody,
        problems=_STEP,
        body=json_body(MAY_SAY, ticket_examples.RESOLVE),
        example=ticket_examples.TICKET_RESOLVED,
        acts=True,
        keyed=True,
    ),
)
def resolve_ticket(request: HttpRequest, ticket_id: Id) -> HttpResponse:
    """Support says that the ticket is done, perhaps with a last word."""
    by, words = _acting(request), read_words(read_object(request))
    seen = _found(ticket_id, by)
    if by.kind not in {"support", "platform"}:
        raise _not_allowed(by, "resolve_ticket", "platform:ID, support:ID")
    return _answer(request, resolve(seen.ticket, _step(request, by), words))


@router.post(
    "/{ticket_id}/withdrawal",
    **documented(
        "withdraw_ticket",
        TicketInFullBody,
        problems=_STEP,
        body=json_body({"type": "object", "properties": {}, "additionalProperties": False}, {}),
        example=ticket_examples.TICKET_WITHDRAWN,
        acts=True,
        keyed=True,
    ),
)
def withdraw_ticket(request: HttpRequest, ticket_id: Id) -> HttpResponse:
    """The side that opened the ticket needs no help any more."""
    by, fields = _acting(request), read_object(request)
    for name in fields:
        raise MalformedError("unknown field {name}; it is not part of this body", name, name=repr(name))
    ticket = _found(ticket_id, by).ticket
    if not is_opener(by, ticket):
        own = f"shop:{ticket.shop_id}" if ticket.side == "shop" else f"account:{ticket.account_id}"
        raise _not_allowed(by, "withdraw_ticket", own)
    return _answer(request, withdraw(ticket, _step(request, by)))


def _acting(request: HttpRequest) -> Actor:
    """Who acts, for whom the key may act. Raises MalformedError and ProblemError (scope.missing)."""
    by = actor_of(request)
    needs_scope(request, by.kind)
    return by


def _found(ticket_id: str, reader: Actor) -> Seen:
    """The ticket, if it is for this reader to see. Raises ProblemError (not_found)."""
    seen = find(ticket_id, reader)
    if seen is None:
        raise ProblemError("not_found")
    return seen


def _step(request: HttpRequest, by: Actor) -> Step:
    said = language_of(request)
    return Step(
        by,
        scope=key_of(request).key_id,
        key=idempotency_key(request),
        show=lambda seen: plain(show_ticket_in_full(seen, by, said)),
    )


def _answer(request: HttpRequest, answer: Answer, status: int = 200) -> HttpResponse:
    if answer["outcome"] == "accepted":
        return answered(answer["shown"], status)
    more: dict[str, Any] = {}
    if answer["outcome"] == "refused":
        reasons = said_reasons(answer["reasons"], language_of(request))
        more = {"reasons": reasons, "creator_can_see": answer["creator_can_see"]}
    return problem(request, ProblemError(answer["error"]), **more)


def _not_allowed(by: Actor, command: str, allowed: str) -> ProblemError:
    return ProblemError("actor.not_allowed", actor=written(by.kind, by.id), command=command, allowed=allowed)
