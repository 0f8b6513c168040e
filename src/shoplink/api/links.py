"""Links: begun by an invitation, led on by the commands on them, and looked at."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from shoplink.api import examples
from shoplink.api.ask import carry_out, read_command
from shoplink.api.body import answered
from shoplink.api.document import FIND, READ, WRITE, command_body, documented
from shoplink.api.key import needs_scope
from shoplink.api.page import Id, IdQuery, Limit, NumberCursor, page
from shoplink.api.problem import ProblemError, language_of
from shoplink.api.schema import InvitedBody, LinkBody, LinkInFullBody, Page
from shoplink.api.show import show_link, show_pair
from shoplink.core import COMMANDS, Invite, Link, wire
from shoplink.core.events import LinkEvent
from shoplink.core.facts import LinkStatus
from shoplink.flows import clock
from shoplink.flows.execute import Answer
from shoplink.flows.look import look_at
from shoplink.flows.showcase import leaving_with
from shoplink.store.read.link import one_link, page_of_links, snapshot, timeline
from shoplink.wording import say_warning

router = Router(tags=["links"])

Status = Annotated[LinkStatus | None, Query(None)]


@router.post(
    "",
    **documented(
        "invite",
        InvitedBody,
        status=201,
        problems=WRITE,
        body=command_body("invite", example=examples.INVITE),
        example=examples.INVITED,
        acts=True,
        keyed=True,
    ),
)
def invite(request: HttpRequest) -> HttpResponse:
    """A shop invites an account; warns of what will hold the link in review once it is accepted."""
    command, said = read_command(request, "invite"), language_of(request)
    assert isinstance(command, Invite), "this is the command that was read"

    def finish(answer: Answer) -> dict[str, Any]:
        warnings: list[str] = answer["warnings"]
        details = [say_warning(code, said) for code in warnings]
        return {**answer["shown"], "warnings": warnings, "warning_details": details}

    show = show_pair(command.shop_id, command.account_id, said)
    return carry_out(request, command, show, finish=finish, status=201)


def _command_on_a_link(path: str, kind: str) -> None:
    """Add the operation of a command that means a link which is there."""

    def operation(request: HttpRequest, link_id: Id) -> HttpResponse:
        link = one_link(link_id)
        if link is None:
            raise ProblemError("not_found")
        command = read_command(request, kind, shop_id=link.shop_id, account_id=link.account_id)
        show = show_pair(link.shop_id, link.account_id, language_of(request))
        return carry_out(request, command, show, link_id=link_id)

    operation.__name__ = kind
    operation.__doc__ = COMMANDS[kind].__doc__
    extras = documented(
        kind,
        LinkBody,
        problems=(*WRITE, "not_found"),
        body=command_body(kind, "shop_id", "account_id", example=examples.LINK_COMMANDS[kind]),
        example=examples.LINK_AFTER[kind],
        acts=True,
        keyed=True,
    )
    router.post(f"/{{link_id}}/{path}", **extras)(operation)


LINK_COMMANDS = {
    "accept": "accept",
    "decline": "decline",
    "withdraw": "withdraw",
    "unlink-request": "request_unlink",
    "unlink-request/withdraw": "withdraw_unlink_request",
    "unlink-request/approve": "approve_unlink",
    "unlink-request/refuse": "refuse_unlink",
    "unlink": "unlink",
    "revoke": "revoke",
}
for _path, _kind in LINK_COMMANDS.items():
    _command_on_a_link(_path, _kind)


@router.get(
    "/{link_id}", **documented("get_link", LinkInFullBody, problems=FIND, example=examples.LINK_IN_FULL)
)
def get_link(request: HttpRequest, link_id: Id) -> HttpResponse:
    """The link, whose turn it is, what holds it, and its timeline."""
    needs_scope(request, "read")
    with snapshot():
        stored = one_link(link_id)
        if stored is None:
            raise ProblemError("not_found")
        seen = look_at(accounts=[stored.account_id])
        events = timeline(link_id)
        settled = seen.settled(stored)
        leaving = leaving_with(settled, seen.world.now)
    events += [event for event in seen.due if isinstance(event, LinkEvent) and event.link_id == link_id]
    body = show_link(seen.world, settled, language_of(request))
    return answered(
        LinkInFullBody(
            **{name: getattr(body, name) for name in body.__struct_fields__},
            settlement=stored.settlement,
            reference=stored.reference,
            synced_since=settled.synced_since,
            items_leaving=leaving,
            timeline=[wire(event) for event in events],
        )
    )


@router.get(
    "", **documented("list_links", Page[LinkBody], problems=READ, example=examples.paged(examples.LINK))
)
def list_links(  # noqa: PLR0913, PLR0917 (what links may be asked for by)
    request: HttpRequest,
    shop_id: IdQuery,
    account_id: IdQuery,
    status: Status,
    limit: Limit,
    cursor: NumberCursor,
) -> HttpResponse:
    """Links in the order they were recorded, of a shop, of an account, of a status, or all.

    A page may hold fewer than `limit`; there is another one as long as `next` is not null.
    """
    needs_scope(request, "read")
    with snapshot():
        rows = page_of_links(
            clock.now(), limit + 1, int(cursor or 0), shop_id=shop_id, account_id=account_id, status=status
        )
        seen = look_at(accounts={link.account_id for _, link in rows[:limit] if link.ended_at is None})
    said = language_of(request)

    def show(row: tuple[int, Link]) -> LinkBody | None:
        link = seen.settled(row[1])
        return show_link(seen.world, link, said) if status in {None, link.status} else None

    return answered(page(rows, limit, lambda row: row[0], show))
