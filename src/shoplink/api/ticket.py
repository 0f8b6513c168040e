"""Tickets with support: opened from a decision, answered, resolved, withdrawn, listed (domain.md section 8).

Who asks sees what is theirs: a shop or a creator the tickets of their own side, support and the platform all.
"""

from collections.abc import Iterable
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from msgspec import Struct, structs

from shoplink.api.http.body import Page, one_page, plain, read_object, refuse_fields, respond
from shoplink.api.http.command import carry_out, with_network_region
from shoplink.api.http.operation import FIND, WRITE, Limit, NumberCursor, Operations
from shoplink.api.http.precondition import precondition_of, respond_with_tag
from shoplink.api.http.problem import Instant, ProblemError, SaidReason, language_of, with_sentences
from shoplink.api.http.request import (
    acting_with_scope,
    actor_not_allowed,
    actor_of,
    idempotency_key,
    require_issuer,
    require_scope,
    write_actor,
)
from shoplink.api.http.schema import FOR_TICKETS, ID, AskedOfTicket, reference, schema_of
from shoplink.core import Reason, wire
from shoplink.core.commands import PairCommand
from shoplink.core.disclosure import disclose
from shoplink.core.facts import Actor, Id, Market, ShortText, Side
from shoplink.core.parse import MalformedError, is_id, read_fields
from shoplink.core.precondition.subjects import ticket_shown_to
from shoplink.core.reasons import NextActor
from shoplink.core.ticket.assessment import facts_of, support_helps
from shoplink.core.ticket.commands import (
    WORDS,
    ChangeTicket,
    OpenTicket,
    ReplyToTicket,
    ResolveTicket,
    TicketCommand,
    WithdrawTicket,
    fields_naming,
)
from shoplink.core.ticket.facts import OPEN, Cause, Facts, Question, Review, Status, Ticket, is_opener
from shoplink.core.values import TEXT, LongText, shown
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.command import WHENEVER, read_command_now
from shoplink.flows.precondition import token_of
from shoplink.flows.state import TicketState, read_state
from shoplink.flows.ticket.read import CurrentTicket, current_tickets, find_ticket
from shoplink.store.read.link import one_link, snapshot
from shoplink.store.ticket.tickets import page_of_tickets
from shoplink.store.ticket.words import messages_of
from shoplink.wording import Language, input_errors

operations = Operations("tickets")

_WRITE = (*WRITE, "not_found")
_CHANGES: dict[str, Any] = {"problems": _WRITE, "keyed": True, "conditional": True}
_WORDLESS = "text: missing; say why the ticket is resolved while this still stands: {codes}"

_LOCATION = "/v1/tickets/{ticket_id}"

_FIELDS = {
    "text": schema_of(LongText),
    "evidence": {"anyOf": [schema_of(ShortText), {"type": "null"}]},
}


def _empty_body() -> dict[str, Any]:
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _words_body() -> dict[str, Any]:
    return {**_empty_body(), "properties": _FIELDS, "required": ["text"]}


def _optional_words_body() -> dict[str, Any]:
    return {**_empty_body(), "properties": _FIELDS, "dependentRequired": {"evidence": ["text"]}}


def _question_body() -> dict[str, Any]:
    about = {"AboutCommand": ("command", reference("TicketCommand")), "AboutReview": ("link_id", ID)}
    body = _optional_words_body()
    variants = [
        {**body, "title": title, "properties": {name: one, **_FIELDS}, "required": [name]}
        for title, (name, one) in about.items()
    ]
    return {"description": "What is asked about, and perhaps what there is to say.", "oneOf": variants}


class TicketReason(SaidReason, frozen=True):
    """A reason, and whether it is such as support can help with."""

    support_can_help: bool


class MessageBody(Struct, frozen=True):
    """Something that was said in a ticket; `evidence`: what proves it."""

    at: Instant
    by: Actor
    text: str
    evidence: str | None


