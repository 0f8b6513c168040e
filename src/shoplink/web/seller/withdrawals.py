"""Open invitations withdrawn together: which of them, with what that frees, is shown first; then all go or none does."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from shoplink.core import Link, Withdraw, World
from shoplink.core.facts import Role
from shoplink.core.parse import is_id
from shoplink.core.precondition.subjects import LinkInPlace, link_in_place
from shoplink.flows.command import WHENEVER
from shoplink.flows.dry_run import decide_in
from shoplink.flows.look import CurrentState, link_quota_use, look
from shoplink.flows.precondition import all_of, token_of
from shoplink.store.write.load import LoadKeys
from shoplink.web.request.command import execute_for, form_key, result_of_answer, result_of_decision
from shoplink.web.request.precondition import SEEN_FIELD, seen_in_form
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.shop import account_name, shop_name, slots_line
from shoplink.web.view_model.instant import Deadline, Instant, show_deadline, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_role
from shoplink.wording import say_reason
from shoplink.wording.sentences import N_

WITHDRAWN_MAX = 200
_SLOTS: dict[Role, str] = {"official": N_("Official slots"), "marketing": N_("Marketing slots")}


class OpenInvitation(Struct, frozen=True):
    """An open invitation; `seen` is its token."""

    account_id: str
    link_id: str
    seen: str
    account: str
    role: str
    since: Instant | None
    deadline: Deadline | None


class StaysRow(Struct, frozen=True):
    """A selected account whose invitation cannot be withdrawn, and why."""

    account_id: str
    account: str
    reasons: list[ReasonRow]


class Freed(Struct, frozen=True):
    """How many of a shop's slots of a role, or of its units of the link quota, are used before and after."""

    what: str
    before: int
    after: int
    of: int


class WithdrawalsPage(Struct, frozen=True):
    """The invitations that would be withdrawn, the selected ones that would not, and what becomes free."""

    shop_id: str
    shop: str
    rows: list[OpenInvitation]
    stays: list[StaysRow]
    freed: list[Freed]


def open_invitations(visit: Visit, seen: CurrentState, shop_id: str) -> list[OpenInvitation]:
    """The open invitations of a shop, in the order in which they were sent."""
    live = seen.world.shops[shop_id].live.values()
    return [_invitation(visit, seen, link) for link in live if link.status == "invited"]


def _invitation(visit: Visit, seen: CurrentState, link: Link) -> OpenInvitation:
    return OpenInvitation(
        link.account_id,
        link.link_id,
        token_of(seen, link_in_place(link)),
        account_name(seen.world, link.account_id),
        show_role(visit, link.role),
        show_instant(visit, link.invited_at) if link.invited_at else None,
        show_deadline(visit, link.expires_at) if link.expires_at else None,
    )


def look_before_withdrawal(visit: Visit, shop_id: str) -> PageResponse:
    """Which of the selected invitations would be withdrawn now, and what that frees, decided in memory."""
    named = _commands(visit, shop_id)
    seen = look(LoadKeys.of(named))
    world = seen.world
    commands = [each for each in named if world.link(shop_id, each.account_id)]
    elsewhere = shop_id in world.shops and world.shops[shop_id].facts.decided == "elsewhere"
    if not commands or elsewhere:
        problem = (
            _("TikTok decides about this shop’s links: withdraw the invitation there, then record it.")
            if elsewhere
            else _("Select at least one invitation.")
        )
        return visit.redirect("seller.bulk_invite", problem=problem, shop_id=shop_id)
    links = {command.account_id: world.link(shop_id, command.account_id) for command in commands}
    shown = {account_id: _invitation(visit, seen, link) for account_id, link in links.items() if link}
    before = _used(world, shop_id)
    decisions = decide_in(world, commands)
    results = {
        command.account_id: result_of_decision(decision)
        for command, decision in zip(commands, decisions, strict=True)
    }
    after = _used(world, shop_id)
    view = WithdrawalsPage(
        shop_id=shop_id,
        shop=shop_name(world, shop_id),
        rows=[shown[account_id] for account_id, result in results.items() if result.accepted],
        stays=[
            StaysRow(account_id, account_name(world, account_id), show_reasons(visit, result.reasons))
            for account_id, result in results.items()
            if not result.accepted
        ],
        freed=[
            Freed(what, used, after[what][0], total)
            for what, (used, total) in before.items()
            if used != after[what][0]
        ],
    )
    return PageContent("seller/withdrawals.html", view)


def withdraw_shown(visit: Visit, shop_id: str) -> PageResponse:
    """Withdraw every invitation that was shown in one batch; none of them, once one of them has changed."""
    commands = _commands(visit, shop_id)
    shown = [
        seen_in_form(
            visit,
            LinkInPlace(shop_id, each.account_id, link_id=visit.form.get(f"link.{each.account_id}", "")),
            field=f"{SEEN_FIELD}.{each.account_id}",
        )
        for each in commands
    ]
    seen = all_of(shown) if shown else None
    results = [result_of_answer(visit, answer, seen) for answer in execute_for(visit, commands, seen)]
    done = sum(result.accepted for result in results)
    if problem := next((result.problem for result in results if result.stale), ""):
        return visit.redirect("seller.bulk_invite", problem=problem, shop_id=shop_id)
    if done == 0 and (reasons := [reason for result in results for reason in result.reasons]):
        problem = say_reason(reasons[0], visit.language, visit.zone).problem
        return visit.redirect("seller.bulk_invite", problem=problem, shop_id=shop_id)
    message = ngettext("{count} invitation withdrawn.", "{count} invitations withdrawn.", done).format(
        count=done
    )
    return visit.redirect("seller.bulk_invite", message=message, shop_id=shop_id)


def _commands(visit: Visit, shop_id: str) -> list[Withdraw]:
    """One command for each account that the form names."""
    named = [each for each in dict.fromkeys((visit.form or visit.query).getlist("account_id")) if is_id(each)]
    key = form_key(visit)
    return [
        Withdraw(
            at=WHENEVER,
            by=visit.by,
            key=f"{key}/withdraw/{account_id}",
            shop_id=shop_id,
            account_id=account_id,
        )
        for account_id in named[:WITHDRAWN_MAX]
    ]


def _used(world: World, shop_id: str) -> dict[str, tuple[int, int]]:
    """How much of what an invitation reserves the shop uses, out of how much, by name."""
    slots = {title: slots_line(world, shop_id, role) for role, title in _SLOTS.items()}
    used = {_(title): (slot.used, slot.total) for title, slot in slots.items()}
    record = world.shops[shop_id]
    quota = link_quota_use(record, world.rulebook(record.facts.market), world.now)
    if quota.limit is not None:
        used[_("Marketing links in the window")] = quota.used, quota.limit
    return used
