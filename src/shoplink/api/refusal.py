"""Refusals: those that are still kept, each with every reason."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct, convert
from msgspec.structs import fields

from shoplink.api.http.body import Page, one_page, respond
from shoplink.api.http.operation import Limit, NumberCursor, Operations
from shoplink.api.http.problem import Instant, SaidReason, language_of, with_sentences
from shoplink.api.http.request import ACTOR_PATTERN, ACTORS, read_actor, require_scope
from shoplink.api.http.schema import AskedCommand
from shoplink.core import COMMANDS
from shoplink.core.commands import PRIVATE_COMMANDS
from shoplink.core.facts import Actor, Id
from shoplink.store.read.refusal import StoredRefusal, page_of_refusals

operations = Operations("refusals")

_COMMANDS = {**COMMANDS, **PRIVATE_COMMANDS}

By = Annotated[str, Meta(pattern=ACTOR_PATTERN, description=ACTORS)]


class RefusalBody(Struct, frozen=True):
    """A refusal as it was stored: when, what was asked, by whom, and every reason."""

    at: Instant
    command: AskedCommand
    by: Actor | None
    reasons: list[SaidReason]


@operations.get("/refusals", Page[RefusalBody])
def list_refusals(  # noqa: PLR0913 (what refusals may be asked for by)
    request: HttpRequest,
    *,
    shop_id: Id | None = None,
    account_id: Id | None = None,
    by: By | None = None,
    limit: Limit = 50,
    cursor: NumberCursor | None = None,
) -> HttpResponse:
    """Why something was refused: stored refusals, the newest first, of a shop, an account, or by whom."""
    require_scope(request, "read")
    language = language_of(request)
    rows = page_of_refusals(
        limit + 1,
        int(cursor) if cursor else None,
        shop_id=shop_id,
        account_id=account_id,
        by=read_actor(by, "by") if by else None,
    )

    def show(row: StoredRefusal) -> RefusalBody:
        command = _asked_for(row.command)
        by = row.command.get("by")
        reasons = [SaidReason(**reason) for reason in with_sentences(row.reasons, language)]
        return RefusalBody(row.at, command, by and convert(by, Actor), reasons)

    return respond(one_page(rows, limit, lambda row: row.number, show))


def _asked_for(command: dict[str, Any]) -> dict[str, Any]:
    """What a command asks for, and so what the command that a ticket is about asks for: neither when nor by whom.

    What is unknown and had to be said so stays null.
    """
    kind = _COMMANDS.get(command.get("command", ""))
    required = {one.name for one in fields(kind) if one.required} if kind else set()
    return {
        name: _asked_for(value) if name == "question" else value
        for name, value in command.items()
        if name not in {"at", "by", "key"} and (value is not None or name in required)
    }