class TicketBody(Struct, frozen=True):
    """A ticket: who must act next (`turn`), and what stands in the way now of what it is about.

    `creator_can_see`: something else does, which a shop without a live link with the account is not told.
    """

    ticket_id: str
    shop_id: str
    account_id: str
    link_id: str | None
    market: str
    side: Side
    opened_by: Actor
    command: str
    status: Literal["open", "answered", "resolved", "closed"]
    cause: Cause | None
    turn: NextActor
    opened_at: Instant
    updated_at: Instant
    ended_at: Instant | None
    reasons: list[TicketReason]
    creator_can_see: bool


class TicketInFullBody(TicketBody, frozen=True):
    """A ticket with what was asked, the decision that it was opened from, the facts then and now, and what was said.

    The facts are for support and the platform, else null. What was said is forgotten some time after the end.
    """

    asked: AskedOfTicket
    reasons_then: list[TicketReason]
    facts_then: Facts | None
    facts_now: Facts | None
    messages: list[MessageBody]
    messages_forgotten_at: Instant | None


def _show(seen: CurrentTicket, reader: Actor, language: Language) -> TicketBody:
    """A ticket as it stands, with what the reader may learn of its reasons."""
    ticket = seen.ticket
    now = disclose(reader, seen.world.link(ticket.shop_id, ticket.account_id), seen.standing.reasons)
    return TicketBody(
        ticket_id=ticket.ticket_id,
        shop_id=ticket.shop_id,
        account_id=ticket.account_id,
        link_id=ticket.link_id,
        market=ticket.market,
        side=ticket.side,
        opened_by=ticket.opened_by,
        command=ticket.command,
        status=ticket.status,
        cause=ticket.cause,
        turn=_turn(ticket),
        opened_at=ticket.opened_at,
        updated_at=ticket.updated_at,
        ended_at=ticket.ended_at,
        reasons=_reasons(seen, now.reasons, language),
        creator_can_see=now.creator_can_see,
    )


def _show_in_full(seen: CurrentTicket, reader: Actor, language: Language) -> TicketInFullBody:
    """The same with everything that belongs to it; reads what was said."""
    ticket, pair = seen.ticket, (seen.ticket.shop_id, seen.ticket.account_id)
    then = disclose(reader, seen.world.link(*pair), ticket.reasons)
    staff = reader.kind in {"support", "platform"}
    return TicketInFullBody(
        **structs.asdict(_show(seen, reader, language)),
        asked=ticket.fields,
        reasons_then=_reasons(seen, then.reasons, language),
        facts_then=ticket.facts if staff else None,
        facts_now=facts_of(seen.world, *pair) if staff else None,
        messages=[
            MessageBody(message.at, message.by, message.text, message.evidence)
            for message in messages_of(ticket.ticket_id)
        ],
        messages_forgotten_at=ticket.forgotten_at,
    )


def _turn(ticket: Ticket) -> NextActor:
    """Who is to write next: support, or the side that opened it; nobody once it has ended."""
    if ticket.status == "open":
        return "support"
    return ticket.side if ticket.status == "answered" else "nobody"


def _reasons(seen: CurrentTicket, reasons: Iterable[Reason], language: Language) -> list[TicketReason]:
    rulebook = seen.world.rulebook(seen.ticket.market)
    given = list(reasons)
    return [
        TicketReason(**sentences, support_can_help=support_helps(reason, rulebook, seen.world.now))
        for reason, sentences in zip(
            given, with_sentences([wire(reason) for reason in given], language), strict=True
        )
    ]


