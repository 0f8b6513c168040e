"""Before a rulebook is activated in a market: what its start would do, list by list, and then the step itself."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Reason, Refused
from shoplink.core.commerce.permissions import Action
from shoplink.core.instant import format_instant, shift
from shoplink.core.values import COUNTRIES
from shoplink.flows import clock
from shoplink.flows.foresight.compare import AccountOverQuota, ChangedAffiliate, OfLink, OverLimit
from shoplink.flows.foresight.effects import Effects, EffectsOfStart, effects_of_start
from shoplink.flows.precondition import newest_instant, token_of_states
from shoplink.flows.rulebooks import installed_rulebooks
from shoplink.store.read.foresight import markets_of_shops
from shoplink.web.creator.rights import ACTION_TITLES
from shoplink.web.page.declare import page
from shoplink.web.request.access import PLATFORM
from shoplink.web.request.command import CommandResult, send
from shoplink.web.request.instant import read_typed_instant
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_role
from shoplink.wording import say_reason
from shoplink.wording.say_help import say_reason_title
from shoplink.wording.sentences import N_

_LIMITS = {
    "official_slots": N_("Places for official accounts"),
    "marketing_slots": N_("Places for marketing accounts"),
    "link_quota": N_("Marketing links in the window"),
    "unlink_quota": N_("Official accounts unlinked"),
}


class EffectRow(Struct, frozen=True):
    """What an effect is about, each with the address of its page, and what happens to it."""

    about: list[tuple[str, str]]
    detail: str


class EffectSection(Struct, frozen=True):
    """One kind of effect: how many there are, the first of them, and how many more."""

    title: str
    icon: str
    count: int
    rows: list[EffectRow]
    more: int


class StartForm(Struct, frozen=True):
    """The choice of a market, from those that shops have or any other, and of an instant."""

    name: str
    markets: list[tuple[str, str, bool]]
    other: str
    start: str


class StartPage(Struct, frozen=True):
    """The effects of a start, and the form that takes the step; `start` is empty where it is to start at once."""

    form: StartForm
    name: str
    market: str
    market_name: str
    start: str
    start_at: Instant | None
    before: str
    shops: int
    sections: list[EffectSection]
    seen: str
    problem: str
    reasons: list[ReasonRow]


@page("platform/rulebooks/<str:book_name>/start", PLATFORM, posts=True)
def start(visit: Visit, book_name: str) -> PageResponse:
    """What activating the rulebook would do in `?market=` (or `?other=`) from `?start=`; the form then does it."""
    if book_name not in installed_rulebooks():
        raise Http404
    given = visit.form if visit.submitted else visit.query
    market = (given.get("other", "").strip() or given.get("market", "").strip()).upper()
    text = given.get("start", "").strip()
    at, problem = read_typed_instant(text)
    if market not in COUNTRIES:
        problem = _("Choose a market. Another market is a country code of ISO 3166-1, such as GB.")
    result = None
    if visit.submitted and not problem:
        # Reading the effects takes long where there are many links, and no activation may start in the past.
        seen = EffectsOfStart(name=book_name, market=market, start=at).prepared()
        effective_from = format_instant(at or shift(clock.now(), timedelta(seconds=2)))
        fields = {"name": book_name, "market": market, "effective_from": effective_from}
        result = send(visit, "activate_rulebook", seen=seen, **fields)
        if result.accepted:
            return visit.redirect("platform.rulebooks", message=_("Activated."))
    form = start_form(visit, book_name, market, text)
    effects = None if problem else effects_of_start(book_name, market, at)
    view = _view(visit, form, effects, at, problem, result)
    status = 422 if problem else 409 if view.reasons else result.status if result else 200
    return PageContent("platform/start.html", view, status)


def start_form(visit: Visit, book_name: str, chosen: str = "", start: str = "") -> StartForm:
    """The form that chooses a market and an instant."""
    markets = markets_of_shops()
    rows = [(one, visit.language.country(one), one == chosen) for one in markets]
    return StartForm(book_name, rows, "" if chosen in markets else chosen, start)


def _view(  # noqa: PLR0913, PLR0917 (what the page shows)
    visit: Visit,
    form: StartForm,
    effects: Effects | Refused | None,
    at: datetime | None,
    problem: str,
    result: CommandResult | None,
) -> StartPage:
    refused = effects.reasons if isinstance(effects, Refused) else result.reasons if result else ()
    told = effects if isinstance(effects, Effects) else None
    return StartPage(
        form=form,
        name=form.name,
        market=told.market if told else "",
        market_name=visit.language.country(told.market) if told else "",
        start=format_instant(at) if at else "",
        start_at=show_instant(visit, at) if at else None,
        before=told.before if told else "",
        shops=told.shops if told else 0,
        sections=_sections(visit, told) if told else [],
        seen=token_of_states(newest_instant(), told.seen) if told else "",
        problem=problem or (result.problem if result else ""),
        reasons=show_reasons(visit, refused),
    )


def _sections(visit: Visit, effects: Effects) -> list[EffectSection]:
    """Every kind of effect that there is something of, what cannot be undone first."""
    found = (*_of_links(visit, effects), *_of_shops_and_accounts(visit, effects))
    return [section for section in found if section.count]


def _of_links(visit: Visit, effects: Effects) -> tuple[EffectSection, ...]:
    at = visit.language.instant
    ending = _("The unlink request of {at} is older than the rulebook allows.")
    return (
        _section(
            icon="unlink",
            title=_("Links that end at once"),
            count=effects.ending.count,
            rows=(
                _row(one, ending.format(at=at(one.requested_at, visit.zone))) for one in effects.ending.items
            ),
        ),
        _section(
            icon="refresh",
            title=_("Synced showcases that stop with these links"),
            count=effects.showcases.accounts,
            rows=(),
        ),
        _section(
            icon="trash",
            title=_("Added items that leave with these links"),
            count=effects.showcases.items,
            rows=(),
        ),
        _section(
            icon="link",
            title=_("Links in review that are established"),
            count=effects.established.count,
            rows=(_row(one, show_role(visit, one.role)) for one in effects.established.items),
        ),
        _section(
            icon="mail-forward",
            title=_("Open invitations that can no longer be accepted"),
            count=effects.blocked.count,
            rows=(_row(one, _problems(visit, one.reasons)) for one in effects.blocked.items),
        ),
    )


def _of_shops_and_accounts(visit: Visit, effects: Effects) -> tuple[EffectSection, ...]:
    return (
        _section(
            icon="hand-stop",
            title=_("Roles in which shops can no longer invite"),
            count=effects.closed.count,
            rows=(
                EffectRow(
                    [_shop(one.shop_id)], f"{show_role(visit, one.role)}: {_problems(visit, one.reasons)}"
                )
                for one in effects.closed.items
            ),
        ),
        _section(
            icon="alert-triangle",
            title=_("Limits that shops are over"),
            count=effects.over.count,
            rows=(
                EffectRow([_shop(one.shop_id)], _over(visit, one, _(_LIMITS[one.limit])))
                for one in effects.over.items
            ),
        ),
        _section(
            icon="key",
            title=_("Accounts that may do more or less for their shop"),
            count=effects.permissions.count,
            rows=(_row(one, _permissions(one.gained, one.lost)) for one in effects.permissions.items),
        ),
        _section(
            icon="alert-circle",
            title=_("Accounts that are over their quota of marketing links"),
            count=effects.over_accounts.count,
            rows=(
                EffectRow([_account(one.account_id)], _over(visit, one, _("Marketing links in the window")))
                for one in effects.over_accounts.items
            ),
        ),
        _section(
            icon="users",
            title=_("Accounts without a link that may sell from then on, or no longer"),
            count=effects.affiliates.count,
            rows=(
                EffectRow([_account(one.account_id)], _affiliate(visit, one))
                for one in effects.affiliates.items
            ),
        ),
        _section(
            icon="certificate",
            title=_("Waivers that no longer do anything"),
            count=effects.idle_waivers.count,
            rows=(
                EffectRow(
                    [_shop(one.shop_id) if one.shop_id else _account(one.account_id or "")],
                    say_reason_title(one.code, visit.language),
                )
                for one in effects.idle_waivers.items
            ),
        ),
    )


def _section(*, icon: str, title: str, count: int, rows: Iterable[EffectRow]) -> EffectSection:
    listed = list(rows)
    return EffectSection(title, icon, count, listed, count - len(listed) if listed else 0)


def _row(one: OfLink, detail: str) -> EffectRow:
    link = (_("Link"), f"/platform/links/{one.link_id}")
    return EffectRow([_shop(one.shop_id), _account(one.account_id), link], detail)


def _shop(shop_id: str) -> tuple[str, str]:
    return shop_id, f"/platform/shops/{shop_id}"


def _account(account_id: str) -> tuple[str, str]:
    return account_id, f"/platform/accounts/{account_id}"


def _problems(visit: Visit, reasons: Iterable[Reason]) -> str:
    return " ".join(say_reason(reason, visit.language, visit.zone).problem for reason in reasons)


def _affiliate(visit: Visit, one: ChangedAffiliate) -> str:
    problems = _problems(visit, one.reasons)
    if one.may_sell:
        return _("May sell in videos and lives from then on. Until then: {problems}").format(
            problems=problems
        )
    return _("Can no longer sell in videos and lives. {problems}").format(problems=problems)


def _over(visit: Visit, one: OverLimit | AccountOverQuota, limit: str) -> str:
    fields = {"limit": limit, "used": one.used, "allowed": one.allowed}
    if one.until is None:
        return _("{limit}: {used} of {allowed}; time alone does not change this").format(**fields)
    at = visit.language.instant(one.until, visit.zone)
    return _("{limit}: {used} of {allowed}, until {at}").format(**fields, at=at)


def _permissions(gained: Iterable[Action], lost: Iterable[Action]) -> str:
    more, less = (_("; ").join(_(ACTION_TITLES[one]) for one in actions) for actions in (gained, lost))
    said = [_("From then on: {actions}.").format(actions=more)] if more else []
    return " ".join([*said, *([_("No longer: {actions}.").format(actions=less)] if less else [])])
