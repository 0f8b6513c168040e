"""What rules look at: the records of both sides, and the case to be judged."""

from datetime import datetime

from msgspec import Struct

from shoplink.core.facts import Account, Corrections, Link, Role, Shop, Waiver
from shoplink.core.instant import BEGINNING
from shoplink.core.rulebook import Rulebook


class ShopRecord(Struct):
    """A shop's facts, and what decisions count of it.

    `live` holds its live links by id, in the order recorded, and `ended` the others, as far back as the batch looks.
    `marketing_linked_at` holds the instants at which its marketing links were established, ascending, ended links
    included. `official_unlinks` is the number of its official links that were unlinked. `touched_at` is the instant of
    the event that recorded the facts.
    """

    facts: Shop
    live: dict[str, Link] = {}
    ended: list[Link] = []
    marketing_linked_at: list[datetime] = []
    official_unlinks: int = 0
    waivers: list[Waiver] = []
    touched_at: datetime = BEGINNING


class AccountRecord(Struct):
    """An account's facts, and what decisions count of it.

    `live` holds its live links by id, in the order recorded; `newest` the link recorded last, per shop;
    `established` every link that was ever established. `marketing_linked_at` holds the instants at which its
    marketing links were established, ascending. `corrected` tells when support last corrected its facts, and
    `touched_at` is the instant of the event that recorded or corrected them last.
    """

    facts: Account
    corrected: Corrections = Corrections()
    live: dict[str, Link] = {}
    newest: dict[str, Link] = {}
    established: list[Link] = []
    marketing_linked_at: list[datetime] = []
    waivers: list[Waiver] = []
    touched_at: datetime = BEGINNING


class Case(Struct):
    """What a rule may look at: the instant, the rulebook in force, both sides, and what the command asks for.

    `network_region` is the country of the acting person's network. `link` is the link that the command is about,
    if there is one; it is never counted against itself.
    """

    at: datetime
    rulebook: Rulebook
    shop: ShopRecord
    account: AccountRecord
    role: Role
    network_region: str | None = None
    link: Link | None = None


class LinkCase(Case, kw_only=True):
    """The case of a command on a link that exists."""

    link: Link