@operations.post(
    "/tickets",
    TicketInFullBody,
    status=201,
    problems=_WRITE,
    body=_question_body,
    keyed=True,
    location=_LOCATION,
)
def open_ticket(request: HttpRequest) -> HttpResponse:
    """Ask support about a command that is refused, judged anew, or about a link that stays in review.

    Only what support can help with can be filed; otherwise the answer says who can act instead. What is asked about
    already, and still open, is answered with its ticket. The commands are those of a shop or a creator; about an unlink
    request that is unanswered for seven days, the creator asks with `request_unlink`.
    """
    fields = read_object(request)
    by, words = actor_of(request), _read_words(fields, ("command", "link_id"))
    require_scope(request, by.kind)
    if by.kind not in {"shop", "creator"}:
        raise actor_not_allowed(by, "open_ticket", "account:ID, shop:ID")
    if ("command" in fields) == ("link_id" in fields):
        raise MalformedError("exactly one of {names} must be given", "command", names="command, link_id")
    question: Question = (
        _read_command(request, fields["command"], by)
        if "command" in fields
        else _read_review(fields["link_id"], by)
    )
    return _carry_out(request, OpenTicket(at=WHENEVER, by=by, question=question, **words), by, 201)


@operations.get("/tickets", Page[TicketBody], acts=True)
def list_tickets(  # noqa: PLR0913 (what tickets may be asked for by)
    request: HttpRequest,
    *,
    shop_id: Id | None = None,
    account_id: Id | None = None,
    status: Status | None = None,
    market: Market | None = None,
    limit: Limit = 50,
    cursor: NumberCursor | None = None,
) -> HttpResponse:
    """Tickets that are for the one who asks to see, the oldest first, each with what stands in the way now.

    A page may hold fewer than `limit`; there is another one as long as `next` is not null.
    """
    reader, language = acting_with_scope(request), language_of(request)
    own: dict[str, Any] = {"shop_id": shop_id, "account_id": account_id}
    if reader.kind in {"shop", "creator"}:
        name = "shop_id" if reader.kind == "shop" else "account_id"
        if own[name] not in {None, reader.id}:
            return respond(Page([], None))
        own |= {name: reader.id, "side": reader.kind}
    with snapshot():
        rows = page_of_tickets(clock.now(), limit + 1, int(cursor or 0), status=status, market=market, **own)
        seen = {each.ticket.ticket_id: each for each in current_tickets(rows[:limit])}

    def show(row: Any) -> TicketBody | None:
        now = seen[row.ticket_id]
        return _show(now, reader, language) if status in {None, now.ticket.status} else None

    return respond(one_page(rows, limit, lambda row: row.number, show))


@operations.get("/tickets/{ticket_id}", TicketInFullBody, problems=FIND, acts=True, conditional=True)
def get_ticket(request: HttpRequest, ticket_id: Id) -> HttpResponse:
    """The ticket with the decision then and now, and what was said."""
    reader = acting_with_scope(request)
    with snapshot():
        seen = _found(ticket_id, reader)
        body = _show_in_full(seen, reader, language_of(request))
    return respond_with_tag(request, body, token_of(seen.state, ticket_shown_to(reader, seen.ticket)))


@operations.post(
    "/tickets/{ticket_id}/replies",
    TicketInFullBody,
    status=201,
    problems=_WRITE,
    body=_words_body,
    keyed=True,
    conditional=True,
    location=_LOCATION,
)
def reply_to_ticket(request: HttpRequest, ticket_id: Id) -> HttpResponse:
    """Write in the ticket, as support or as the side that opened it."""
    by, words = acting_with_scope(request), _read_words(read_object(request))
    if not words:
        raise MalformedError.wrong("text", TEXT)
    ticket = _found(ticket_id, by).ticket
    return _carry_out(request, ReplyToTicket(at=WHENEVER, by=by, **fields_naming(ticket), **words), by, 201)


@operations.post(
    "/tickets/{ticket_id}/resolution",
    TicketInFullBody,
    body=_optional_words_body,
    **_CHANGES,
)
def resolve_ticket(request: HttpRequest, ticket_id: Id) -> HttpResponse:
    """Support says that the ticket is done, perhaps with a last word; while reasons still stand, a word is needed."""
    by, words = acting_with_scope(request), _read_words(read_object(request))
    found = _found(ticket_id, by)
    command = ResolveTicket(at=WHENEVER, by=by, **fields_naming(found.ticket), **words)
    require_issuer(request, command)
    if not words and found.standing.reasons and found.ticket.status in OPEN:
        raise MalformedError(_WORDLESS, "text", codes=", ".join(one.code for one in found.standing.reasons))
    return _carry_out(request, command, by)


