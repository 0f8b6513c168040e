"""Invite an account: find it by its handle, check every condition, send the invitation."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import World, support_can_help
from shoplink.core.facts import Role
from shoplink.core.instant import parse_instant
from shoplink.core.next_actor import expected_review_reasons
from shoplink.flows.look import look_at, look_at_pair
from shoplink.flows.people.lookup import look_up, may_ask_about
from shoplink.web.mirror.guide import GuideStep, steps_to_invite
from shoplink.web.mirror.recording import RecordingForm, StepResult, form_of_beginning, record_beginning
from shoplink.web.page.declare import page
from shoplink.web.request.access import SELLER, places_of
from shoplink.web.request.command import NOTHING, CommandResult, dry_run, send
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.seller.conditions import Condition, conditions
from shoplink.web.seller.shop import account_name, shop_name
from shoplink.web.view_model.badge import Badge
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.web.view_model.state import show_decided, show_role


class FindAccountPage(Struct, frozen=True):
    """The search by handle; `found` lists the accounts if several have the handle."""

    shop_id: str
    shop: str
    role: Role
    handle: str
    problem: str
    found: list[tuple[str, str, str]]


class InvitePage(Struct, frozen=True):
    """An account and the conditions of inviting it.

    `held` means that the link would be in review; `owned` that the person also acts for the account. Where another
    platform decides (`decided`), the conditions are a forecast, `steps` say how to invite there, and the forms record
    that the invitation was sent, or that the account is linked already.
    """

    shop_id: str
    shop: str
    account_id: str
    account: str
    role: Role
    roles: list[tuple[str, str, bool]]
    conditions: list[Condition]
    allowed: bool
    hidden: bool
    held: bool
    owned: bool
    reference: str
    settlement: str
    message: str
    problem: str
    refused: list[ReasonRow]
    ticket_helps: bool
    decided: Badge | None
    steps: list[GuideStep]
    sent: RecordingForm | None
    linked: RecordingForm | None


def _role(text: str | None) -> Role:
    return "official" if text == "official" else "marketing"


@page("seller/<str:shop_id>/link", SELLER, posts=True)
def find_account(visit: Visit, shop_id: str) -> PageResponse:
    """Find an account by its handle. Every look-up is recorded."""
    role = _role(visit.form.get("role") or visit.query.get("role"))
    handle = visit.form.get("handle", "")
    problem = ""
    found: list[str] = []
    if visit.submitted:
        problem, found = _find(visit, handle)
        if len(found) == 1:
            return visit.redirect("seller.invite", shop_id=shop_id, account_id=found[0], role=role)
    world = look_at(shops=[shop_id], accounts=found).world
    choices = [(f"/seller/{shop_id}/link/{each}/{role}", account_name(world, each), each) for each in found]
    view = FindAccountPage(shop_id, shop_name(world, shop_id), role, handle, problem, choices)
    return PageContent("seller/find_account.html", view, status=422 if problem else 200)


def _find(visit: Visit, handle: str) -> tuple[str, list[str]]:
    """A problem with the search ('' if there is none), and the accounts with the handle."""
    if not handle.strip(" @"):
        return _("Enter the account’s handle, for example @oliviasteeps."), []
    matches = look_up(visit.by, [handle]).accounts
    if matches is None:
        return _("You have looked up too many accounts within an hour. Try again later."), []
    accounts = matches[0][1]
    if not accounts:
        return _("There is no account with this handle. Check the spelling with the creator."), []
    return "", accounts


@page("seller/<str:shop_id>/link/<str:account_id>/<str:role>", SELLER, posts=True)
def invite(visit: Visit, shop_id: str, account_id: str, role: str) -> PageResponse:
    """Every condition of inviting this account; the form sends the invitation, or records what happened elsewhere."""
    if role not in {"official", "marketing"}:
        raise Http404
    world = look_at_pair(shop_id, account_id).world
    has_link = _has_live_link(world, shop_id, account_id)
    if account_id not in world.accounts or not may_ask_about(visit.by, account_id, has_link=has_link):
        raise Http404
    result, recorded = None, None
    if visit.submitted and "happened" in visit.form:
        recorded = record_beginning(visit, shop_id, account_id, _role(role), **_optional_fields(visit))
        result = recorded.result
        if result.accepted:
            link_id = next(event["link_id"] for event in result.events)
            return visit.redirect("seller.link", message=recorded.done, shop_id=shop_id, link_id=link_id)
    elif visit.submitted:
        result = send(
            visit,
            "invite",
            seen=NOTHING,
            **_fields(visit, shop_id, account_id, role),
            **_optional_fields(visit),
            message=visit.form.get("message", "").strip() or None,
        )
        if result.accepted:
            return _invited(visit, shop_id, account_id, result)
    view = _view(visit, world, (shop_id, account_id, _role(role)), result, recorded)
    return PageContent("seller/invite.html", view, status=result.status if result else 200)


def _fields(visit: Visit, shop_id: str, account_id: str, role: str) -> dict[str, Any]:
    region = visit.network.region
    return {"shop_id": shop_id, "account_id": account_id, "role": role, "network_region": region}


def _optional_fields(visit: Visit) -> dict[str, Any]:
    return {
        "reference": visit.form.get("reference", "").strip() or None,
        "settlement": visit.form.get("settlement") or None,
    }


def _invited(visit: Visit, shop_id: str, account_id: str, result: CommandResult) -> PageResponse:
    """Redirect to the new link; confirm it first if the person acts for the account and chose that."""
    event = next(event for event in result.events if event["type"] == "link.invited")
    link_id, expires_at = event["link_id"], parse_instant(event["expires_at"])
    message = _("The invitation is sent. The creator confirms it in the app before {instant}.")
    message = message.format(instant=visit.language.instant(expires_at, visit.zone))
    if visit.form.get("confirm") and account_id in places_of(visit.request).accounts:
        confirmed = send(
            visit.as_creator(account_id),
            "accept",
            seen=NOTHING,  # the invitation was begun a moment ago, by the same form
            link_id=link_id,
            shop_id=shop_id,
            account_id=account_id,
            network_region=visit.network.region,
        )
        message = _("Invited and confirmed.") if confirmed.accepted else message
    return visit.redirect("seller.link", message=message, shop_id=shop_id, link_id=link_id)


def _view(
    visit: Visit,
    world: World,
    target: tuple[str, str, Role],
    result: CommandResult | None,
    recorded: StepResult | None,
) -> InvitePage:
    shop_id, account_id, role = target
    dry_run_result = dry_run(visit, "invite", **_fields(visit, shop_id, account_id, role))
    held = expected_review_reasons(world, shop_id, account_id, role)
    decided = world.shops[shop_id].facts.decided
    sent, linked = (
        form_of_beginning(visit, step, recorded) if decided == "elsewhere" else None
        for step in ("invited", "linked")
    )
    handle = world.accounts[account_id].facts.handle or account_id
    rows = conditions(
        visit,
        dry_run_result.reasons,
        held,
        stranger=not _has_live_link(world, shop_id, account_id),
        role=role,
    )
    return InvitePage(
        shop_id=shop_id,
        shop=shop_name(world, shop_id),
        account_id=account_id,
        account=account_name(world, account_id),
        role=role,
        roles=[
            (f"/seller/{shop_id}/link/{account_id}/{each}", show_role(visit, each), each == role)
            for each in ("official", "marketing")
        ],
        conditions=rows,
        allowed=dry_run_result.accepted,
        hidden=any(row.state == "hidden" for row in rows) and not any(row.state == "failed" for row in rows),
        held=bool(held),
        owned=account_id in places_of(visit.request).accounts,
        reference=visit.form.get("reference", ""),
        settlement=visit.form.get("settlement", ""),
        message=visit.form.get("message", ""),
        problem=result.problem if result and not (recorded and recorded.in_form) else "",
        refused=show_reasons(visit, recorded.result.reasons if recorded else ()),
        ticket_helps=decided == "here" and any(map(support_can_help, dry_run_result.reasons)),
        decided=show_decided(decided),
        steps=steps_to_invite(role, handle) if sent else [],
        sent=sent,
        linked=linked,
    )


def _has_live_link(world: World, shop_id: str, account_id: str) -> bool:
    record = world.shops.get(shop_id)
    return record is not None and any(each.account_id == account_id for each in record.live.values())
