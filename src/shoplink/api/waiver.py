"""Waivers: granted, ended, and listed with who granted them and why."""

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.body import Page, one_page, respond
from shoplink.api.http.command import carry_out, read_command
from shoplink.api.http.operation import Limit, NumberCursor, Operations
from shoplink.api.http.precondition import precondition_of, respond_with_tag
from shoplink.api.http.problem import Instant
from shoplink.api.http.request import require_scope
from shoplink.core.commands import EndWaiver, GrantWaiver
from shoplink.core.events import WaiverGranted
from shoplink.core.facts import Actor, Id
from shoplink.core.precondition.subjects import WaiversInForce
from shoplink.flows import clock
from shoplink.flows.answer import Answer
from shoplink.flows.look import look_at
from shoplink.flows.precondition import token_of
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


@operations.command("POST", "/waivers", WaiverBody, status=201, conditional=True)
def grant_waiver(request: HttpRequest) -> HttpResponse:
    """Except one shop or one account from one reason, until an instant, or without an end (null)."""
    command = read_command(request, "grant_waiver")
    assert isinstance(command, GrantWaiver), "this is the command that was read"

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

    seen = precondition_of(request, WaiversInForce(command.shop_id, command.account_id))
    return carry_out(request, command, show, status=201, seen=seen)


@operations.command("POST", "/waivers/end", EndedWaivers, conditional=True)
def end_waiver(request: HttpRequest) -> HttpResponse:
    """End every waiver of one reason for one shop or one account that is in force."""
    command = read_command(request, "end_waiver")
    assert isinstance(command, EndWaiver), "this is the command that was read"
    return carry_out(
        request,
        command,
        lambda answer: EndedWaivers(sum(event["type"] == "waiver.ended" for event in answer["events"])),
        seen=precondition_of(request, WaiversInForce(command.shop_id, command.account_id)),
    )


@operations.get("/waivers", Page[WaiverBody], conditional=True)
def list_waivers(
    request: HttpRequest,
    shop_id: Id | None = None,
    account_id: Id | None = None,
    limit: Limit = 50,
    cursor: NumberCursor | None = None,
) -> HttpResponse:
    """Waivers in the order they were granted, of a shop, of an account, or all; ended ones included.

    Of one shop, or of one account, they have an `ETag`.
    """
    require_scope(request, "read")
    with snapshot():
        token = "" if (shop_id is None) == (account_id is None) else _token(shop_id, account_id)
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

    body = one_page(rows, limit, lambda row: row.number, show)
    return respond_with_tag(request, body, token) if token else respond(body)


def _token(shop_id: str | None, account_id: str | None) -> str:
    """The token of the waivers of a shop or of an account that are in force."""
    seen = look_at(shops=[shop_id] if shop_id else [], accounts=[account_id] if account_id else [])
    return token_of(seen, WaiversInForce(shop_id, account_id))
