"""Preview what a correction or a waiver would unblock: a ticket's question is decided again in memory, nothing is stored."""

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Command, Event, Reason, Refused, step
from shoplink.core.ticket.assessment import Assessment, assess, question_of
from shoplink.core.ticket.events import TicketClosed
from shoplink.core.ticket.facts import Ticket
from shoplink.flows.look import look
from shoplink.flows.ticket.read import keys_of
from shoplink.store.read.link import snapshot


class FixEffect(Struct, frozen=True):
    """The effect of a fix: the reasons if it is refused, its events, and the question's assessment before and after.

    `ends`: the ticket ends by itself with the fix.
    """

    refused: tuple[Reason, ...]
    events: tuple[Event, ...]
    before: Assessment
    after: Assessment
    ends: bool

    @property
    def gone(self) -> tuple[Reason, ...]:
        """The reasons that the fix would remove."""
        left = {reason.code for reason in self.after.reasons}
        return tuple(reason for reason in self.before.reasons if reason.code not in left)


def preview_fix(ticket: Ticket, fix: Command) -> FixEffect:
    """R42: the effect that a correction or a waiver would have now on what a ticket is about."""
    with snapshot():
        world = look(keys_of([ticket])).world
    question = question_of(ticket)
    before = assess(world, question)
    done = step(world, replace(fix, at=world.now))
    refused = done.decision.reasons if isinstance(done.decision, Refused) else ()
    ends = any(isinstance(event, TicketClosed) and event.ticket_id == ticket.ticket_id for event in done.own)
    return FixEffect(refused, done.own, before, assess(world, question), ends)
