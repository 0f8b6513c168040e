"""Accounts: their facts recorded and corrected, and the link of each."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from msgspec.structs import asdict

from shoplink.api.http.body import Page, one_page, respond
from shoplink.api.http.command import carry_out, read_command
from shoplink.api.http.operation import FIND, IdCursor, Limit, Operations
from shoplink.api.http.precondition import precondition_of, respond_with_tag
from shoplink.api.http.problem import Instant, ProblemError, language_of
from shoplink.api.http.request import require_scope
from shoplink.api.link import LinkBody, show_link
from shoplink.core.facts import Id, Permission, Status
from shoplink.core.precondition.subjects import AccountFacts
from shoplink.core.values import Handle
from shoplink.flows.answer import Answer
from shoplink.flows.look import look_at
from shoplink.flows.precondition import token_of
from shoplink.flows.state import AccountState, account_state, read_state
from shoplink.store.read.link import page_of_accounts, snapshot
from shoplink.table.cell import plain_handle
from shoplink.wording import Language, say_warning

operations = Operations("accounts")


class AccountBody(Struct, frozen=True):
    """An account, with its link that is in review or linked; open invitations are among `/v1/links`.

    `updated_at`: when its facts were recorded or corrected last; null only in an answer that an earlier version has stored.
    """

    account_id: str
    handle: str
    region: str
    registered_in: str
    birth_date: date | None
    status: Status
    commerce_permission: Permission
    followers: int
    link: LinkBody | None
    updated_at: Instant | None


class RecordedAccountBody(AccountBody, frozen=True):
    """An account just recorded, and a warning if what support had corrected since `facts_as_of` was kept."""

    warnings: list[str]
    warning_details: list[str]


def show_account(state: AccountState, language: Language) -> AccountBody:
    """An account with its link that is in review or linked."""
    link = show_link(state.link, language) if state.link else None
    return AccountBody(**asdict(state.account), link=link, updated_at=state.touched_at)


@operations.command("PUT", "/accounts/{account_id}", RecordedAccountBody, conditional=True)
def put_account(request: HttpRequest, account_id: Id) -> HttpResponse:
    """Record an account's facts, replacing what was recorded; a link that they held in review goes on.

    `facts_as_of` is when the facts were read where they come from: `region`, `registered_in` and `birth_date` keep what
    support has corrected after that, with the warning `account.correction_kept`.
    """
    command, language = read_command(request, "put_account", account_id=account_id), language_of(request)

    def show(answer: Answer) -> RecordedAccountBody:
        warnings: list[str] = answer["warnings"]
        return RecordedAccountBody(
            **asdict(show_account(read_state(answer["state"], AccountState), language)),
            warnings=warnings,
            warning_details=[say_warning(code, language) for code in warnings],
        )

    seen = precondition_of(request, AccountFacts(account_id=account_id))
    return carry_out(request, command, show, with_state=True, seen=seen)


@operations.command("PATCH", "/accounts/{account_id}", AccountBody, conditional=True)
def change_account(request: HttpRequest, account_id: Id) -> HttpResponse:
    """Change single facts of an account; what is not given, or null, stays as it is.

    A link that they held in review goes on.
    """
    return _record(request, "change_account", account_id)


@operations.command("POST", "/accounts/{account_id}/corrections", AccountBody, conditional=True)
def correct_account(request: HttpRequest, account_id: Id) -> HttpResponse:
    """Correct single facts on evidence; what is not given stays."""
    return _record(request, "correct_account", account_id)


def _record(request: HttpRequest, kind: str, account_id: str) -> HttpResponse:
    command, language = read_command(request, kind, account_id=account_id), language_of(request)

    def show(answer: Answer) -> AccountBody:
        return show_account(read_state(answer["state"], AccountState), language)

    seen = precondition_of(request, AccountFacts(account_id=account_id))
    return carry_out(request, command, show, with_state=True, seen=seen)


@operations.get("/accounts/{account_id}", AccountBody, problems=FIND, conditional=True)
def get_account(request: HttpRequest, account_id: Id) -> HttpResponse:
    """The account, with its link that is in review or linked."""
    require_scope(request, "read")
    with snapshot():
        seen = look_at(accounts=[account_id])
    if account_id not in seen.world.accounts:
        raise ProblemError("not_found")
    token = token_of(seen, AccountFacts(account_id=account_id))
    body = show_account(account_state(seen.world, account_id), language_of(request))
    return respond_with_tag(request, body, token)


@operations.get("/accounts", Page[AccountBody])
def list_accounts(
    request: HttpRequest, handle: Handle | None = None, limit: Limit = 50, cursor: IdCursor | None = None
) -> HttpResponse:
    """Accounts in the order of their ids; with `handle`, those that have this one, however it is spelled."""
    require_scope(request, "read")
    language = language_of(request)
    with snapshot():
        account_ids = page_of_accounts(limit + 1, cursor or "", handle and plain_handle(handle))
        world = look_at(accounts=account_ids[:limit]).world
    return respond(
        one_page(
            account_ids,
            limit,
            str,
            lambda account_id: show_account(account_state(world, account_id), language),
        )
    )
