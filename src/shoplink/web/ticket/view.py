"""What tickets look like on pages: a row of a list, the decision then and now, what was said, and the next step."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from babel.dates import format_timedelta
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Reason
from shoplink.core.facts import Actor
from shoplink.core.ticket import REVIEW_QUESTION, support_helps
from shoplink.core.wire_format import read_reason
from shoplink.flows.answer import Answer
from shoplink.flows.ticket.read import Seen, told
from shoplink.flows.ticket.steps import Step, Words
from shoplink.store.ticket.words import Message, messages_of
from shoplink.web.request.command import form_key
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_actor, show_role
from shoplink.wording.problems import PROBLEMS

TEXT_MAX, EVIDENCE_MAX = 2_000, 200


class Split(Struct, frozen=True):
    """Reasons sorted: what support can fix, and what is for others; `hidden`: more that only the creator can see."""

    support: list[ReasonRow]
    others: list[ReasonRow]
    hidden: bool

    @property
    def empty(self) -> bool:
        """Whether nothing is in the way."""
        return not (self.support or self.others or self.hidden)


class TicketRow(Struct, frozen=True):
    """A ticket in a list."""

    url: str
    about: str
    shop: str
    account: str
    market: str
    side: str
    status: Badge
    opened: Instant
    age: str
    reasons: Split


class Said(Struct, frozen=True):
    """A message of the conversation; `mine`: the reader's own side wrote it."""

    by: str
    at: Instant
    text: str
    evidence: str
    mine: bool


class TicketView(Struct, frozen=True):
    """A ticket in full. `ending` explains, in words, why it has ended."""

    row: TicketRow
    ticket_id: str
    link_id: str
    is_open: bool
    ending: str
    then: Split
    messages: list[Said]
    forgotten: Instant | None
    may_withdraw: bool
    may_resolve: bool
    text: str
    evidence: str
    problem: str


def show_row(visit: Visit, seen: Seen, url: str) -> TicketRow:
    """A ticket in a list, with what stands in the way now."""
    ticket, world = seen.ticket, seen.world
    shop, account = world.shops.get(ticket.shop_id), world.accounts.get(ticket.account_id)
    return TicketRow(
        url=url,
        about=_about(visit, seen),
        shop=(shop.facts.name if shop else "") or ticket.shop_id,
        account=f"@{account.facts.handle}" if account and account.facts.handle else ticket.account_id,
        market=visit.language.country(ticket.market),
        side=show_actor(Actor(ticket.side, "")),
        status=show_status(visit, seen),
        opened=show_instant(visit, ticket.opened_at),
        age=show_age(visit, ticket.opened_at),
        reasons=split(visit, seen, seen.standing.reasons),
    )


def show_ticket(visit: Visit, seen: Seen, url: str, problem: str = "") -> TicketView:
    """A ticket in full; reads what was said."""
    ticket, staff = seen.ticket, visit.by.kind in {"support", "platform"}
    row = show_row(visit, seen, url)
    return TicketView(
        row=row,
        ticket_id=ticket.ticket_id,
        link_id=ticket.link_id or "",
        is_open=ticket.ended_at is None,
        ending=_ending(seen),
        then=split(visit, seen, map(read_reason, ticket.reasons)),
        messages=[_said(visit, row, message) for message in messages_of(ticket.ticket_id)],
        forgotten=show_instant(visit, ticket.forgotten_at) if ticket.forgotten_at else None,
        may_withdraw=ticket.ended_at is None and not staff,
        may_resolve=ticket.ended_at is None and staff,
        text=visit.form.get("text", ""),
        evidence=visit.form.get("evidence", ""),
        problem=problem,
    )


def split(visit: Visit, seen: Seen, reasons: Iterable[Reason]) -> Split:
    """Reasons as this visitor may learn them, what support can fix apart from what others must do."""
    ticket, world = seen.ticket, seen.world
    known = told(visit.by, world, (ticket.shop_id, ticket.account_id), reasons)
    rulebook = world.rulebook(ticket.market)
    helped = [support_helps(reason, rulebook, world.now) for reason in known.reasons]
    rows = list(zip(show_reasons(visit, known.reasons), helped, strict=True))
    return Split(
        [row for row, by_us in rows if by_us],
        [row for row, by_us in rows if not by_us],
        known.creator_can_see,
    )


def show_age(visit: Visit, at: datetime) -> str:
    """How long ago something was, in its largest unit."""
    text: str = format_timedelta(
        visit.now - at, granularity="minute", threshold=1, locale=visit.language.locale
    )
    return text


