"""The members of a shop, an account or the staff: list, invite by e-mail, remove after a page with the effects."""

from collections.abc import Sequence

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from msgspec import Struct

from shoplink.core import Reason
from shoplink.core.parse import MalformedError, is_id
from shoplink.core.people.facts import EMAIL_LENGTH_MAX, Place
from shoplink.flows.people import membership
from shoplink.flows.precondition import is_token_of, newest_instant, token_of_states
from shoplink.store.people.membership import mark_mailed, person_by_email
from shoplink.store.read.names import names
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.people.account_mail import invitation_mail
from shoplink.web.people.confirm import ask_who_it_is
from shoplink.web.people.outgoing_mail import queue_mail, sending_mail
from shoplink.web.people.wording import where
from shoplink.web.request.access import CREATOR, PLATFORM, SELLER
from shoplink.web.request.precondition import SEEN_FIELD
from shoplink.web.request.reader import CODES
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.web.view_model.reason import ReasonRow, show_reasons
from shoplink.wording import Tag, language_for
from shoplink.wording.names import isolated, name_in_message
from shoplink.wording.sentences import N_

_MENU = Menu(icon="users", title=N_("Members"), rank=1)


class MemberRow(Struct):
    """A member, with the page that removes them; `proved`: the address has been proved to be theirs."""

    name: str
    email: str
    proved: bool
    joined: Instant
    me: bool
    remove_url: str


class InvitationRow(Struct):
    """An open invitation."""

    invitation_id: str
    email: str
    expires: Instant


class MembersPage(Struct):
    """The members and open invitations of one place, and the input and problem of its form.

    `back` is the page of the shop or account where the platform came from.

    `link` is the link of a new invitation, shown once if no e-mail could be sent.
    """

    place: Place
    where: str
    back: str
    members: list[MemberRow]
    invitations: list[InvitationRow]
    typed: str = ""
    reasons: list[ReasonRow] = []
    problem: str = ""
    link: str = ""


class FormResult(Struct):
    """The result of inviting or withdrawing: a success message, a link to pass on, why it is refused, or a problem."""

    message: str = ""
    link: str = ""
    reasons: tuple[Reason, ...] = ()
    problem: str = ""


class RemoveMemberPage(Struct):
    """The effects of removing a member; `me` means that it is the reader."""

    name: str
    where: str
    me: bool
    back: str
    seen: str
    reasons: list[ReasonRow] = []


@page("seller/<shop_id>/members/", SELLER, posts=True, name="seller.members", menu=_MENU)
def shop_members(visit: Visit, shop_id: str) -> PageResponse:
    """The members of a shop."""
    return _members(visit, "seller.members", [("shop", shop_id)], shop_id=shop_id)


@page("seller/<shop_id>/members/<person_id>/", SELLER, posts=True, name="seller.member")
def remove_shop_member(visit: Visit, shop_id: str, person_id: str) -> PageResponse:
    """Remove a member of a shop."""
    return _removal(visit, "shop", shop_id, person_id, reverse("seller.members", args=[shop_id]))


@page("creator/<account_id>/members/", CREATOR, posts=True, name="creator.members", menu=_MENU)
def account_members(visit: Visit, account_id: str) -> PageResponse:
    """The members of an account."""
    return _members(visit, "creator.members", [("creator", account_id)], account_id=account_id)


@page("creator/<account_id>/members/<person_id>/", CREATOR, posts=True, name="creator.member")
def remove_account_member(visit: Visit, account_id: str, person_id: str) -> PageResponse:
    """Remove a member of an account."""
    return _removal(visit, "creator", account_id, person_id, reverse("creator.members", args=[account_id]))


@page("platform/shops/<shop_id>/members/", PLATFORM, posts=True, name="platform.shop_members")
def members_of_shop(visit: Visit, shop_id: str) -> PageResponse:
    """The members of any shop, for the platform."""
    _require_known(shops=[shop_id])
    return _members(visit, "platform.shop_members", [("shop", shop_id)], shop_id=shop_id)


@page("platform/shops/<shop_id>/members/<person_id>/", PLATFORM, posts=True, name="platform.shop_member")
def remove_member_of_shop(visit: Visit, shop_id: str, person_id: str) -> PageResponse:
    """Remove a member of any shop."""
    return _removal(visit, "shop", shop_id, person_id, reverse("platform.shop_members", args=[shop_id]))


@page("platform/accounts/<account_id>/members/", PLATFORM, posts=True, name="platform.account_members")
def members_of_account(visit: Visit, account_id: str) -> PageResponse:
    """The members of any account, for the platform."""
    _require_known(accounts=[account_id])
    return _members(visit, "platform.account_members", [("creator", account_id)], account_id=account_id)


@page(
    "platform/accounts/<account_id>/members/<person_id>/",
    PLATFORM,
    posts=True,
    name="platform.account_member",
)
def remove_member_of_account(visit: Visit, account_id: str, person_id: str) -> PageResponse:
    """Remove a member of any account."""
    back = reverse("platform.account_members", args=[account_id])
    return _removal(visit, "creator", account_id, person_id, back)


@page(
    "platform/staff/",
    PLATFORM,
    posts=True,
    name="platform.staff",
    menu=Menu(icon="users", title=N_("Staff"), rank=1),
)
def staff(visit: Visit) -> PageResponse:
    """The staff: the platform and support."""
    return _members(visit, "platform.staff", [("platform", ""), ("support", "")])


