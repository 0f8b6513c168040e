"""The market that a page of the consoles is filtered by: one that shops have, data from before today's rules included."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.values import shown
from shoplink.store.read.foresight import markets_of_shops
from shoplink.web.request.visit import Visit
from shoplink.wording.names import isolated


class MarketChoice(Struct, frozen=True):
    """The market that is chosen, '' for all; what can be chosen, in order; and what is wrong with what was asked for."""

    market: str
    markets: list[str]
    problem: str


def market_choice(visit: Visit) -> MarketChoice:
    """What the query parameter `market` chooses. Reads the database once."""
    markets, asked = markets_of_shops(), visit.query.get("market", "")
    if not asked or asked in markets:
        return MarketChoice(asked, markets, "")
    allowed = ", ".join(f"{code} ({visit.language.country(code)})" for code in markets)
    text = _("Market: found {found}; allowed: {allowed}. All markets are shown.")
    return MarketChoice("", markets, text.format(found=isolated(shown(asked)), allowed=allowed or "–"))
