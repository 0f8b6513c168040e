"""When the clock changes a link: at a deadline, a birthday, or the end of the time to answer a request."""

from datetime import datetime

from msgspec import Struct

from shoplink.core.facts import Account, Link, Shop
from shoplink.core.instant import birthday, shift
from shoplink.core.rulebook import Rulebook


class Regime(Struct, frozen=True):
    """The rulebook in force in a market, since when, and when the next one starts, if one is scheduled."""

    rulebook: Rulebook
    since: datetime
    next_start: datetime | None = None


def due_at(link: Link, shop: Shop, account: Account, regime: Regime, now: datetime) -> datetime | None:
    """The next instant after `now` at which the clock may change the link; None if there is none.

    - An invitation is due at its deadline (R23).
    - A link in review is due at the birthday that it may wait for (R19), or when the next rulebook starts.
    - A link with an open unlink request is due at the end of the time to answer it (R46), or when the next
      rulebook starts. A request that becomes overdue by that start is due at the start.
    - Of a shop that is decided elsewhere, time ends nothing but invitations (mirror.md section 2).
    """
    if link.status == "invited":
        return link.expires_at
    if shop.decided == "elsewhere":
        return None
    candidates = []
    if link.status == "in_review" and account.birth_date is not None:
        adult_at = birthday(account.birth_date, regime.rulebook.parameters.minimum_age_years)
        if adult_at > now:
            candidates.append(adult_at)
    elif link.unlink_requested_at is not None and regime.rulebook.unlink_answer_ttl is not None:
        answer_by = shift(link.unlink_requested_at, regime.rulebook.unlink_answer_ttl)
        candidates.append(max(answer_by, regime.since))
    if regime.next_start is not None and (link.status == "in_review" or link.unlink_requested_at is not None):
        candidates.append(regime.next_start)
    return min(candidates, default=None)
