"""The overview of the platform: charts, each with its table."""

from datetime import datetime

from babel.dates import format_skeleton
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.flows.overview import LinkCounts, Overview, RefusalCounts, overview
from shoplink.store.read.names import names
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.platform.first_steps import Checklist, checklist
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.market import MarketChoice, market_choice
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Deadline, Instant, show_deadline, show_instant
from shoplink.wording.say_help import say_reason_title
from shoplink.wording.sentences import N_

PERIODS = (7, 30, 90)
_TOP = 5


class ChartRow(Struct, frozen=True):
    """A row of a chart's table: its label and its numbers."""

    label: str
    values: list[int]


class ReasonCount(Struct, frozen=True):
    """A reason: its help page, its title, and the number of refusals that it was part of."""

    url: str
    title: str
    count: int


class ExpiringInvitation(Struct, frozen=True):
    """An invitation that expires within a day."""

    url: str
    shop: str
    account: str
    deadline: Deadline | None


class OverviewPage(Struct, frozen=True):
    """The overview; `refused_days` has one column for each reason in `refused_names`.

    `first_steps` is None once all are taken.
    """

    first_steps: Checklist | None
    problem: str
    as_of: Instant | None
    markets: list[tuple[str, str, bool]]
    periods: list[tuple[str, int, bool]]
    days: int
    standing: list[ChartRow]
    funnel: list[ChartRow]
    refused: list[ReasonCount]
    refused_names: list[str]
    refused_days: list[ChartRow]
    confirmed: list[ChartRow]
    expiring: list[ExpiringInvitation]


@page("platform/", PLATFORM, menu=Menu(icon="chart-bar", title=N_("Overview")))
def home(visit: Visit) -> PageResponse:
    """The overview of all markets or of one, over 7, 30 or 90 days."""
    text = visit.query.get("days", "")
    days = int(text) if text in map(str, PERIODS) else 30
    chosen = market_choice(visit)
    counts = overview(chosen.market or None, days)
    return PageContent("platform/overview.html", _page(visit, counts, chosen, days))


def _page(visit: Visit, counts: Overview, chosen: MarketChoice, days: int) -> OverviewPage:
    market = chosen.market
    refused = counts.refused[:_TOP]
    steps = (_("Invitations sent"), _("Confirmed by the creator"), _("Links established"))
    return OverviewPage(
        first_steps=checklist(visit),
        problem=chosen.problem,
        as_of=show_instant(visit, counts.as_of) if counts.as_of else None,
        markets=[
            (f"/platform/?days={days}", _("All markets"), not market),
            *(
                (f"/platform/?days={days}&market={each}", visit.language.country(each), each == market)
                for each in counts.markets
            ),
        ],
        periods=[(f"/platform/?days={each}&market={market}", each, each == days) for each in PERIODS],
        days=days,
        standing=[_standing(visit, each) for each in counts.standing],
        funnel=[
            ChartRow(step, [count])
            for step, count in zip(
                steps, (counts.funnel.invited, counts.funnel.accepted, counts.funnel.established), strict=True
            )
        ],
        refused=[
            ReasonCount(f"/help/reasons/{each.code}", say_reason_title(each.code, visit.language), each.total)
            for each in counts.refused
        ],
        refused_names=[say_reason_title(each.code, visit.language) for each in refused],
        refused_days=_by_day(visit, counts.days, refused) if refused else [],
        confirmed=[ChartRow(_within(name), [count]) for name, count in counts.confirmed],
        expiring=_expiring(visit, counts),
    )


def _standing(visit: Visit, each: LinkCounts) -> ChartRow:
    return ChartRow(
        visit.language.country(each.market), [each.invited, each.in_review, each.official, each.marketing]
    )


def _by_day(visit: Visit, days: list[datetime], refused: list[RefusalCounts]) -> list[ChartRow]:
    return [
        ChartRow(
            format_skeleton("MMMd", day, locale=visit.language.locale),
            [each.by_day[place] for each in refused],
        )
        for place, day in enumerate(days)
    ]


def _within(bound: str) -> str:
    if bound == "more":
        return _("longer")
    return _("within {hours} h").format(hours=bound)


def _expiring(visit: Visit, counts: Overview) -> list[ExpiringInvitation]:
    shops, accounts = names(
        {link.shop_id for link in counts.expiring}, {link.account_id for link in counts.expiring}
    )
    return [
        ExpiringInvitation(
            url=f"/platform/links/{link.link_id}",
            shop=shops.get(link.shop_id) or link.shop_id,
            account=accounts.get(link.account_id) or link.account_id,
            deadline=show_deadline(visit, link.expires_at) if link.expires_at else None,
        )
        for link in counts.expiring
    ]
