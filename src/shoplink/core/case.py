"""What rules look at: the two sides with what is counted of them, and the one case to be judged."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from shoplink.core.facts import Account, Link, Role, Shop, Waiver
from shoplink.core.rulebook import Rulebook


class ShopRecord(Struct):
    """A shop's facts and what its decisions count.

    `live`: its live links by id, in the order recorded. `marketing_linked_at`: when its
    marketing links were established, ascending, ended ones included. `official_unlinks`: how many
    of its official links were unlinked.
    """

    facts: Shop
    live: dict[str, Link] = {}
    marketing_linked_at: list[datetime] = []
    official_unlinks: int = 0
    waivers: list[Waiver] = []


class AccountRecord(Struct):
    """An account's facts and what its decisions count.

    `live`: its live links by id, in the order recorded. `newest`: per shop the link recorded
    last. `established`: every link that was ever established. `marketing_linked_at`: when its
    marketing links were established, ascending.
    """

    facts: Account
    live: dict[str, Link] = {}
    newest: dict[str, Link] = {}
    established: list[Link] = []
    marketing_linked_at: list[datetime] = []
    waivers: list[Waiver] = []


class Case(Struct):
    """What a rule may look at: the instant, the rulebook in force, both sides, and what is asked.

    `link` is the link that the command is about; it is never counted against itself.
    """

    at: datetime
    rulebook: Rulebook
    shop: ShopRecord
    account: AccountRecord
    role: Role
    acting: Literal["shop", "creator"] = "shop"
    network_region: str | None = None
    link: Link | None = None
