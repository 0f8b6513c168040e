"""View models of tickets: a row of a list, and a ticket with its decision then and now and its conversation."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Reason
from shoplink.core.disclosure import disclose
from shoplink.core.facts import Actor
from shoplink.core.instant import BEGINNING, shift
from shoplink.core.parse import MalformedError, read_fields
from shoplink.core.precondition.subjects import Subject, TicketInPlace, ticket_shown_to
from shoplink.core.roles import may_issue
from shoplink.core.ticket.assessment import support_helps
from shoplink.core.ticket.commands import WORDS, TicketCommand
from shoplink.core.ticket.facts import REOPENABLE, REVIEW_QUESTION, STAFF, Message, Ticket
from shoplink.flows.answer import Answer
from shoplink.flows.precondition import Precondition, token_of
from shoplink.flows.ticket.read import CurrentTicket
from shoplink.store.ticket.words import messages_of
from shoplink.web.request.command import execute_for, form_key, result_of_answer
from shoplink.web.request.malformed import say_malformed_form
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import names_behind, show_actor, show_by, show_role
from shoplink.wording import say_reason


class SortedReasons(Struct, frozen=True):
    """Reasons that support can fix, and those for others; `hidden` means more that only the creator can see.

    Of a ticket that has ended, support does nothing more: all its reasons are in `ended`.
    """

    support: list[ReasonRow]
    others: list[ReasonRow]
    hidden: bool
    ended: list[ReasonRow] = []

    @property
    def empty(self) -> bool:
        """Whether there is no reason."""
        return not (self.support or self.others or self.ended or self.hidden)


class TicketRow(Struct, frozen=True):
    """A ticket in a list; `number` is what people say, as `#12`."""

    url: str
    number: str
    about: str
    shop: str
    account: str
    market: str
    side: str
    status: Badge
    opened: Instant
    age: str
    reasons: SortedReasons


class ConversationMessage(Struct, frozen=True):
    """A message of the conversation; `mine` means that the reader's side wrote it."""

    by: str
    at: Instant
    text: str
    evidence: str
    mine: bool


class TicketView(Struct, frozen=True):
    """A ticket in full; `ending` says why it has ended, `resolve_hint` what resolving it needs."""

    row: TicketRow
    ticket_id: str
    link_id: str
    is_open: bool
    ending: str
    then: SortedReasons
    messages: list[ConversationMessage]
    forgotten: Instant | None
    may_withdraw: bool
    may_resolve: bool
    may_reopen: bool
    resolve_hint: str
    seen: str
    text: str
    evidence: str
    problem: str


def show_row(visit: Visit, seen: CurrentTicket, url: str) -> TicketRow:
    """A row for a ticket, with its current reasons."""
    ticket, world = seen.ticket, seen.world
    shop, account = world.shops.get(ticket.shop_id), world.accounts.get(ticket.account_id)
    return TicketRow(
        url=url,
        number=f"#{ticket.number}",
        about=_about(visit, seen),
        shop=(shop.facts.name if shop else "") or ticket.shop_id,
        account=f"@{account.facts.handle}" if account and account.facts.handle else ticket.account_id,
        market=visit.language.country(ticket.market),
        side=show_actor(Actor(ticket.side, "")),
        status=show_ticket_status(visit, seen),
        opened=show_instant(visit, ticket.opened_at),
        age=show_age(visit, ticket.opened_at),
        reasons=sort_reasons(visit, seen, seen.standing.reasons),
    )


def show_ticket(visit: Visit, seen: CurrentTicket, url: str, problem: str = "") -> TicketView:
    """A ticket in full; reads its messages from the database. `problem` is one with the form of the conversation."""
    ticket, staff = seen.ticket, visit.by.kind in STAFF
    talks = visit.form.get("do", "reply") in {"reply", "resolve", "reopen", "withdraw"}
    row = show_row(visit, seen, url)
    return TicketView(
        row=row,
        ticket_id=ticket.ticket_id,
        link_id=ticket.link_id or "",
        is_open=ticket.ended_at is None,
        ending=_ending(visit, seen),
        then=sort_reasons(visit, seen, ticket.reasons),
        messages=_conversation(visit, row, messages_of(ticket.ticket_id)),
        forgotten=show_instant(visit, ticket.forgotten_at) if ticket.forgotten_at else None,
        may_withdraw=ticket.ended_at is None and not staff,
        may_resolve=ticket.ended_at is None and staff,
        may_reopen=may_reopen(seen),
        resolve_hint=_("While something is in the way, say in the message why you resolve the ticket.")
        if staff and ticket.ended_at is None and seen.standing.reasons
        else "",
        seen=token_of(seen.state, shown_ticket(visit, ticket)),
        text=visit.form.get("text", "") if talks else "",
        evidence=visit.form.get("evidence", ""),
        problem=problem,
    )


