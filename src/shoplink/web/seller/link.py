"""One link: its status, who must act next, why it is in review, what happened, and what the shop may do."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link, World, support_can_help
from shoplink.core.events import LinkEvent, UnlinkRequested
from shoplink.core.next_actor import next_actor, review_reasons
from shoplink.core.precondition.subjects import link_in_place
from shoplink.flows.look import CurrentState, look_at_pair
from shoplink.flows.precondition import token_of
from shoplink.network import zone_of_country
from shoplink.store.people.membership import time_zone_at
from shoplink.store.read.commerce import items_ending_with
from shoplink.store.read.link import timeline
from shoplink.web.mirror.expected import say_expected
from shoplink.web.mirror.guide import GuideStep, steps_to_answer
from shoplink.web.mirror.recording import RecordingForm, StepResult, form_of_link, record_step
from shoplink.web.page.declare import page
from shoplink.web.request.access import SELLER, visible_link
from shoplink.web.request.command import CommandResult, dry_run, send
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.products import Sync, sync_of
from shoplink.web.seller.shop import account_name, rights_in_words, shop_name, unlinks_of
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.instant import Deadline, Instant, show_deadline, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_decided, show_link_status, show_next_actor, show_role
from shoplink.web.view_model.timeline import TimelineRow, show_timeline


class LinkPage(Struct, frozen=True):
    """A link; `theirs` is the deadline in the creator's time zone if that differs from the reader's.

    Where another platform decides (`decided`), `expected` is what the rulebook leads one to expect there, `steps` how
    to act there, and `recording` the form that records what happened.
    """

    shop_id: str
    shop: str
    link_id: str
    account: str
    role: str
    status: Badge
    next_actor: Badge | None
    deadline: Deadline | None
    theirs: str
    decided: Badge | None
    expected: str
    steps: list[GuideStep]
    recording: RecordingForm | None
    facts: list[tuple[str, Instant]]
    reference: str
    settlement: str
    message: str
    held: list[ReasonRow]
    ticket_helps: bool
    rights: list[str]
    sync: Sync | None
    timeline: list[TimelineRow]
    can_withdraw: bool
    can_unlink: bool
    unlink_requested: bool
    seen: str
    note: str
    problem: str
    refused: list[ReasonRow]


class UnlinkPage(Struct, frozen=True):
    """The effects of unlinking, and the reasons why it is not possible yet.

    `seen` is the token of the link with its unlink request, if there is one.
    """

    shop_id: str
    shop: str
    link_id: str
    account: str
    role: str
    seen: str
    requested_at: Instant | None
    request_note: str
    official: bool
    unlinks_after: int
    unlinks_limit: int
    showcase_leaving: int
    contents_leaving: int
    allowed: bool
    reasons: list[ReasonRow]
    may_ask: bool
    note: str
    problem: str


def _current(visit: Visit, link_id: str) -> tuple[CurrentState, Link]:
    """The link as it stands now. Raises Http404 if it is not one of this shop's."""
    stored = visible_link(visit.by, link_id)
    seen = look_at_pair(stored.shop_id, stored.account_id)
    return seen, seen.up_to_date(stored)


@page("seller/<str:shop_id>/links/<str:link_id>", SELLER, posts=True)
def link(visit: Visit, shop_id: str, link_id: str) -> PageResponse:
    """The link; the form withdraws it, or records what happened to it where another platform decides."""
    seen, current = _current(visit, link_id)
    result, recorded = None, None
    if visit.submitted and "happened" in visit.form:
        recorded = record_step(visit, current)
        if recorded.result.accepted:
            return visit.redirect("seller.link", message=recorded.done, shop_id=shop_id, link_id=link_id)
        result = recorded.result
        seen, current = _current(visit, link_id)
    elif visit.submitted:
        fields = {"shop_id": shop_id, "account_id": current.account_id}
        result = send(
            visit, "withdraw", seen=link_in_place(current), link_id=link_id, note=_note(visit), **fields
        )
        if result.accepted:
            return visit.redirect("seller.link", message=_("Withdrawn."), shop_id=shop_id, link_id=link_id)
        seen, current = _current(visit, link_id)
    view = _page(visit, seen, current, result, recorded)
    return PageContent("seller/link.html", view, status=result.status if result else 200)


