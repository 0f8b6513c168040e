"""A shop, an account or a link for the platform: the facts now and in the past, and every event."""

from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import Link, World
from shoplink.core.commands import Revoke
from shoplink.core.next_actor import next_actor, review_reasons
from shoplink.core.precondition.subjects import link_in_place
from shoplink.flows.as_of import account_as_of, link_as_of, shop_as_of
from shoplink.flows.dry_run import decide_in
from shoplink.flows.foresight.compare import reasons_against_selling
from shoplink.flows.look import CurrentState, look_at, look_at_pair
from shoplink.flows.precondition import token_of
from shoplink.flows.showcase import ending_items
from shoplink.store.people.keys import every_key
from shoplink.store.people.membership import names_of
from shoplink.store.read.history import newest_events, timelines
from shoplink.store.read.lookup import page_of_look_ups
from shoplink.web.mirror.recording import RecordingForm, StepResult, form_of_link, record_step
from shoplink.web.page.declare import page
from shoplink.web.request.access import PLATFORM, visible_link
from shoplink.web.request.command import CommandResult, send
from shoplink.web.request.instant import read_typed_instant
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.facts import account_facts, shop_facts
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_decided, show_link_status, show_next_actor, show_role
from shoplink.web.view_model.timeline import TimelineRow, show_timeline
from shoplink.wording import say_reason

_EVENTS = 50


class LiveLinkRow(Struct, frozen=True):
    """A live link of a shop or an account."""

    url: str
    shop_id: str
    account_id: str
    role: str
    status: Badge


class PastState(Struct, frozen=True):
    """The state at an instant: the facts (empty before it was on record), and the links that were live."""

    at: Instant
    facts: list[tuple[str, str]]
    live: list[LiveLinkRow]


class RecordPage(Struct, frozen=True):
    """A shop or an account; `as_of` is the input of the form that asks for a past state."""

    kind: str
    id: str
    name: str
    facts: list[tuple[str, str]]
    live: list[LiveLinkRow]
    events: list[TimelineRow]
    next_url: str
    first_url: str
    as_of: str
    past: PastState | None
    problem: str
    look_ups: list[tuple[Instant, str, str]]


class Revoking(Struct, frozen=True):
    """What revoking a live link would do. `linked`: it is established, so orders and showcases change.

    `against_selling`: why the account could no longer sell in videos and lives, in words; empty if it still could.
    """

    linked: bool
    official: bool
    synced: bool
    showcase_leaving: int
    contents_leaving: int
    against_selling: str


class LinkRecordPage(Struct, frozen=True):
    """A link now, and at a past instant if one is given."""

    link_id: str
    shop_id: str
    account_id: str
    role: str
    status: Badge
    next_actor: Badge | None
    decided: Badge | None
    recording: RecordingForm | None
    facts: list[tuple[str, str]]
    held: list[ReasonRow]
    events: list[TimelineRow]
    as_of: str
    past_at: Instant | None
    past: list[tuple[str, str]]
    problem: str
    can_revoke: bool
    revoking: Revoking | None
    seen: str
    note: str
    refused: list[ReasonRow]


@page("platform/shops/<str:shop_id>", PLATFORM)
def shop(visit: Visit, shop_id: str) -> PageResponse:
    """A shop with its live links and its events; `?at=` adds its state at that instant."""
    world = look_at(shops=[shop_id]).world
    record = world.shops.get(shop_id)
    if record is None:
        raise Http404
    at, problem = _instant_in_query(visit)
    past = None
    if at is not None:
        was = shop_as_of(shop_id, at)
        facts = shop_facts(visit, was.facts) if was.facts else []
        past = PastState(show_instant(visit, at), facts, _rows(visit, was.live))
    view = _record(visit, "shop", shop_id, record.facts.name or shop_id, past, problem)
    view = _with(view, shop_facts(visit, record.facts), _rows(visit, list(record.live.values())))
    return PageContent("platform/record.html", view)


@page("platform/accounts/<str:account_id>", PLATFORM)
def account(visit: Visit, account_id: str) -> PageResponse:
    """An account with its live links, its events and its look-ups; `?at=` adds its state at that instant."""
    world = look_at(accounts=[account_id]).world
    record = world.accounts.get(account_id)
    if record is None:
        raise Http404
    at, problem = _instant_in_query(visit)
    past = None
    if at is not None:
        was = account_as_of(account_id, at)
        facts = account_facts(visit, was.facts) if was.facts else []
        past = PastState(show_instant(visit, at), facts, _rows(visit, was.live))
    view = _record(
        visit,
        "account",
        account_id,
        f"@{record.facts.handle}" if record.facts.handle else account_id,
        past,
        problem,
    )
    view = _with(view, account_facts(visit, record.facts), _rows(visit, list(record.live.values())))
    look_ups = page_of_look_ups(20, account_id)
    people = names_of(each.person_id for each in look_ups)
    people |= {key.key_id: f"{key.name} ({key.key_id})" for key in every_key()}
    view.look_ups.extend(
        (show_instant(visit, each.at), people.get(each.person_id, each.person_id), each.shop_id)
        for each in look_ups
    )
    return PageContent("platform/record.html", view)