def may_reopen(seen: CurrentTicket) -> bool:
    """Whether either side may reopen the ticket now, unless another one is open about the same."""
    ended_at = seen.ticket.ended_at
    if ended_at is None or not seen.standing.may_be_asked:
        return False
    return seen.world.now < shift(ended_at, REOPENABLE)


def sort_reasons(visit: Visit, seen: CurrentTicket, reasons: Iterable[Reason]) -> SortedReasons:
    """The reasons that this visitor may see: those that support can fix, and those for others."""
    ticket, world = seen.ticket, seen.world
    known = disclose(visit.by, world.link(ticket.shop_id, ticket.account_id), reasons)
    if ticket.ended_at is not None:
        return SortedReasons([], [], known.creator_can_see, show_reasons(visit, known.reasons))
    rulebook = world.rulebook(ticket.market)
    helped = [support_helps(reason, rulebook, world.now) for reason in known.reasons]
    rows = list(zip(show_reasons(visit, known.reasons), helped, strict=True))
    return SortedReasons(
        [row for row, by_us in rows if by_us],
        [row for row, by_us in rows if not by_us],
        known.creator_can_see,
    )


def show_age(visit: Visit, at: datetime) -> str:
    """The time since an instant, in its largest unit."""
    return show_length(visit, visit.now - at)


def show_length(visit: Visit, length: timedelta) -> str:
    """A length of time, in its largest unit."""
    text: str = format_timedelta(length, granularity="minute", threshold=1, locale=visit.language.locale)
    return text


_STATUSES: dict[str, Callable[[], Badge]] = {
    "open": lambda: Badge(_("With support"), "orange", icon="headset"),
    "answered": lambda: Badge(_("Support has answered"), "azure", icon="message-reply"),
    "resolved": lambda: Badge(_("Resolved"), "green", icon="circle-check"),
    "cleared": lambda: Badge(_("Cleared automatically"), "green", icon="checks"),
    "beyond_support": lambda: Badge(_("Closed: not for support"), "secondary", icon="circle-x"),
    "withdrawn": lambda: Badge(_("Withdrawn"), "secondary", icon="arrow-back-up"),
}


def show_ticket_status(visit: Visit, seen: CurrentTicket) -> Badge:
    """The status of a ticket; for support, an answered one waits for the side that opened it."""
    ticket = seen.ticket
    if ticket.status == "answered" and visit.by.kind in STAFF:
        return Badge(_("Waiting for the other side"), "azure", icon="message-reply")
    return _STATUSES[ticket.cause or ticket.status]()


def _ending(visit: Visit, seen: CurrentTicket) -> str:
    """Why the ticket has ended, and what its reader can do if it is not done; '' if it is open."""
    why, ended_at = _why_ended(seen), seen.ticket.ended_at
    if ended_at is None or not may_reopen(seen):
        return why
    last = visit.language.instant(shift(ended_at, REOPENABLE), visit.zone)
    return _("{why} If it is not done, you can reopen the ticket until {last}.").format(why=why, last=last)


def _why_ended(seen: CurrentTicket) -> str:
    match seen.ticket.cause or seen.ticket.status:
        case "cleared":
            return _("Nothing is in the way any more, so nothing is left for support to do.")
        case "beyond_support":
            return _("Support cannot resolve what is left. Each reason says who can act.")
        case "withdrawn":
            return _("The side that opened it has withdrawn it.")
        case "resolved":
            return _("Support has resolved it.")
    return ""


def _about(visit: Visit, seen: CurrentTicket) -> str:
    """What a ticket is about."""
    role = seen.ticket.fields.get("role")
    if seen.ticket.command == "invite" and role:
        return _("Inviting an account as {role}").format(role=show_role(visit, role))
    return say_command(seen.ticket.command)


