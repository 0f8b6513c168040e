"""Bulk invite: paste handles or upload a file of them; each row is decided after those above it, then sent if it passes."""

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from shoplink.core import Command
from shoplink.core.disclosure import redact_for_stranger
from shoplink.core.facts import Role
from shoplink.core.next_actor import expected_review_reasons
from shoplink.core.precondition.subjects import InvitationOutcome
from shoplink.core.values import WrongValueError, read_handle
from shoplink.core.wire_format import to_plain
from shoplink.flows.command import read_command_now
from shoplink.flows.dry_run import dry_run_commands
from shoplink.flows.look import look_at
from shoplink.flows.message.remind import remind_now
from shoplink.flows.message.send_mail import mail_is_on
from shoplink.flows.people.lookup import look_up
from shoplink.flows.precondition import Precondition, token_of
from shoplink.table.error import TableError
from shoplink.table.handles import ColumnUnknownError, handles_in, pasted_handles
from shoplink.table.read import Hints
from shoplink.web.page.declare import page
from shoplink.web.page.export import export
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import SELLER
from shoplink.web.request.command import (
    CommandResult,
    execute_for,
    form_key,
    result_of_answer,
    result_of_decision,
)
from shoplink.web.request.precondition import seen_in_form
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.shop import shop_name
from shoplink.web.seller.withdrawals import (
    OpenInvitation,
    look_before_withdrawal,
    open_invitations,
    withdraw_shown,
)
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_decided
from shoplink.wording.input_errors import allowed_in_field
from shoplink.wording.sentences import N_

HANDLES_MAX = 200
_FILE_MAX = 256 * 1024
_UNPACKED_MAX = 32 << 20


class InviteRow(Struct, frozen=True):
    """A row: the handle, its account, and whether the account can be invited after the rows above.

    `reasons` says why not, or what will keep the link in review.
    """

    handle: str
    account_id: str
    passes: bool
    reasons: list[ReasonRow]
    problem: str = ""


class BulkInvitePage(Struct, frozen=True):
    """The page: the input, the rows that were decided or sent, and the open invitations.

    `others` holds the handles that did not pass. `column` is the name of the file's column of handles, where the page
    asks for it.
    """

    shop_id: str
    shop: str
    role: Role
    handles: str
    problem: str
    column: str | None
    rows: list[InviteRow]
    passing: int
    others: str
    sent: bool
    decided: Badge | None
    seen: str
    open: list[OpenInvitation]


@page(
    "seller/<str:shop_id>/many",
    SELLER,
    posts=True,
    menu=Menu(icon="list-check", title=N_("Bulk invite")),
    body_bytes_max=2 * _FILE_MAX,
)
def bulk_invite(visit: Visit, shop_id: str) -> PageResponse:
    """Check the handles, invite those that pass, or remind creators of open invitations or withdraw them."""
    if (visit.form or visit.query).get("do") == "choose":  # a look changes nothing: it has an address, too
        return look_before_withdrawal(visit, shop_id)
    action = visit.form.get("do", "") if visit.submitted else ""
    if action == "withdraw":
        return withdraw_shown(visit, shop_id)
    if action == "remind":
        count = remind_now(shop_id, visit.form.getlist("account_id"), by_mail=mail_is_on())
        message = ngettext("{count} creator is reminded.", "{count} creators are reminded.", count)
        return visit.redirect("seller.bulk_invite", message=message.format(count=count), shop_id=shop_id)
    role: Role = "official" if visit.form.get("role") == "official" else "marketing"
    handles, problem, column = _handles(visit) if action else ([], "", None)
    rows: list[InviteRow] = []
    seen = ""
    if handles and not problem:
        matches = look_up(visit.by, handles).accounts
        if matches is None:
            problem = _("You have looked up too many accounts within an hour. Try again later.")
        else:
            rows, seen, problem = _rows(visit, shop_id, role, matches, send=action == "send")
    if action == "file" and rows:
        return _file(visit, shop_id, rows)
    passing = sum(row.passes for row in rows)
    state = look_at(shops=[shop_id])
    view = BulkInvitePage(
        shop_id=shop_id,
        shop=shop_name(state.world, shop_id),
        role=role,
        handles="\n".join(handles) or visit.form.get("handles", ""),
        problem=problem,
        column=column,
        rows=rows,
        passing=passing,
        others="\n".join(row.handle for row in rows if not row.passes),
        sent=action == "send" and not problem,
        decided=show_decided(state.world.shops[shop_id].facts.decided),
        seen=seen,
        open=open_invitations(visit, state, shop_id),
    )
    return PageContent("seller/bulk_invite.html", view, status=422 if problem else 200)


