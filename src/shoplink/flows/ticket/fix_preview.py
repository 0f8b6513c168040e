"""What a correction or a waiver would unblock: the ticket's question decided again in memory; nothing is stored."""

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import Command, Event, Reason, Refused, step
from shoplink.core.ticket.assessment import Assessment, assess, question_of
from shoplink.core.ticket.facts import Ticket
from shoplink.flows.look import look
from shoplink.flows.ticket.read import touched
from shoplink.store.read.link import snapshot


class Outlook(Struct, frozen=True):
    """What a fix would lead to: why it could not be done; what would happen at once; the question before and after."""

    refused: tuple[Reason, ...]
    events: tuple[Event, ...]
    before: Assessment
    after: Assessment

    @property
    def gone(self) -> tuple[Reason, ...]:
        """The reasons that the fix would take out of the way."""
        left = {reason.code for reason in self.after.reasons}
        return tuple(reason for reason in self.before.reasons if reason.code not in left)


def outlook(ticket: Ticket, fix: Command) -> Outlook:
    """R42: how what a ticket is about would stand after a fix of its shop's or its account's, done now."""
    with snapshot():
        world = look(touched([ticket])).world
    question = question_of(ticket)
    before = assess(world, question)
    done = step(world, replace(fix, at=world.now))
    refused = done.decision.reasons if isinstance(done.decision, Refused) else ()
    return Outlook(refused, done.own, before, assess(world, question))
