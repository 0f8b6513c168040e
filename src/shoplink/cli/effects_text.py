"""The effects of a rulebook's start as lines of plain English, for a terminal."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from shoplink.core import Reason
from shoplink.core.instant import format_instant
from shoplink.flows.foresight.compare import OfLink
from shoplink.flows.foresight.effects import Effects, Listed
from shoplink.wording import Language, say_reason

T = TypeVar("T")

_LIMITS = {
    "official_slots": "places for official accounts",
    "marketing_slots": "places for marketing accounts",
    "link_quota": "marketing links in the window",
    "unlink_quota": "official unlinks",
}


def effects_text(effects: Effects, language: Language) -> Iterator[str]:
    """The effects, kind by kind: how many, then the first of them."""
    start = format_instant(effects.effective_from)
    yield (
        f"{effects.name} in {effects.market} from {start}, after {effects.before},"
        f" if nobody acts until then; {effects.shops} shops"
    )
    yield from _listed(
        "links end at once: their unlink request is older than the rulebook allows",
        effects.ending,
        lambda one: f"{_pair(one)}, asked on {format_instant(one.requested_at)}",
    )
    showcases = effects.showcases
    yield f"with them, {showcases.accounts} synced showcases stop and {showcases.items} added items leave"
    yield from _listed("links in review are established", effects.established, _pair)
    yield from _listed(
        "limits are exceeded by shops",
        effects.over,
        lambda one: (
            f"{one.shop_id}: {one.used} of {one.allowed} {_LIMITS[one.limit]}, "
            + (f"until {format_instant(one.until)}" if one.until else "until a link is ended")
        ),
    )
    yield from _listed(
        "open invitations can no longer be accepted",
        effects.blocked,
        lambda one: f"{_pair(one)}: {_said(one.reasons, language)}",
    )
    yield from _listed(
        "roles in which shops can no longer invite",
        effects.closed,
        lambda one: f"{one.shop_id}, {one.role}: {_said(one.reasons, language)}",
    )
    yield from _of_accounts(effects, language)


def _of_accounts(effects: Effects, language: Language) -> Iterator[str]:
    """What changes for accounts, and for what was waived."""
    yield from _listed(
        "accounts may do more or less for their shop",
        effects.permissions,
        lambda one: (
            f"{_pair(one)}: "
            + ", ".join([*(f"+{action}" for action in one.gained), *(f"-{action}" for action in one.lost)])
        ),
    )
    yield from _listed(
        "accounts are over their quota of marketing links",
        effects.over_accounts,
        lambda one: (
            f"{one.account_id}: {one.used} of {one.allowed}"
            + (f", until {format_instant(one.until)}" if one.until else "")
        ),
    )
    yield from _listed(
        "accounts without a link may sell in videos and lives from then on, or no longer",
        effects.affiliates,
        lambda one: (
            f"{one.account_id}: {'from then on; until then: ' if one.may_sell else 'no longer: '}"
            f"{_said(one.reasons, language)}"
        ),
    )
    yield from _listed(
        "waivers no longer do anything",
        effects.idle_waivers,
        lambda one: f"{one.code} of {one.shop_id or one.account_id}",
    )


def _listed(what: str, listed: Listed[T], say: Callable[[T], str]) -> Iterator[str]:
    yield f"{listed.count} {what}"
    yield from (f"  {say(one)}" for one in listed.items)
    if listed.count > len(listed.items):
        yield f"  … and {listed.count - len(listed.items)} more"


def _pair(one: OfLink) -> str:
    return f"{one.shop_id} – {one.account_id} ({one.role})"


def _said(reasons: tuple[Reason, ...], language: Language) -> str:
    return " ".join(say_reason(reason, language).problem for reason in reasons)
