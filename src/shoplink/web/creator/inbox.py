"""The creator's open invitations, and the link in review or linked; the forms confirm or decline."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link, World
from shoplink.core.next_actor import next_actor, review_reasons
from shoplink.core.precondition.subjects import (
    OpenInvitations,
    RulebooksOfMarket,
    Subject,
    link_in_place,
)
from shoplink.flows.look import look_at
from shoplink.flows.precondition import token_of
from shoplink.network import zone_of_country
from shoplink.store.people.membership import time_zone_at
from shoplink.web.creator.account import AccountLinks, account_links, handle_of, link_timeline, shop_of
from shoplink.web.creator.terms import (
    Agreed,
    Term,
    agreed_with,
    decline_reasons,
    note_of_decline,
    terms_of,
)
from shoplink.web.mirror.expected import say_expected
from shoplink.web.mirror.guide import GuideStep, steps_to_confirm
from shoplink.web.mirror.recording import RecordingForm, StepResult, form_of_link, record_step
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.request.access import ANY_CREATOR, CREATOR, places_of, visible_link
from shoplink.web.request.command import CommandResult, dry_run, send
from shoplink.web.request.precondition import seen_in_form
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Deadline, show_deadline
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_decided, show_link_status, show_next_actor, show_role
from shoplink.web.view_model.timeline import TimelineRow
from shoplink.wording.sentences import N_


class InvitationCard(Struct, frozen=True):
    """An invitation: what it means, what the shop said with it, its deadline, and every reason why it cannot be confirmed now.

    `seen` is the token of the invitation, `terms` that of everything that is confirmed with it. Where another platform
    decides (`decided`), `steps` say how to answer there, and `recording` is the form of what happened there.
    """

    link_id: str
    seen: str
    terms: str
    shop: str
    market: str
    role: str
    agreed: Agreed
    consequences: list[Term]
    deadline: Deadline | None
    theirs: str
    reasons: list[ReasonRow]
    ticket_helps: bool
    decided: Badge | None
    steps: list[GuideStep]
    recording: RecordingForm | None


class CurrentLink(Struct, frozen=True):
    """The link in review or linked: its status, who must act next, why it is in review, what happened.

    Where another platform decides (`decided`), `expected` is what the rulebook leads one to expect there.
    """

    link_id: str
    seen: str
    shop: str
    role: str
    agreed: Agreed
    info_url: str
    status: Badge
    next_actor: Badge
    held: list[ReasonRow]
    ticket_helps: bool
    decided: Badge | None
    expected: str
    recording: RecordingForm | None
    timeline: list[TimelineRow]


class InvitationsPage(Struct, frozen=True):
    """The page; `failed` is the link whose declining was refused."""

    account_id: str
    handle: str
    invitations: list[InvitationCard]
    current: CurrentLink | None
    reasons_to_decline: list[tuple[str, str, bool]]
    note: str
    failed: str
    problem: str
    refused: list[ReasonRow]


@page("creator/", ANY_CREATOR)
def start(visit: Visit) -> PageResponse:
    """Redirect to the person's first account."""
    return visit.redirect("creator.inbox", account_id=places_of(visit.request).accounts[0])


@page("creator/<str:account_id>/", CREATOR, posts=True, menu=Menu(icon="mail", title=N_("Invitations")))
def inbox(visit: Visit, account_id: str) -> PageResponse:
    """Every open invitation, and the current link; the forms answer, or record what happened elsewhere."""
    result, recorded, link_id = None, None, ""
    if visit.submitted and "happened" in visit.form:
        link_id = visit.form.get("link_id", "")
        recorded = record_step(visit, visible_link(visit.by, link_id))
        result = recorded.result
        if result.accepted:
            return visit.redirect("creator.inbox", message=recorded.done, account_id=account_id)
    elif visit.submitted:
        link_id = visit.form.get("link_id", "")
        result = _answer(visit, account_id, visible_link(visit.by, link_id))
        if result.accepted:
            message = _("Declined.") if visit.form.get("answer") == "decline" else _confirmed(result)
            return visit.redirect("creator.inbox", message=message, account_id=account_id)
    links = account_links(account_id)
    view = InvitationsPage(
        account_id=account_id,
        handle=handle_of(links.world, account_id),
        invitations=[_invitation(visit, links, link, recorded) for link in links.invitations],
        current=_current(visit, links, recorded) if links.current else None,
        reasons_to_decline=decline_reasons(visit),
        note=visit.form.get("note", ""),
        failed=link_id if visit.form.get("answer") == "decline" else "",
        problem=result.problem if result and not (recorded and recorded.in_form) else "",
        refused=show_reasons(visit, recorded.result.reasons if recorded else ()),
    )
    return PageContent("creator/inbox.html", view, status=result.status if result else 200)


