"""When support can help: what a ticket asks, how the question stands, and what ends it (domain.md section 8)."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import commands as c
from shoplink.core.decisions.outcome import Refused
from shoplink.core.decisions.table import decide_listed
from shoplink.core.facts import LIVE, Link
from shoplink.core.instant import format_instant, shift
from shoplink.core.next_actor import review_reasons
from shoplink.core.parse import read_stored
from shoplink.core.reasons import Reason, support_can_help
from shoplink.core.rulebook import Rulebook
from shoplink.core.ticket.facts import REVIEW_QUESTION, Cause, Facts, Question, Review, Ticket
from shoplink.core.world import World

UNANSWERED = timedelta(days=7)
"""How long an unlink request must be unanswered before its creator may ask support."""


class Assessment(Struct, frozen=True):
    """How a question stands at an instant.

    `reasons` are all obstacles; with those in `helped` support can help. If `reached`, the link is as
    the command would have made it, and there is nothing left to help with.
    """

    reasons: tuple[Reason, ...]
    helped: tuple[Reason, ...]
    reached: bool

    @property
    def may_be_asked(self) -> bool:
        """R39: whether a ticket about the question may be opened, and stay open."""
        return bool(self.helped) and not self.reached

    @property
    def end(self) -> Cause | None:
        """Why a ticket about the question ends by itself; None if it stays open (R40)."""
        if self.reached or not self.reasons:
            return "cleared"
        return None if self.helped else "beyond_support"


def assess(world: World, question: Question) -> Assessment:
    """Assess a question in a world that holds its shop and account.

    Networks are ignored: a network belongs to a person at an instant and is not a fact of the case.
    """
    if isinstance(question, Review):
        return _standing_of_review(world, question)
    shop = world.shops.get(question.shop_id)
    here: dict[str, Any] = {"at": world.now}
    if shop is not None and "network_region" in question.__struct_fields__:
        here["network_region"] = shop.facts.market
    decision = decide_listed(world, replace(question, **here))
    reasons = decision.reasons if isinstance(decision, Refused) else ()
    if shop is None:
        return Assessment(reasons, (), reached=False)
    link = world.link(question.shop_id, question.account_id)
    reached = link is not None and _is_reached(question, link)
    return Assessment(reasons, _helped(world, shop.facts.market, reasons), reached)


def question_of(ticket: Ticket) -> Question:
    """What a ticket is about."""
    if ticket.command == REVIEW_QUESTION:
        assert ticket.link_id is not None, "a review is that of a link"
        return Review(ticket.shop_id, ticket.account_id, ticket.link_id)
    asked = {**ticket.fields, "command": ticket.command, "at": format_instant(ticket.opened_at)}
    if "network_region" in c.COMMANDS[ticket.command].__struct_fields__:
        asked["network_region"] = None  # it was a person's then; `assess` puts the market in
    command = read_stored(asked)
    assert isinstance(command, c.PairCommand), "a ticket is about a shop and an account"
    return command


def facts_of(world: World, shop_id: str, account_id: str) -> Facts:
    """The facts of both sides, as the world holds them."""
    shop, account = world.shops.get(shop_id), world.accounts.get(account_id)
    return Facts(shop.facts if shop else None, account.facts if account else None)


def support_helps(reason: Reason, rulebook: Rulebook, at: datetime) -> bool:
    """R39: whether support can help with a reason; with an open unlink request only once it counts as unanswered."""
    if reason.code == "unlink.already_requested":
        since = unanswered_since(reason.params["requested_at"], rulebook)
        return since is not None and at >= since
    return support_can_help(reason)


def unanswered_since(requested_at: datetime, rulebook: Rulebook) -> datetime | None:
    """R46: the instant from which an unlink request counts as unanswered; None if the clock answers it."""
    return shift(requested_at, UNANSWERED) if rulebook.unlink_answer_ttl is None else None


def next_change(world: World, reasons: tuple[Reason, ...]) -> datetime | None:
    """The next instant at which the clock alone may change how a question stands; None if there is none."""
    instants = [world.next_due_at(), *(reason.possible_at for reason in reasons)]
    return min((at for at in instants if at is not None and at > world.now), default=None)


def _helped(world: World, market: str, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    rulebook = world.rulebook(market)
    return tuple(reason for reason in reasons if support_helps(reason, rulebook, world.now))


def _is_reached(command: c.PairCommand, link: Link) -> bool:
    """Whether the link already is as the command would make it."""
    match command:
        case c.Invite(role=role):
            return link.status in LIVE and link.role == role
        case c.Accept():
            return link.status in {"in_review", "linked"}
        case c.RequestUnlink() | c.ApproveUnlink() | c.Unlink():
            return link.status not in LIVE
    return False


def _standing_of_review(world: World, review: Review) -> Assessment:
    link = world.link(review.shop_id, review.account_id)
    if link is None or link.link_id != review.link_id or link.status == "linked":
        return Assessment((), (), reached=True)
    if link.status != "in_review":
        ended = Reason("link.wrong_state", "nobody", params={"link_status": link.status})
        return Assessment((ended,), (), reached=False)
    reasons = review_reasons(world, link, world.now)
    market = world.shops[link.shop_id].facts.market
    return Assessment(reasons, _helped(world, market, reasons), reached=False)
