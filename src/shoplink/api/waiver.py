"""Waivers: granted, ended, and listed with who granted them and why."""

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.body import Page, one_page, respond
from shoplink.api.http.command import carry_out, read_command
from shoplink.api.http.operation import Limit, NumberCursor, Operations
from shoplink.api.http.problem import Instant
from shoplink.api.http.request import require_scope
from shoplink.core.events import WaiverGranted
from shoplink.core.facts import Actor, Id
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.store.read.link import snapshot
from shoplink.store.read.refusal import StoredWaiver, page_of_waivers

operations = Operations("waivers")


class WaiverBody(Struct, frozen=True):
    """A waiver of one reason for one shop or one account, from `granted_at` until before `until`."""

    code: str
    shop_id: str | None
    account_id: str | None
    until: Instant | None
    granted_at: Instant
    ended_at: Instant | None
    in_force: bool
    note: str
    by: Actor | None


class EndedWaivers(Struct, frozen=True):
    """How many waivers were ended."""

    ended: int


@operations.command("POST", "/waivers", WaiverBody, status=201)
def grant_waiver(request: HttpRequest) -> HttpResponse:
    """Except one shop or one account from one reason, until an instant, or without an end (null)."""
    command = read_command(request, "grant_waiver")

    def show(answer: Answer) -> WaiverBody:
        event = next(event for event in answer["events"] if event["type"] == "waiver.granted")
        granted = msgspec.convert(event, WaiverGranted)
        return WaiverBody(
            code=granted.code,
            shop_id=granted.shop_id,
            account_id=granted.account_id,
            until=granted.until,
            granted_at=granted.at,
            ended_at=None,
            in_force=granted.waiver().in_force(granted.at),
            note=granted.note,
            by=granted.by,
        )

    return carry_out(request, command, show, status=201)


@operations.command("POST", "/waivers/end", EndedWaivers)
def end_waiver(request: HttpRequest) -> HttpResponse:
    """End every waiver of one reason for one shop or one account that is in force."""
    command = read_command(request, "end_waiver")
    return carry_out(
        request,
        command,
        lambda answer: EndedWaivers(sum(event["type"] == "waiver.ended" for event in answer["events"])),
    )


@operations.get("/waivers", Page[WaiverBody])
def list_waivers(
    request: HttpRequest,
    shop_id: Id | None = None,
    account_id: Id | None = None,
    limit: Limit = 50,
    cursor: NumberCursor | None = None,
) -> HttpResponse:
    """Waivers in the order they were granted, of a shop, of an account, or all; ended ones included."""
    require_scope(request, "read")
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

    return respond(one_page(rows, limit, lambda row: row.number, show))