_STATUSES: dict[str, Callable[[], Badge]] = {
    "open": lambda: Badge(_("With support"), "orange", icon="headset"),
    "answered": lambda: Badge(_("Support has answered"), "azure", icon="message-reply"),
    "resolved": lambda: Badge(_("Resolved"), "green", icon="circle-check"),
    "cleared": lambda: Badge(_("Cleared by itself"), "green", icon="checks"),
    "beyond_support": lambda: Badge(_("Closed: not for support"), "secondary", icon="circle-x"),
    "withdrawn": lambda: Badge(_("Withdrawn"), "secondary", icon="arrow-back-up"),
}


def show_status(visit: Visit, seen: Seen) -> Badge:
    """How a ticket stands; for support, an answered one waits for the side that opened it."""
    ticket = seen.ticket
    if ticket.status == "answered" and visit.by.kind in {"support", "platform"}:
        return Badge(_("Waits for the other side"), "azure", icon="message-reply")
    return _STATUSES[ticket.cause or ticket.status]()


def _ending(seen: Seen) -> str:
    match seen.ticket.cause or seen.ticket.status:
        case "cleared":
            return _("What was in the way is gone, or done: nothing is left for support.")
        case "beyond_support":
            return _("What is left cannot be solved by support; each reason says who can act.")
        case "withdrawn":
            return _("It was withdrawn by the side that opened it.")
        case "resolved":
            return _("Support has resolved it. If it comes up again, open a new ticket from there.")
    return ""


def _about(visit: Visit, seen: Seen) -> str:
    """What a ticket is about, in words."""
    role = seen.ticket.fields.get("role")
    if seen.ticket.command == "invite" and role:
        return _("Inviting an account as {role}").format(role=show_role(visit, role))
    return in_words(seen.ticket.command)


def in_words(command: str) -> str:
    """What a command of a shop or a creator does, in words; of any other, its name."""
    return _ABOUT[command]() if command in _ABOUT else command


_ABOUT: dict[str, Callable[[], str]] = {
    REVIEW_QUESTION: lambda: _("A link that stays in review"),
    "invite": lambda: _("Inviting an account"),
    "accept": lambda: _("Confirming an invitation"),
    "request_unlink": lambda: _("Asking to be unlinked"),
    "approve_unlink": lambda: _("Agreeing to an unlink request"),
    "unlink": lambda: _("Unlinking an account"),
    "sync_showcase": lambda: _("Syncing the shop’s products to the showcase"),
    "add_from_shop": lambda: _("Adding the shop’s products"),
    "promote": lambda: _("Promoting a product for commission"),
}


def _said(visit: Visit, row: TicketRow, message: Message) -> Said:
    staff = message.by.kind in {"support", "platform"}
    ours = visit.by.kind in {"support", "platform"}
    names = {"shop": row.shop, "creator": row.account}
    return Said(
        by=names.get(message.by.kind) or show_actor(message.by),
        at=show_instant(visit, message.at),
        text=message.text,
        evidence=message.evidence or "",
        mine=staff == ours,
    )


def step_of(visit: Visit, kind: str) -> Step:
    """How the form that was sent asks for a step; sent twice, it is done once."""
    return Step(visit.by, scope=f"person:{visit.by.person or ''}", key=f"{form_key(visit)}/{kind}")


def words_of(visit: Visit) -> tuple[Words | None, str]:
    """What was written into the form, if anything; and what is wrong with it."""
    text, evidence = visit.form.get("text", "").strip(), visit.form.get("evidence", "").strip()
    if len(text) > TEXT_MAX or len(evidence) > EVIDENCE_MAX or "\x00" in text + evidence:
        return None, _("Write at most {text} characters, and at most {evidence} about the evidence.").format(
            text=TEXT_MAX, evidence=EVIDENCE_MAX
        )
    if evidence and not text:
        return None, _("Say in words what the evidence is for.")
    return (Words(text, evidence or None) if text else None), ""


def problem_of(visit: Visit, answer: Answer) -> str:
    """Why a step was not taken, in words; '' if it was."""
    if answer["outcome"] == "accepted":
        return ""
    if answer["error"] == "idempotency.in_progress":
        return _("This form is still being worked on. Reload the page in a moment.")
    if answer["error"] == "idempotency.other_body":
        return _("This form had been sent before with other input. Check what you typed and send it again.")
    if answer["error"] == "ticket.beyond_support":
        return _("Support cannot help with this; each reason below says who can.")
    text: Any = visit.language.text(PROBLEMS[answer["error"]].detail)
    return str(text)
