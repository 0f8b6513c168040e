"""What a search has found, in groups, for the pages of support and of the platform."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.store.read.names import names
from shoplink.store.read.search import LinkMatch, SearchResult

SEARCH_LENGTH_MAX = 200


class MatchRow(Struct, frozen=True):
    """A match: its page, its name, and its id where that is not the name."""

    url: str
    name: str
    key: str


class MatchGroup(Struct, frozen=True):
    """The matches of one kind, best first."""

    kind: str
    title: str
    icon: str
    rows: list[MatchRow]


class SearchPage(Struct, frozen=True):
    """The search text and its matches, none without a text."""

    text: str
    groups: list[MatchGroup]


def search_text(typed: str) -> str:
    """What is searched for, of what was typed."""
    return typed.strip().removeprefix("@").replace("\x00", "").strip()[:SEARCH_LENGTH_MAX]


def show_matches(found: SearchResult, place: str, link_url: Callable[[LinkMatch], str]) -> list[MatchGroup]:
    """The groups that have matches; `place` is where the pages of shops, accounts, tickets and people are."""
    about = [*found.links, *found.tickets]
    shops, accounts = names({one.shop_id for one in about}, {one.account_id for one in about})

    def pair(match: LinkMatch) -> str:
        handle = accounts.get(match.account_id)
        return f"{shops.get(match.shop_id) or match.shop_id} · {f'@{handle}' if handle else match.account_id}"

    groups = [
        MatchGroup(
            "shops",
            _("Shops"),
            "building-store",
            [MatchRow(f"{place}/shops/{key}", name or key, key) for key, name in found.shops],
        ),
        MatchGroup(
            "accounts",
            _("Accounts"),
            "user",
            [
                MatchRow(f"{place}/accounts/{key}", f"@{name}" if name else key, key)
                for key, name in found.accounts
            ],
        ),
        MatchGroup(
            "links", _("Links"), "link", [MatchRow(link_url(one), pair(one), one.key) for one in found.links]
        ),
        MatchGroup(
            "tickets",
            _("Tickets"),
            "headset",
            [MatchRow(f"{place}/tickets/{one.key}", pair(one), one.key) for one in found.tickets],
        ),
        MatchGroup(
            "people",
            _("People"),
            "users",
            [MatchRow(f"{place}/people/{key}", email, key) for key, email in found.people],
        ),
    ]
    return [group for group in groups if group.rows]