def _record(  # noqa: PLR0913, PLR0917 (what the two kinds differ in)
    visit: Visit, kind: str, subject: str, name: str, past: PastState | None, problem: str
) -> RecordPage:
    """What the pages of shops and accounts share: events, newest first, in pages."""
    before = visit.number("before")
    events = newest_events(
        _EVENTS + 1,
        before,
        shop_id=subject if kind == "shop" else None,
        account_id=subject if kind == "account" else None,
    )
    address = f"/platform/{kind}s/{subject}"
    return RecordPage(
        kind=kind,
        id=subject,
        name=name,
        facts=[],
        live=[],
        events=show_timeline(visit, [event for _, event in events[:_EVENTS]]),
        next_url=f"{address}?before={events[_EVENTS - 1][0]}" if len(events) > _EVENTS else "",
        first_url=address if before else "",
        as_of=visit.query.get("at", ""),
        past=past,
        problem=problem,
        look_ups=[],
    )


def _with(view: RecordPage, facts: list[tuple[str, str]], live: list[LiveLinkRow]) -> RecordPage:
    view.facts.extend(facts)
    view.live.extend(live)
    return view


def _instant_in_query(visit: Visit) -> tuple[datetime | None, str]:
    """The instant in `?at=`, by default in the reader's time zone, and a problem with it ('' if there is none)."""
    at, problem = read_typed_instant(visit.query.get("at", ""))
    if at is not None and at > visit.now:
        return None, _("This instant is in the future. Choose one in the past.")
    return at, problem


def _rows(visit: Visit, links: list[Link]) -> list[LiveLinkRow]:
    return [
        LiveLinkRow(
            f"/platform/links/{link.link_id}",
            link.shop_id,
            link.account_id,
            show_role(visit, link.role),
            show_link_status(link),
        )
        for link in links
    ]


@page("platform/links/<str:link_id>", PLATFORM, posts=True)
def link(visit: Visit, link_id: str) -> PageResponse:
    """A link with every event; `?at=` adds its state at that instant. The forms revoke it, or record what happened to it."""
    stored = visible_link(visit.by, link_id)
    result, recorded = None, None
    if visit.submitted and "happened" in visit.form:
        recorded = record_step(visit, stored)
        result = recorded.result
        if result.accepted:
            return visit.redirect("platform.link", message=recorded.done, link_id=link_id)
    elif visit.submitted:
        fields = {"shop_id": stored.shop_id, "account_id": stored.account_id}
        note = visit.form.get("note", "").strip()
        result = send(visit, "revoke", seen=link_in_place(stored), link_id=link_id, note=note, **fields)
        if result.accepted:
            return visit.redirect("platform.link", message=_("The link is revoked."), link_id=link_id)
    seen = look_at_pair(stored.shop_id, stored.account_id)
    view = _link(visit, seen, seen.up_to_date(stored), result, recorded)
    return PageContent("platform/link.html", view, status=result.status if result else 200)


def _link(
    visit: Visit, seen: CurrentState, now: Link, result: CommandResult | None, recorded: StepResult | None
) -> LinkRecordPage:
    world = seen.world
    at, problem = _instant_in_query(visit)
    was = link_as_of(now.link_id, at) if at else None
    held = review_reasons(world, now, world.now)
    token, decided = token_of(seen, link_in_place(now)), world.shops[now.shop_id].facts.decided
    return LinkRecordPage(
        link_id=now.link_id,
        shop_id=now.shop_id,
        account_id=now.account_id,
        role=show_role(visit, now.role),
        status=show_link_status(now),
        next_actor=show_next_actor(next_actor(now, held, decided)) if now.ended_at is None else None,
        decided=show_decided(decided),
        recording=form_of_link(visit, now, decided, token, recorded),
        facts=_link_facts(visit, now),
        held=show_reasons(visit, held),
        events=show_timeline(visit, reversed(timelines([now.link_id]))),
        as_of=visit.query.get("at", ""),
        past_at=show_instant(visit, at) if at else None,
        past=_link_facts(visit, was) if was else [],
        problem=problem or (result.problem if result and not (recorded and recorded.in_form) else ""),
        can_revoke=decided == "here" and now.ended_at is None,
        revoking=_revoking(visit, world, now) if now.ended_at is None else None,
        seen=token,
        note=visit.form.get("note", ""),
        refused=show_reasons(visit, result.reasons if result else ()),
    )


def _revoking(visit: Visit, world: World, link: Link) -> Revoking:
    """What revoking the link would do; the World is used up."""
    leaving = ending_items(link, world.now)
    sold = not reasons_against_selling(world, link.account_id)
    decide_in(world, [Revoke(at=world.now, shop_id=link.shop_id, account_id=link.account_id, note="")])
    against = reasons_against_selling(world, link.account_id) if sold else ()
    problems = [say_reason(reason, visit.language, visit.zone).problem for reason in against]
    return Revoking(
        linked=link.status == "linked",
        official=link.role == "official",
        synced=link.synced_since is not None,
        showcase_leaving=leaving.showcase,
        contents_leaving=leaving.contents,
        against_selling=" ".join(problems),
    )


def _link_facts(visit: Visit, link: Link) -> list[tuple[str, str]]:
    instants = (
        (_("Invited"), link.invited_at),
        (_("Expires"), link.expires_at),
        (_("Confirmed"), link.accepted_at),
        (_("Linked since"), link.linked_at),
        (_("Unlink requested"), link.unlink_requested_at),
        (_("Ended"), link.ended_at),
    )
    return [
        (_("Link ID"), link.link_id),
        (_("Status"), show_link_status(link).text),
        (_("Role"), show_role(visit, link.role)),
        (_("Rulebook"), link.rulebook),
        *((title, visit.language.instant(at, visit.zone)) for title, at in instants if at),
        *([(_("Reference"), link.reference)] if link.reference else []),
    ]
