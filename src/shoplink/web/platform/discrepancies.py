"""What platforms that decide let happen although the rulebook believed to be theirs forbids it, by rule and month."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from babel.dates import format_skeleton
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Rulebook
from shoplink.core.mirror.hindsight import Broken
from shoplink.flows.mirror.discrepancies import Discrepancy, discrepancies
from shoplink.flows.rulebooks import installed_rulebooks
from shoplink.store.read.names import names
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.platform.parameters import title_of
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.state import show_role
from shoplink.wording.sentences import N_

_ASKED = 500
"""How many recorded steps a page asks about."""

_SENTENCES: dict[str, str] = {
    "shop.role_not_available": N_(
        "Links in a role that the shop cannot have were let through by the platform: {reached} at one time; the"
        " rulebook says {allowed}"
    ),
    "shop.slots_full": N_(
        "{reached} links in one role at one time were let through by the platform; the rulebook says {allowed}"
    ),
    "shop.link_quota_spent": N_(
        "{reached} marketing links in {days} days were let through by the platform; the rulebook says {allowed}"
    ),
    "account.link_quota_spent": N_(
        "{reached} marketing links of one account in {days} days were let through by the platform; the rulebook says"
        " {allowed}"
    ),
    "link.younger_than_minimum": N_(
        "The platform let a link end {reached} h after it was established; the rulebook says {allowed} h"
    ),
    "shop.unlink_quota_spent": N_(
        "{reached} official unlinks of one shop were let through by the platform; the rulebook says {allowed}"
    ),
}
_PARAMETERS: dict[str, str] = {
    "shop.link_quota_spent": "marketing_links_per_shop",
    "account.link_quota_spent": "marketing_links_per_account",
    "link.younger_than_minimum": "minimum_link_age_hours",
    "shop.unlink_quota_spent": "official_unlinks_per_shop",
}
_KINDS: dict[str, Callable[[], str]] = {
    "link.invitation_recorded": lambda: _("invited"),
    "link.imported": lambda: _("linked"),
    "unlink.request_recorded": lambda: _("asked to be unlinked"),
    "link.end_recorded": lambda: _("unlinked"),
}


class CaseRow(Struct, frozen=True):
    """One step that broke the rule. `later`: it was known to only after it had been recorded."""

    at: Instant
    what: str
    role: str
    shop: str
    shop_url: str
    account: str
    account_url: str
    link_url: str
    source: str
    later: bool


class RuleGroup(Struct, frozen=True):
    """The cases of one rule in one month: what the platform let through, and what the rulebook says, with its source."""

    month: str
    sentence: str
    rulebook: str
    rule: str
    rule_url: str
    source: str
    cases: list[CaseRow]


class DiscrepanciesPage(Struct, frozen=True):
    """The groups, the newest month first; `asked` recorded steps were asked about."""

    groups: list[RuleGroup]
    asked: int
    explained: int
    next_url: str
    first_url: str


class _Key(NamedTuple):
    """What the cases of a group share."""

    month: str
    code: str
    rulebook: str
    parameter: str


class _Known(NamedTuple):
    """What the groups are told with: the names of shops, the handles of accounts, and the rulebooks."""

    shops: dict[str, str]
    accounts: dict[str, str]
    rulebooks: Mapping[str, Rulebook]


@page("platform/discrepancies", PLATFORM, menu=Menu(icon="scale", title=N_("Discrepancies")))
def list_discrepancies(visit: Visit) -> PageResponse:
    """Every recorded step that the rulebook of its instant would have refused, asked again with everything known now."""
    before = visit.number("before")
    found = discrepancies(_ASKED, before)
    groups: dict[_Key, list[Discrepancy]] = {}
    for one in found.items:
        month = f"{one.at.astimezone(visit.zone):%Y-%m}"
        key = _Key(month, one.broken.code, one.rulebook, _parameter(one))
        groups.setdefault(key, []).append(one)
    shops = {one.step.shop_id for one in found.items}
    known = _Known(
        *names(shops, {one.step.account_id for one in found.items}), rulebooks=installed_rulebooks()
    )
    view = DiscrepanciesPage(
        groups=[
            _group(visit, key, groups[key], known)
            for key in sorted(groups, key=lambda key: key.month, reverse=True)
        ],
        asked=found.asked,
        explained=found.explained,
        next_url=f"/platform/discrepancies?before={found.next_before}" if found.next_before else "",
        first_url="/platform/discrepancies" if before else "",
    )
    return PageContent("platform/discrepancies.html", view)


def _parameter(one: Discrepancy) -> str:
    return _PARAMETERS.get(one.broken.code, f"slots_{one.enrolment}")


def _group(visit: Visit, key: _Key, cases: list[Discrepancy], known: _Known) -> RuleGroup:
    first = min(cases, key=lambda one: one.at)
    return RuleGroup(
        month=format_skeleton("yMMMM", first.at.astimezone(visit.zone), locale=visit.language.locale),
        sentence=_say([one.broken for one in cases]),
        rulebook=key.rulebook,
        rule=title_of(key.parameter),
        rule_url=f"/platform/rulebooks/{key.rulebook}#{key.parameter}",
        source=known.rulebooks[key.rulebook].sources[key.parameter],
        cases=[
            CaseRow(
                at=show_instant(visit, one.at),
                what=_KINDS[str(one.step.__struct_config__.tag)](),
                role=show_role(visit, one.role),
                shop=known.shops.get(one.step.shop_id) or one.step.shop_id,
                shop_url=f"/platform/shops/{one.step.shop_id}",
                account=f"@{handle}"
                if (handle := known.accounts.get(one.step.account_id))
                else one.step.account_id,
                account_url=f"/platform/accounts/{one.step.account_id}",
                link_url=f"/platform/links/{one.step.link_id}",
                source=one.step.source or "",
                later=key.code not in one.step.against,
            )
            for one in sorted(cases, key=lambda one: one.at, reverse=True)
        ],
    )


def _say(broken: list[Broken]) -> str:
    """The sentence of a group, with the case that is furthest from the rule."""
    worst = (min if broken[0].code == "link.younger_than_minimum" else max)(
        broken, key=lambda one: one.reached
    )
    return _(_SENTENCES[worst.code]).format(reached=worst.reached, allowed=worst.allowed, days=worst.days)
