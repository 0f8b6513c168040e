"""Which reasons of a ticket the rulebook allows support to waive, and for which subject."""

from typing import NamedTuple

from shoplink.core import CATALOGUE
from shoplink.core.reasons import Subject
from shoplink.flows.ticket.read import CurrentTicket

SUBJECTS: tuple[Subject, ...] = ("shop", "account")


class Waivable(NamedTuple):
    """A reason that may be waived for a shop or an account."""

    code: str
    subject: Subject


def waivable_in_form(text: str) -> Waivable | None:
    """The reason and the subject that a form names; None if no rulebook lets such a reason be waived."""
    code, _, subject = text.partition(" ")
    entry = CATALOGUE.get(code)
    waived_for = next((each for each in SUBJECTS if each == subject), None)
    return Waivable(code, waived_for) if entry and waived_for and waived_for in entry.waivable_for else None


def waivable(seen: CurrentTicket) -> list[Waivable]:
    """Every current reason that may be waived, once for each subject that it may be waived for (R27)."""
    ticket, world = seen.ticket, seen.world
    shop, account = world.shops.get(ticket.shop_id), world.accounts.get(ticket.account_id)
    markets = {
        "shop": shop.facts.market if shop else None,
        "account": account.facts.region if account else None,
    }
    return [
        Waivable(reason.code, subject)
        for reason in seen.standing.reasons
        for subject in SUBJECTS
        if (market := markets[subject]) and world.rulebook(market).may_be_waived(reason.code, subject)
    ]