@page("platform/staff/<place>/<person_id>/", PLATFORM, posts=True, name="platform.staff_member")
def remove_staff(visit: Visit, place: str, person_id: str) -> PageResponse:
    """Remove a member of the staff."""
    if place not in {"platform", "support"}:
        raise Http404
    kind: Place = "support" if place == "support" else "platform"
    return _removal(visit, kind, "", person_id, reverse("platform.staff"))


def _require_known(shops: Sequence[str] = (), accounts: Sequence[str] = ()) -> None:
    """Raises Http404 for a shop or an account that is not on record."""
    if not any(names(shops, accounts)):
        raise Http404


def _members(visit: Visit, name: str, places: list[tuple[Place, str]], **route_values: str) -> PageResponse:
    """The members of these places; after a successful form, a redirect to the same page."""
    target, result = places[0], FormResult()
    if visit.submitted:
        target = next((one for one in places if one[0] == visit.form.get("place")), target)
        if target[0] in {"platform", "support"} and (asked := ask_who_it_is(visit)):
            return asked
        result = _execute(visit, *target)
        if result.message:
            return visit.redirect(name, message=result.message, **route_values)
    views = [_view(visit, *one) for one in places]
    shown = views[places.index(target)]
    shown.problem, shown.link, shown.typed = result.problem, result.link, visit.form.get("email", "")
    shown.reasons = show_reasons(visit, result.reasons)
    status = 409 if result.reasons else 422 if result.problem else 200
    return PageContent("people/members.html", views, status)


def _view(visit: Visit, place: Place, subject_id: str) -> MembersPage:
    here = visit.request.path
    members = [
        MemberRow(
            one.name or one.email or one.person_id,
            one.email or "",
            one.proved,
            show_instant(visit, one.joined_at),
            one.person_id == visit.by.person,
            f"{here}{one.person_id}/" if subject_id else f"{here}{place}/{one.person_id}/",
        )
        for one in membership.members(place, subject_id)
    ]
    invitations = [
        InvitationRow(one.invitation_id, one.email, show_instant(visit, one.expires_at))
        for one in membership.open_invitations(place, subject_id)
    ]
    back = here.removesuffix("/members/") if subject_id and visit.by.kind == "platform" else ""
    return MembersPage(place, where(place, subject_id), back, members, invitations)


def _execute(visit: Visit, place: Place, subject_id: str) -> FormResult:
    if "withdraw" in visit.form:
        invitation_id = visit.form.get("withdraw", "")
        if not is_id(invitation_id):
            raise Http404
        refused = membership.withdraw(visit.by, place, subject_id, invitation_id)
        return (
            FormResult(reasons=refused) if refused else FormResult(message=_("The invitation is withdrawn."))
        )
    # The platform takes in many sellers and creators at once; an API key of its own has no such limit either.
    if not (visit.by.kind == "platform" and subject_id) and not ratelimit.consume(
        visit.request, action="invite"
    ):
        return FormResult(problem=_("You have invited many people within an hour. Try again later."))
    try:
        made = membership.invite(visit.by, place, subject_id, visit.form.get("email", ""))
    except MalformedError:
        text = _("This is not an e-mail address of at most {length} characters.")
        return FormResult(problem=text.format(length=EMAIL_LENGTH_MAX))
    if not isinstance(made, membership.Invitation):
        return FormResult(reasons=made)
    link = f"{settings.PUBLIC_URL}{reverse('people.join', args=[made.secret])}"
    if settings.EMAIL_HOST and _send_invitation(visit, made.email, place, subject_id, link):
        mark_mailed(made.invitation_id)
        return FormResult(message=_("{email} is invited.").format(email=isolated(made.email)))
    return FormResult(link=link)


def _send_invitation(visit: Visit, email: str, place: Place, subject_id: str, link: str) -> bool:
    """Send the invitation in the person's language, or in both if it is unknown. Returns whether it was sent."""
    known = person_by_email(email)
    tags: list[Tag] = ["zh", "en"] if visit.language.tag == "zh" else ["en", "zh"]
    if known is not None and known.language in tags:
        tags = [tag for tag in tags if tag == known.language]
    who: dict[Tag, str] = {}
    place_names: dict[Tag, str] = {}
    for tag in tags:
        with override(CODES[tag]):
            who[tag] = name_in_message(visit.person.name, visit.person.email or "", language_for(tag))
            name = where(place, subject_id)
            shown = name_in_message(name, subject_id, language_for(tag)) if subject_id else name
            place_names[tag] = shown
    with sending_mail() as delivery:
        queue_mail(invitation_mail(email, who, place_names, link, tags))
    return not delivery.failed


def _removal(visit: Visit, place: Place, subject_id: str, person_id: str, back: str) -> PageResponse:
    member = next((one for one in membership.members(place, subject_id) if one.person_id == person_id), None)
    if member is None:
        # Only who was shown the member learns that it is one no longer.
        if not is_token_of(visit.form.get(SEEN_FIELD, ""), place, subject_id, person_id):
            raise Http404
        messages.error(visit.request, _("Nothing was done: this person is not a member here any more."))
        return HttpResponseRedirect(back)
    me = person_id == visit.by.person
    seen = token_of_states(newest_instant(), place, subject_id, person_id)
    view = RemoveMemberPage(member.name or member.email or "", where(place, subject_id), me, back, seen)
    if visit.submitted:
        if not subject_id and (asked := ask_who_it_is(visit)):
            return asked
        refused = membership.remove(visit.by, person_id, place, subject_id)
        if not refused:
            messages.success(
                visit.request, _("{name} can no longer act here.").format(name=isolated(view.name))
            )
            return HttpResponseRedirect("/" if me else back)
        view.reasons = show_reasons(visit, refused)
    return PageContent("people/remove.html", view, 409 if view.reasons else 200)
