"""Waivers: granted, ended, and listed with who granted them and why."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from shoplink.api import examples
from shoplink.api.ask import carry_out, read_command
from shoplink.api.body import answered
from shoplink.api.document import READ, WRITE, command_body, documented
from shoplink.api.key import needs_scope
from shoplink.api.page import IdQuery, Limit, NumberCursor, page
from shoplink.api.schema import EndedWaivers, Page, WaiverBody
from shoplink.core import GrantWaiver, World
from shoplink.flows import clock
from shoplink.store.read.link import snapshot
from shoplink.store.read.refusal import StoredWaiver, page_of_waivers

router = Router(tags=["waivers"])


@router.post(
    "",
    **documented(
        "grant_waiver",
        WaiverBody,
        status=201,
        problems=WRITE,
        body=command_body("grant_waiver", example=examples.GRANT_WAIVER),
        example=examples.WAIVER,
        acts=True,
        keyed=True,
    ),
)
def grant_waiver(request: HttpRequest) -> HttpResponse:
    """Except one shop or one account from one reason, until an instant or (null) for ever."""
    command = read_command(request, "grant_waiver")
    assert isinstance(command, GrantWaiver), "this is the command that was read"

    def show(world: World) -> WaiverBody:
        waiver = world.waivers(command.shop_id, command.account_id)[-1]
        return WaiverBody(
            code=waiver.code,
            shop_id=command.shop_id,
            account_id=command.account_id,
            until=waiver.until,
            granted_at=waiver.granted_at,
            ended_at=None,
            in_force=waiver.in_force(world.now),
            note=waiver.note,
            by=waiver.by,
        )

    return carry_out(request, command, show, status=201)


@router.post(
    "/end",
    **documented(
        "end_waiver",
        EndedWaivers,
        problems=WRITE,
        body=command_body("end_waiver", example=examples.END_WAIVER),
        example={"ended": 1},
        acts=True,
        keyed=True,
    ),
)
def end_waiver(request: HttpRequest) -> HttpResponse:
    """End every waiver of one reason for one shop or one account that is in force."""
    command = read_command(request, "end_waiver")
    return carry_out(
        request,
        command,
        finish=lambda answer: EndedWaivers(
            sum(event["type"] == "waiver.ended" for event in answer["events"])
        ),
    )


@router.get(
    "", **documented("list_waivers", Page[WaiverBody], problems=READ, example=examples.paged(examples.WAIVER))
)
def list_waivers(
    request: HttpRequest, shop_id: IdQuery, account_id: IdQuery, limit: Limit, cursor: NumberCursor
) -> HttpResponse:
    """Waivers in the order they were granted, of a shop, of an account, or all; ended ones included."""
    needs_scope(request, "read")
    with snapshot():
        rows = page_of_waivers(limit + 1, int(cursor or 0), shop_id=shop_id, account_id=account_id)
    now = clock.now()

    def show(row: StoredWaiver) -> WaiverBody:
        return WaiverBody(
            code=row.code,
            shop_id=row.shop_id,
            account_id=row.account_id,
            until=row.until,
            granted_at=row.granted_at,
            ended_at=row.ended_at,
            in_force=row.ended_at is None and (row.until is None or now < row.until),
            note=row.note,
            by=row.by,
        )

    return answered(page(rows, limit, lambda row: row.number, show))