def say_command(command: str) -> str:
    """What a command of a shop or a creator does; for any other command, its name."""
    return _ABOUT[command]() if command in _ABOUT else command


_ABOUT: dict[str, Callable[[], str]] = {
    REVIEW_QUESTION: lambda: _("A link that stays in review"),
    "invite": lambda: _("Inviting an account"),
    "accept": lambda: _("Confirming an invitation"),
    "request_unlink": lambda: _("Requesting to be unlinked"),
    "approve_unlink": lambda: _("Approving an unlink request"),
    "unlink": lambda: _("Unlinking an account"),
    "sync_showcase": lambda: _("Syncing the shop’s products to the showcase"),
    "add_from_shop": lambda: _("Adding the shop’s products"),
    "promote": lambda: _("Promoting a product for commission"),
    "invite_member": lambda: _("Inviting a member"),
    "withdraw_member_invitation": lambda: _("Withdrawing the invitation of a member"),
    "join_by_invitation": lambda: _("Joining by an invitation"),
    "remove_member": lambda: _("Removing a member"),
    "open_ticket": lambda: _("Opening a ticket"),
    "reply_to_ticket": lambda: _("Writing in a ticket"),
    "resolve_ticket": lambda: _("Resolving a ticket"),
    "withdraw_ticket": lambda: _("Withdrawing a ticket"),
    "reopen_ticket": lambda: _("Reopening a ticket"),
    "assign_ticket": lambda: _("Giving a ticket to somebody"),
    "note_in_ticket": lambda: _("Writing a note in a ticket"),
}


def _conversation(visit: Visit, row: TicketRow, messages: list[Message]) -> list[ConversationMessage]:
    """The messages; among themselves, agents see which of them wrote each."""
    name_of = names_behind(visit, (message.by for message in messages))
    return [_message(visit, row, message, name_of(message.by)) for message in messages]


def _message(visit: Visit, row: TicketRow, message: Message, name: str) -> ConversationMessage:
    staff = message.by.kind in STAFF
    ours = visit.by.kind in STAFF
    names = {"shop": row.shop, "creator": row.account}
    by = message.by if ours or not staff else Actor("support", "")  # customers deal with support alone
    return ConversationMessage(
        by=names.get(by.kind) or show_by(by, name),
        at=show_instant(visit, message.at),
        text=message.text,
        evidence=message.evidence or "",
        mine=staff == ours,
    )


def issued(visit: Visit, kind: str) -> dict[str, Any]:
    """Who issues a command about a ticket; the key makes a form that is sent twice take effect once."""
    return {"at": BEGINNING, "by": visit.by, "key": f"{form_key(visit)}/{kind}"}


def send_ticket_command(visit: Visit, command: TicketCommand, seen: Precondition | Subject | None) -> Answer:
    """Execute a command about a ticket; the answer's `state` names the ticket. Raises Http404 if it is not allowed.

    `seen` is the ticket that the page showed; None where there was none yet.
    """
    if not may_issue(visit.by, command):
        raise Http404
    return execute_for(visit, [command], seen, with_state=True)[0]


def shown_ticket(visit: Visit, ticket: Ticket) -> TicketInPlace:
    """What this reader is shown of a ticket."""
    return ticket_shown_to(visit.by, ticket)


def words_of(visit: Visit) -> tuple[dict[str, Any], str]:
    """The message in the form (empty if there is none), and a problem with it ('' if there is none)."""
    typed = {name: visit.form.get(name, "").replace("\t", " ") for name in WORDS}
    try:
        words = read_fields({name: text for name, text in typed.items() if text.strip()}, WORDS)
    except MalformedError as error:
        return {}, say_malformed_form(visit, error)
    if words and "text" not in words:
        return {}, _("Add a message that says what the evidence is for.")
    return words, ""


def problem_of(visit: Visit, answer: Answer, seen: Precondition | Subject | None) -> str:
    """Why a command about a ticket took no effect, in words; '' if it was accepted.

    Of a refusal that is the reason about the ticket itself, which comes last.
    """
    result = result_of_answer(visit, answer, seen)
    if result.accepted:
        return ""
    if not result.reasons:
        return result.problem
    said = say_reason(result.reasons[-1], visit.language)
    return f"{said.problem} {said.remedy}"
