"""Profile → showcase button → Enter → Your Shop → View link info → Send unlink request (R45): this path, these words."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core.precondition.subjects import link_in_place
from shoplink.core.ticket.assessment import support_helps, unanswered_since
from shoplink.flows.precondition import token_of
from shoplink.store.read.commerce import items_ending_with
from shoplink.web.creator.account import AccountLinks, account_links, handle_of, link_timeline, shop_of
from shoplink.web.creator.terms import Agreed, agreed_with
from shoplink.web.mirror.guide import GuideStep, steps_to_ask
from shoplink.web.mirror.recording import RecordingForm, StepResult, form_of_link, record_step
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import CREATOR, visible_link
from shoplink.web.request.command import CommandResult, dry_run, send
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Deadline, Instant, show_deadline, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_decided, show_link_status, show_role
from shoplink.web.view_model.timeline import TimelineRow
from shoplink.wording.sentences import N_


class ProfilePage(Struct, frozen=True):
    """The account and the shop of its current link, if any; `info_url` is the page that shows that link."""

    account_id: str
    handle: str
    followers: str
    shop: str
    role: str
    status: Badge | None
    info_url: str


class LinkInfoPage(Struct, frozen=True):
    """The link, and the state or the conditions of an unlink request."""

    account_id: str
    link_id: str
    shop: str
    role: str
    agreed: Agreed
    status: Badge
    since: Instant | None
    requested_at: Instant | None
    allowed: bool
    reasons: list[ReasonRow]
    ticket_helps: bool
    ask_from: Deadline | None
    official: bool
    showcase_leaving: int
    contents_leaving: int
    decided: Badge | None
    steps: list[GuideStep]
    recording: RecordingForm | None
    seen: str
    note: str
    problem: str
    timeline: list[TimelineRow]


@page("creator/<str:account_id>/profile", CREATOR, menu=Menu(icon="user", title=N_("Profile")))
def profile(visit: Visit, account_id: str) -> PageResponse:
    """The profile, with the showcase button."""
    return PageContent("creator/profile.html", _profile(visit, account_id))


@page("creator/<str:account_id>/profile/showcase", CREATOR)
def entrance(visit: Visit, account_id: str) -> PageResponse:
    """The page behind the showcase button, with "Enter"."""
    return PageContent("creator/entrance.html", _profile(visit, account_id))


@page("creator/<str:account_id>/profile/shop", CREATOR)
def your_shop(visit: Visit, account_id: str) -> PageResponse:
    """Your Shop, with "View link info"."""
    return PageContent("creator/your_shop.html", _profile(visit, account_id))


@page("creator/<str:account_id>/profile/link", CREATOR, posts=True)
def link_info(visit: Visit, account_id: str) -> PageResponse:
    """The link, with "Send unlink request", or the open request with "Withdraw"."""
    result, recorded = None, None
    if visit.submitted and "happened" in visit.form:
        recorded = record_step(visit, visible_link(visit.by, visit.form.get("link_id", "")))
        result = recorded.result
        if result.accepted:
            return visit.redirect("creator.link_info", message=recorded.done, account_id=account_id)
    elif visit.submitted:
        link = visible_link(visit.by, visit.form.get("link_id", ""))
        fields: dict[str, str | None] = {"shop_id": link.shop_id, "account_id": account_id}
        shown = link_in_place(link)
        if visit.form.get("do") == "withdraw":
            result = send(visit, "withdraw_unlink_request", seen=shown, link_id=link.link_id, **fields)
            message = _("The unlink request is withdrawn.")
        else:
            region = visit.network.region
            fields |= {"network_region": region, "note": visit.form.get("note", "").strip() or None}
            result = send(visit, "request_unlink", seen=shown, link_id=link.link_id, **fields)
            message = _("The unlink request is sent. The shop must answer it.")
        if result.accepted:
            return visit.redirect("creator.link_info", message=message, account_id=account_id)
    links = account_links(account_id)
    if links.current is None or links.current.status != "linked":
        problem = result.problem if result else ""
        return visit.redirect("creator.your_shop", problem=problem, account_id=account_id)
    view = _info(visit, links, result, recorded)
    return PageContent("creator/link_info.html", view, status=result.status if result else 200)


def _profile(visit: Visit, account_id: str) -> ProfilePage:
    links = account_links(account_id)
    link, home = links.current, f"/creator/{account_id}/"
    return ProfilePage(
        account_id=account_id,
        handle=handle_of(links.world, account_id),
        followers=f"{links.world.accounts[account_id].facts.followers:,}",
        shop=shop_of(links.world, link) if link else "",
        role=show_role(visit, link.role) if link else "",
        status=show_link_status(link) if link else None,
        # Only an established link has its own page; the invitations page shows a link in review.
        info_url=f"{home}profile/link" if link and link.status == "linked" else home,
    )


def _info(
    visit: Visit, links: AccountLinks, result: CommandResult | None, recorded: StepResult | None
) -> LinkInfoPage:
    link = links.current
    assert link is not None, "the caller has checked that there is a current link"
    region, requested_at = visit.network.region, link.unlink_requested_at
    leaving = items_ending_with(link, links.world.now)
    dry_run_result = dry_run(
        visit, "request_unlink", shop_id=link.shop_id, account_id=link.account_id, network_region=region
    )
    reasons = show_reasons(
        visit, () if requested_at and result is None else (result or dry_run_result).reasons
    )
    facts = links.world.shops[link.shop_id].facts
    here, rulebook = facts.decided == "here", links.world.rulebook(facts.market)
    seen = token_of(links.seen, link_in_place(link))
    ask_from = unanswered_since(requested_at, rulebook) if requested_at else None
    return LinkInfoPage(
        account_id=link.account_id,
        link_id=link.link_id,
        shop=shop_of(links.world, link),
        role=show_role(visit, link.role),
        agreed=agreed_with(visit, link),
        status=show_link_status(link),
        since=show_instant(visit, link.linked_at) if link.linked_at else None,
        requested_at=show_instant(visit, requested_at) if requested_at else None,
        allowed=here and dry_run_result.accepted,
        reasons=reasons,
        ticket_helps=here
        and any(support_helps(reason, rulebook, visit.now) for reason in (result or dry_run_result).reasons),
        ask_from=show_deadline(visit, ask_from) if here and ask_from and ask_from > visit.now else None,
        official=link.role == "official",
        showcase_leaving=leaving.showcase,
        contents_leaving=leaving.contents,
        decided=show_decided(facts.decided),
        steps=[] if here or requested_at else steps_to_ask(),
        recording=form_of_link(visit, link, facts.decided, seen, recorded),
        seen=seen,
        note=visit.form.get("note", ""),
        problem=result.problem if result and not (recorded and recorded.in_form) else "",
        timeline=link_timeline(visit, link),
    )