def _answer(visit: Visit, account_id: str, link: Link) -> CommandResult:
    fields = {"shop_id": link.shop_id, "account_id": account_id}
    if visit.form.get("answer") == "decline":
        note = note_of_decline(visit)
        return send(visit, "decline", seen=link_in_place(link), link_id=link.link_id, note=note, **fields)
    terms = seen_in_form(visit, *_terms(link, look_at(shops=[link.shop_id]).world))
    region = visit.network.region
    return send(visit, "accept", seen=terms, link_id=link.link_id, network_region=region, **fields)


def _terms(link: Link, world: World) -> tuple[Subject, ...]:
    """What a creator confirms: the invitation, the rules of its market, and that all others end."""
    market = world.shops[link.shop_id].facts.market
    return (
        link_in_place(link),
        RulebooksOfMarket(market=market),
        OpenInvitations(account_id=link.account_id),
    )


def _confirmed(result: CommandResult) -> str:
    if any(event["type"] == "link.established" for event in result.events):
        return _("Confirmed: you are linked.")
    return _("Confirmed. The link is still in review; see below.")


def _invitation(visit: Visit, links: AccountLinks, link: Link, recorded: StepResult | None) -> InvitationCard:
    region, world = visit.network.region, links.world
    dry_run_result = dry_run(
        visit, "accept", shop_id=link.shop_id, account_id=link.account_id, network_region=region
    )
    market, decided = world.shops[link.shop_id].facts.market, world.shops[link.shop_id].facts.decided
    seen = token_of(links.seen, link_in_place(link))
    reasons = show_reasons(visit, dry_run_result.reasons)
    return InvitationCard(
        link_id=link.link_id,
        seen=seen,
        terms=token_of(links.seen, *_terms(link, world)),
        shop=shop_of(world, link),
        market=visit.language.country(market),
        role=show_role(visit, link.role),
        agreed=agreed_with(visit, link),
        consequences=terms_of(world, link, len(links.invitations) - 1),
        deadline=show_deadline(visit, link.expires_at) if link.expires_at else None,
        theirs=_theirs(visit, link, market),
        reasons=reasons,
        ticket_helps=decided == "here" and any(reason.support_helps for reason in reasons),
        decided=show_decided(decided),
        steps=steps_to_confirm(shop_of(world, link)) if decided == "elsewhere" else [],
        recording=form_of_link(visit, link, decided, seen, recorded),
    )


def _theirs(visit: Visit, link: Link, market: str) -> str:
    """The deadline in the shop's time zone (its market's if it chose none); '' if it is also the reader's."""
    name = time_zone_at("shop", link.shop_id) or zone_of_country(market)
    if not name or name == str(visit.zone) or link.expires_at is None:
        return ""
    return visit.language.instant(link.expires_at, ZoneInfo(name))


def _current(visit: Visit, links: AccountLinks, recorded: StepResult | None) -> CurrentLink:
    link, world = links.current, links.world
    assert link is not None, "the caller has checked that there is a current link"
    held = review_reasons(world, link, world.now)
    reasons = show_reasons(visit, held)
    decided = world.shops[link.shop_id].facts.decided
    seen = token_of(links.seen, link_in_place(link))
    return CurrentLink(
        link_id=link.link_id,
        seen=seen,
        shop=shop_of(world, link),
        role=show_role(visit, link.role),
        agreed=agreed_with(visit, link),
        info_url=f"/creator/{link.account_id}/profile/link" if link.status == "linked" else "",
        status=show_link_status(link),
        next_actor=show_next_actor(next_actor(link, held, decided)),
        held=reasons,
        ticket_helps=decided == "here" and any(reason.support_helps for reason in reasons),
        decided=show_decided(decided),
        expected=say_expected(visit, world, link, held) if decided == "elsewhere" else "",
        recording=form_of_link(visit, link, decided, seen, recorded),
        timeline=link_timeline(visit, link),
    )
