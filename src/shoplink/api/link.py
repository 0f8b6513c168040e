"""Links: begun by an invitation, led on by the commands on them, and looked at."""

from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from msgspec.structs import asdict

from shoplink.api.http.body import Page, one_page, respond
from shoplink.api.http.command import carry_out, read_command, read_command_on_link
from shoplink.api.http.operation import FIND, Limit, NumberCursor, Operations
from shoplink.api.http.precondition import precondition_of, respond_with_tag
from shoplink.api.http.problem import Instant, ProblemError, SaidReason, language_of, show_reasons
from shoplink.api.http.request import require_scope
from shoplink.api.http.schema import EventBody
from shoplink.core import COMMANDS, Invite, Link, wire
from shoplink.core.events import LinkEvent
from shoplink.core.facts import Decided, Id, LinkStatus, Role, Settlement
from shoplink.core.next_actor import next_actor
from shoplink.core.precondition.subjects import LinkInPlace, link_in_place
from shoplink.core.reasons import NextActor
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.look import look_at
from shoplink.flows.precondition import token_of
from shoplink.flows.showcase import ending_items
from shoplink.flows.state import LinkState, link_state, read_state
from shoplink.store.read.commerce import EndingItems
from shoplink.store.read.link import one_link, page_of_links, snapshot, timeline
from shoplink.wording import Language, say_warning

operations = Operations("links")


class OpenUnlinkRequest(Struct, frozen=True):
    """An open unlink request."""

    requested_at: Instant


class LinkBody(Struct, frozen=True):
    """A link: who must act next (`turn`), and what holds it in review.

    `decided`: who has the last word about it; null once it has ended.
    `updated_at`: when the newest event of it happened; null only in an answer that an earlier version has stored.
    """

    link_id: str
    shop_id: str
    account_id: str
    role: Role
    status: LinkStatus
    invited_at: Instant | None
    expires_at: Instant | None
    accepted_at: Instant | None
    linked_at: Instant | None
    ended_at: Instant | None
    unlink_request: OpenUnlinkRequest | None
    rulebook: str
    decided: Decided | None
    turn: NextActor
    held_by: list[SaidReason]
    updated_at: Instant | None


class InvitedBody(LinkBody, frozen=True):
    """A link just begun, and what will hold it in review once it is accepted."""

    warnings: list[str]
    warning_details: list[str]


class LinkInFullBody(LinkBody, frozen=True):
    """A link with its timeline: every event of it, the oldest first.

    `synced_since`: from when on the showcase follows the shop; `items_leaving`: what would leave the account's
    showcase, videos and lives if the link ended now.
    """

    synced_since: Instant | None
    items_leaving: EndingItems
    settlement: Settlement | None
    reference: str | None
    message: str | None
    timeline: list[EventBody]


def show_link(state: LinkState, language: Language) -> LinkBody:
    """A link, with who must act next and what holds it."""
    link, held = state.link, state.held_by
    requested_at = link.unlink_requested_at
    return LinkBody(
        link_id=link.link_id,
        shop_id=link.shop_id,
        account_id=link.account_id,
        role=link.role,
        status=link.status,
        invited_at=link.invited_at,
        expires_at=link.expires_at,
        accepted_at=link.accepted_at,
        linked_at=link.linked_at,
        ended_at=link.ended_at,
        unlink_request=None if requested_at is None else OpenUnlinkRequest(requested_at),
        rulebook=link.rulebook,
        decided=state.decided,
        turn=next_actor(link, held, state.decided or "here"),
        held_by=show_reasons(held, language),
        updated_at=link.touched_at,
    )


@operations.command("POST", "/links", InvitedBody, status=201, location="/v1/links/{link_id}")
def invite(request: HttpRequest) -> HttpResponse:
    """A shop invites an account; warns of what will hold the link in review once it is accepted."""
    command, language = read_command(request, "invite"), language_of(request)
    assert isinstance(command, Invite), "this is the command that was read"

    def show(answer: Answer) -> InvitedBody:
        warnings: list[str] = answer["warnings"]
        return InvitedBody(
            **asdict(show_link(read_state(answer["state"], LinkState), language)),
            warnings=warnings,
            warning_details=[say_warning(code, language) for code in warnings],
        )

    return carry_out(request, command, show, with_state=True, status=201)