def _handles(visit: Visit) -> tuple[list[str], str, str | None]:
    """The handles from the text field or the file, a problem with them ('' if there is none), the column to ask for."""
    file = visit.request.FILES.get("file")
    column = visit.form.get("column")
    if file is None:
        handles = pasted_handles(visit.form.get("handles", ""))
    elif file.size is None or file.size > _FILE_MAX:
        return [], _("The file is too large: at most 256 KB are allowed."), column
    else:
        try:
            name = file.name or ""
            handles = handles_in(name, io.BytesIO(file.read()), Hints(bytes_max=_UNPACKED_MAX), column or "")
        except ColumnUnknownError as error:
            return [], error.said.say(visit.language.tag), column or ""
        except TableError as error:
            return [], error.said.say(visit.language.tag), column
    if not handles:
        return [], _("Paste at least one handle, for example @oliviasteeps."), column
    if len(handles) > HANDLES_MAX:
        message = _("There are {count} handles; at most {most} can be checked at once.")
        return handles, message.format(count=len(handles), most=HANDLES_MAX), column
    return handles, "", column


def _rows(
    visit: Visit, shop_id: str, role: Role, matches: list[tuple[str, list[str]]], *, send: bool
) -> tuple[list[InviteRow], str, str]:
    """One row for each handle, decided in order in one batch; with `send`, executed. Also their token, and a problem.

    What is executed is what was checked: once the result for one of them is another one, nothing is.
    """
    accounts = [(handle, ids[0]) for handle, ids in matches if len(ids) == 1]
    commands = [_invite(visit, shop_id, role, account_id) for _, account_id in accounts]
    subjects = [
        InvitationOutcome(shop_id, account_id, role=role) for account_id in sorted(one for _, one in accounts)
    ]
    outcomes = _send(visit, commands, seen_in_form(visit, *subjects)) if send else _try(commands)
    problem = next((result.problem for result in outcomes if result.stale), "")
    if problem:
        outcomes = _try(commands)
    decided = dict(zip((handle for handle, _ in accounts), outcomes, strict=True))
    seen = look_at(shops=[shop_id], accounts=[account_id for _, account_id in accounts])
    world = seen.world
    known = {link.account_id for link in world.shops[shop_id].live.values()}
    rows = []
    for handle, ids in matches:
        if len(ids) != 1:
            said = _("Several accounts have this handle.") if ids else _unknown(visit, handle)
            rows.append(InviteRow(f"@{handle}", ", ".join(ids), passes=False, reasons=[], problem=said))
            continue
        result = decided[handle]
        reasons = expected_review_reasons(world, shop_id, ids[0], role) if result.accepted else result.reasons
        shown = show_reasons(visit, reasons if ids[0] in known else redact_for_stranger(reasons))
        rows.append(InviteRow(f"@{handle}", ids[0], result.accepted, shown, result.problem))
    return rows, token_of(seen, *subjects), problem


def _unknown(visit: Visit, handle: str) -> str:
    """What is said of a handle that no account has, and of a text that can be no handle."""
    try:
        read_handle(handle)
    except WrongValueError as error:
        allowed = allowed_in_field(error.allowed, error.params).say(visit.language.tag)
        return _("This is no handle. Allowed: {allowed}.").format(allowed=allowed)
    return _("There is no account with this handle.")


def _invite(visit: Visit, shop_id: str, role: Role, account_id: str) -> Command:
    fields: dict[str, Any] = {
        "command": "invite",
        "by": to_plain(visit.by),
        "key": f"{form_key(visit)}/{role}/{account_id}",
        "shop_id": shop_id,
        "account_id": account_id,
        "role": role,
        "network_region": visit.network.region,
    }
    return read_command_now(fields)


def _try(commands: list[Command]) -> list[CommandResult]:
    return [result_of_decision(decision) for decision in dry_run_commands(commands)]


def _send(visit: Visit, commands: list[Command], seen: Precondition) -> list[CommandResult]:
    return [result_of_answer(visit, answer, seen) for answer in execute_for(visit, commands, seen)]


def _file(visit: Visit, shop_id: str, rows: list[InviteRow]) -> PageResponse:
    """The rows that do not pass, with every reason, as a file that can be uploaded here again."""
    header = [_("Handle"), _("Account ID"), _("Reasons"), _("What to do")]
    failed = [
        [
            row.handle.removeprefix("@"),
            row.account_id,
            " / ".join(reason.problem for reason in row.reasons) or row.problem,
            " / ".join(reason.remedy for reason in row.reasons),
        ]
        for row in rows
        if not row.passes
    ]
    return export(visit, "csv", f"not-invited-{shop_id}", header, failed)
