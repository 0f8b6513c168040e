"""Accounts: their facts recorded and corrected, and the link of each."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from shoplink.api.ask import carry_out, read_command
from shoplink.api.body import answered
from shoplink.api.document import FIND, READ, WRITE, command_body, documented
from shoplink.api.examples import ACCOUNT, CORRECT_ACCOUNT, PUT_ACCOUNT, paged
from shoplink.api.key import needs_scope
from shoplink.api.page import Id, IdCursor, Limit, page
from shoplink.api.problem import ProblemError, language_of
from shoplink.api.schema import AccountBody, Page
from shoplink.api.show import show_account
from shoplink.flows.look import look_at
from shoplink.store.read.link import page_of_accounts, snapshot

router = Router(tags=["accounts"])

Handle = Annotated[str | None, Query(None, max_length=200, pattern=r"^[^\x00]*$")]


@router.put(
    "/{account_id}",
    **documented(
        "put_account",
        AccountBody,
        problems=WRITE,
        body=command_body("put_account", "account_id", example=PUT_ACCOUNT),
        example=ACCOUNT,
        acts=True,
        keyed=True,
    ),
)
def put_account(request: HttpRequest, account_id: Id) -> HttpResponse:
    """Record an account's facts, replacing what was recorded; a link that they held in review goes on."""
    return _recorded(request, "put_account", account_id)


@router.post(
    "/{account_id}/corrections",
    **documented(
        "correct_account",
        AccountBody,
        problems=WRITE,
        body=command_body("correct_account", "account_id", example=CORRECT_ACCOUNT),
        example=ACCOUNT,
        acts=True,
        keyed=True,
    ),
)
def correct_account(request: HttpRequest, account_id: Id) -> HttpResponse:
    """Correct single facts on evidence; what is not given stays."""
    return _recorded(request, "correct_account", account_id)


def _recorded(request: HttpRequest, kind: str, account_id: str) -> HttpResponse:
    command, said = read_command(request, kind, account_id=account_id), language_of(request)
    return carry_out(request, command, lambda world: show_account(world, account_id, said))


@router.get("/{account_id}", **documented("get_account", AccountBody, problems=FIND, example=ACCOUNT))
def get_account(request: HttpRequest, account_id: Id) -> HttpResponse:
    """The account, with its link that is in review or linked."""
    needs_scope(request, "read")
    with snapshot():
        world = look_at(accounts=[account_id]).world
    if account_id not in world.accounts:
        raise ProblemError("not_found")
    return answered(show_account(world, account_id, language_of(request)))


@router.get("", **documented("list_accounts", Page[AccountBody], problems=READ, example=paged(ACCOUNT)))
def list_accounts(request: HttpRequest, handle: Handle, limit: Limit, cursor: IdCursor) -> HttpResponse:
    """Accounts in the order of their ids; with `handle`, those that have exactly this one."""
    needs_scope(request, "read")
    said = language_of(request)
    with snapshot():
        account_ids = page_of_accounts(limit + 1, cursor or "", handle)
        world = look_at(accounts=account_ids[:limit]).world
    return answered(page(account_ids, limit, str, lambda account_id: show_account(world, account_id, said)))