def _page(
    visit: Visit, seen: CurrentState, link: Link, result: CommandResult | None, recorded: StepResult | None
) -> LinkPage:
    world, held = seen.world, review_reasons(seen.world, link, seen.world.now)
    decided = world.shops[link.shop_id].facts.decided
    here = decided == "here"
    token = token_of(seen, link_in_place(link))
    recording = form_of_link(visit, link, decided, token, recorded)
    due = [event for event in seen.due if isinstance(event, LinkEvent) and event.link_id == link.link_id]
    deadline = link.expires_at if link.status == "invited" else None
    return LinkPage(
        shop_id=link.shop_id,
        shop=shop_name(world, link.shop_id),
        link_id=link.link_id,
        account=account_name(world, link.account_id),
        role=show_role(visit, link.role),
        status=show_link_status(link),
        next_actor=show_next_actor(next_actor(link, held, decided)) if link.ended_at is None else None,
        deadline=show_deadline(visit, deadline) if deadline else None,
        theirs=_theirs(visit, world, link, deadline) if deadline else "",
        decided=show_decided(decided),
        expected="" if here else say_expected(visit, world, link, held),
        steps=steps_to_answer(link.role, account_name(world, link.account_id))
        if not here and link.unlink_requested_at
        else [],
        recording=recording,
        facts=_dates(visit, link),
        reference=link.reference or "",
        settlement=link.settlement or "",
        message=link.message or "",
        held=show_reasons(visit, held),
        ticket_helps=here and any(map(support_can_help, held)),
        rights=rights_in_words(world, link) if link.status == "linked" else [],
        sync=sync_of(visit, seen, link.shop_id)
        if link.status == "linked" and link.role == "official"
        else None,
        timeline=show_timeline(visit, [*reversed(due), *reversed(timeline(link.link_id))]),
        can_withdraw=here and link.status in {"invited", "in_review"},
        can_unlink=here and link.status == "linked" and _may_unlink_alone(world, link),
        unlink_requested=here and link.status == "linked" and link.unlink_requested_at is not None,
        seen=token,
        note=visit.form.get("note", ""),
        # What is wrong with a recording stands in its form, while there is one.
        problem=result.problem if result and not (recorded and recorded.in_form and recording) else "",
        refused=show_reasons(visit, result.reasons if result else ()),
    )


def _may_unlink_alone(world: World, link: Link) -> bool:
    rulebook = world.rulebook(world.shops[link.shop_id].facts.market)
    return rulebook.parameters.shop_may_unlink_alone


def _theirs(visit: Visit, world: World, link: Link, deadline: datetime) -> str:
    """The deadline in the creator's time zone (their country's if they chose none); '' if it is also the reader's."""
    country = world.accounts[link.account_id].facts.region
    name = time_zone_at("creator", link.account_id) or zone_of_country(country)
    if not name or name == str(visit.zone):
        return ""
    return visit.language.instant(deadline, ZoneInfo(name))


def _dates(visit: Visit, link: Link) -> list[tuple[str, Instant]]:
    dates = (
        (_("Invited"), link.invited_at),
        (_("Confirmed"), link.accepted_at),
        (_("Linked since"), link.linked_at),
        (_("Unlink requested"), link.unlink_requested_at),
        (_("Ended"), link.ended_at),
    )
    return [(title, show_instant(visit, at)) for title, at in dates if at is not None]


@page("seller/<str:shop_id>/links/<str:link_id>/unlink", SELLER, posts=True)
def unlink(visit: Visit, shop_id: str, link_id: str) -> PageResponse:
    """The effects of an unlink request, or of unlinking on its own; the form agrees or refuses."""
    seen, link = _current(visit, link_id)
    fields, result = {"shop_id": shop_id, "account_id": link.account_id}, None
    if visit.submitted:
        agree = "approve_unlink" if visit.form.get("request") else "unlink"
        refuses = visit.form.get("answer") == "refuse"
        command = "refuse_unlink" if refuses else agree
        result = send(visit, command, seen=link_in_place(link), link_id=link_id, note=_note(visit), **fields)
        if result.accepted:
            message = (
                _("Refused. The creator may ask again.") if refuses else _("Unlinked. The slot is free.")
            )
            return visit.redirect("seller.link", message=message, shop_id=shop_id, link_id=link_id)
        seen, link = _current(visit, link_id)
    requested = link.unlink_requested_at is not None
    elsewhere = seen.world.shops[shop_id].facts.decided == "elsewhere"
    if elsewhere or link.status != "linked" or not (requested or _may_unlink_alone(seen.world, link)):
        problem = result.problem if result else ""
        return visit.redirect("seller.link", problem=problem, shop_id=shop_id, link_id=link_id)
    agree = "approve_unlink" if requested else "unlink"
    view = _unlink_view(visit, seen, link, dry_run(visit, agree, **fields), result)
    return PageContent("seller/unlink.html", view, status=result.status if result else 200)


def _note(visit: Visit) -> str | None:
    """What the form says to the creator."""
    return visit.form.get("note", "").strip() or None


def _note_of_request(link: Link) -> str:
    """What the creator wrote with the open unlink request."""
    asked = [event for event in timeline(link.link_id) if isinstance(event, UnlinkRequested)]
    return (asked[-1].note or "") if asked and link.unlink_requested_at else ""


def _unlink_view(
    visit: Visit, seen: CurrentState, link: Link, dry_run_result: CommandResult, result: CommandResult | None
) -> UnlinkPage:
    world = seen.world
    reasons = result.reasons if result and result.reasons else dry_run_result.reasons
    use, leaving = unlinks_of(world, link.shop_id), items_ending_with(link, world.now)
    return UnlinkPage(
        shop_id=link.shop_id,
        shop=shop_name(world, link.shop_id),
        link_id=link.link_id,
        account=account_name(world, link.account_id),
        role=show_role(visit, link.role),
        seen=token_of(seen, link_in_place(link)),
        requested_at=show_instant(visit, link.unlink_requested_at) if link.unlink_requested_at else None,
        request_note=_note_of_request(link),
        official=link.role == "official",
        unlinks_after=use.used + 1,
        unlinks_limit=use.limit,
        showcase_leaving=leaving.showcase,
        contents_leaving=leaving.contents,
        allowed=dry_run_result.accepted,
        reasons=show_reasons(visit, reasons),
        may_ask=any(map(support_can_help, reasons)),
        note=visit.form.get("note", ""),
        problem=result.problem if result else "",
    )