def _add_command_on_a_link(path: str, kind: str) -> None:
    """Add the operation of a command on an existing link."""

    def handler(request: HttpRequest, link_id: Id) -> HttpResponse:
        command, language = read_command_on_link(request, link_id, kind), language_of(request)

        def show(answer: Answer) -> LinkBody:
            return show_link(read_state(answer["state"], LinkState), language)

        shown = LinkInPlace(command.shop_id, command.account_id, link_id=link_id)
        seen = precondition_of(request, shown)
        return carry_out(request, command, show, with_state=True, link_id=link_id, seen=seen)

    handler.__name__ = kind
    handler.__doc__ = COMMANDS[kind].__doc__
    operations.command("POST", f"/links/{{link_id}}/{path}", LinkBody, conditional=True)(handler)


_COMMANDS_ON_A_LINK = {
    "accept": "accept",
    "decline": "decline",
    "withdraw": "withdraw",
    "unlink-request": "request_unlink",
    "unlink-request/withdraw": "withdraw_unlink_request",
    "unlink-request/approve": "approve_unlink",
    "unlink-request/refuse": "refuse_unlink",
    "unlink": "unlink",
    "revoke": "revoke",
    "record-acceptance": "record_acceptance",
    "record-unlink-request": "record_unlink_request",
    "record-end": "record_end",
}
for _path, _kind in _COMMANDS_ON_A_LINK.items():
    _add_command_on_a_link(_path, _kind)


@operations.command("POST", "/recorded-invitations", LinkBody, status=201, location="/v1/links/{link_id}")
def record_invitation(request: HttpRequest) -> HttpResponse:
    """Record an invitation that was sent at the platform that decides, with the instant at which it was sent."""
    return _record(request, "record_invitation")


@operations.command("POST", "/imported-links", LinkBody, status=201, location="/v1/links/{link_id}")
def import_link(request: HttpRequest) -> HttpResponse:
    """Record a link that was established, and perhaps ended, elsewhere or before this service recorded links.

    Of a shop that is decided elsewhere, a link of the pair that is not established yet becomes the one imported.
    """
    return _record(request, "import_link")


def _record(request: HttpRequest, kind: str) -> HttpResponse:
    """Carry out a command that records a link, and answer with the link."""
    command, language = read_command(request, kind), language_of(request)

    def show(answer: Answer) -> LinkBody:
        return show_link(read_state(answer["state"], LinkState), language)

    return carry_out(request, command, show, with_state=True, status=201)


@operations.get("/links/{link_id}", LinkInFullBody, problems=FIND, conditional=True)
def get_link(request: HttpRequest, link_id: Id) -> HttpResponse:
    """The link, who must act next, what holds it, and its timeline."""
    require_scope(request, "read")
    with snapshot():
        stored = one_link(link_id)
        if stored is None:
            raise ProblemError("not_found")
        seen = look_at(accounts=[stored.account_id])
        events = timeline(link_id)
        settled = seen.up_to_date(stored)
        leaving = ending_items(settled, seen.world.now)
    events += [event for event in seen.due if isinstance(event, LinkEvent) and event.link_id == link_id]
    body = show_link(link_state(seen.world, settled), language_of(request))
    return respond_with_tag(
        request,
        LinkInFullBody(
            **asdict(body),
            settlement=stored.settlement,
            reference=stored.reference,
            message=stored.message,
            synced_since=settled.synced_since,
            items_leaving=leaving,
            timeline=[wire(event) for event in events],
        ),
        token_of(seen, link_in_place(settled)),
    )


@operations.get("/links", Page[LinkBody])
def list_links(  # noqa: PLR0913 (what links may be asked for by)
    request: HttpRequest,
    *,
    shop_id: Id | None = None,
    account_id: Id | None = None,
    status: LinkStatus | None = None,
    limit: Limit = 50,
    cursor: NumberCursor | None = None,
) -> HttpResponse:
    """Links in the order they were recorded, of a shop, of an account, of a status, or all.

    A page may hold fewer than `limit`; there is another one as long as `next` is not null.
    """
    require_scope(request, "read")
    with snapshot():
        rows = page_of_links(
            clock.now(), limit + 1, int(cursor or 0), shop_id=shop_id, account_id=account_id, status=status
        )
        seen = look_at(accounts={link.account_id for _, link in rows[:limit] if link.ended_at is None})
    language = language_of(request)

    def show(row: tuple[int, Link]) -> LinkBody | None:
        link = seen.up_to_date(row[1])
        return show_link(link_state(seen.world, link), language) if status in {None, link.status} else None

    return respond(one_page(rows, limit, lambda row: row[0], show))