@operations.post(
    "/tickets/{ticket_id}/withdrawal",
    TicketInFullBody,
    body=_empty_body,
    **_CHANGES,
)
def withdraw_ticket(request: HttpRequest, ticket_id: Id) -> HttpResponse:
    """The side that opened the ticket needs no help any more."""
    by = acting_with_scope(request)
    refuse_fields(read_object(request), other_than=())
    ticket = _found(ticket_id, by).ticket
    if not is_opener(by, ticket):
        own_id = ticket.shop_id if ticket.side == "shop" else ticket.account_id
        raise actor_not_allowed(by, "withdraw_ticket", write_actor(ticket.side, own_id))
    return _carry_out(request, WithdrawTicket(at=WHENEVER, by=by, **fields_naming(ticket)), by)


def _found(ticket_id: str, reader: Actor) -> CurrentTicket:
    """The ticket, if it is for this reader to see. Raises ProblemError (not_found)."""
    seen = find_ticket(ticket_id, reader)
    if seen is None:
        raise ProblemError("not_found")
    return seen


def _carry_out(request: HttpRequest, command: TicketCommand, by: Actor, status: int = 200) -> HttpResponse:
    """Execute a command about a ticket under the request's key, and answer with the ticket as it then stands."""

    def show(answer: Answer) -> TicketInFullBody:
        ticket_id = read_state(answer["state"], TicketState).ticket_id
        with snapshot():
            return _show_in_full(_found(ticket_id, by), by, language_of(request))

    command = structs.replace(command, key=idempotency_key(request))
    seen = None
    if isinstance(command, ChangeTicket):
        seen = precondition_of(request, ticket_shown_to(by, command))
    return carry_out(request, command, show, with_state=True, status=status, seen=seen)


def _read_review(link_id: Any, by: Actor) -> Review:
    """The review that a body asks about. Raises MalformedError and ProblemError (not_found)."""
    if not isinstance(link_id, str) or not is_id(link_id):
        raise MalformedError.wrong("link_id", input_errors.ID.en, shown(link_id))
    link = one_link(link_id)
    if link is None or by.id != (link.shop_id if by.kind == "shop" else link.account_id):
        raise ProblemError("not_found")
    return Review(link.shop_id, link.account_id, link.link_id)


def _read_command(request: HttpRequest, command: Any, by: Actor) -> PairCommand:
    """The command that a body asks about, without its issuer.

    Raises MalformedError and ProblemError (scope.missing, actor.not_allowed).
    """
    if not isinstance(command, dict) or command.get("command") not in FOR_TICKETS:
        found = shown(command.get("command") if isinstance(command, dict) else command)
        raise MalformedError.wrong("command", f"a command, one of {', '.join(FOR_TICKETS)}", found)
    given, faults = with_network_region(command["command"], command)
    parsed = read_command_now(given, {"by": plain(by), "key": None}, faults=faults)
    assert isinstance(parsed, PairCommand), "tickets are about such"
    require_issuer(request, parsed)
    return structs.replace(parsed, by=None, about=None)


def _read_words(fields: dict[str, Any], others: tuple[str, ...] = ()) -> dict[str, Any]:
    """The text that a body writes in a ticket, with its evidence; empty if it writes nothing. Raises MalformedError."""
    declared = {**WORDS, **dict.fromkeys(others, (Any, ""))}
    required = ("text",) if "evidence" in fields or "text" in fields else ()
    words = read_fields(fields, declared, required=required)
    return {name: words.get(name) for name in WORDS} if "text" in words else {}
