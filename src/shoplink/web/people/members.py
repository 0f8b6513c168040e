"""Who may act for a shop, for an account, or as staff: listed, invited by e-mail, removed with their effect shown first."""

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from msgspec import Struct

from shoplink.core.side_events import Place
from shoplink.flows.people import membership
from shoplink.store.people.membership import person_with
from shoplink.web.page.declare import page
from shoplink.web.page.frame import Menu
from shoplink.web.people.account_mail import invitation_letter
from shoplink.web.people.outgoing_mail import hand_in, posting
from shoplink.web.people.wording import say_refusal, where
from shoplink.web.request.access import CREATOR, PLATFORM, SELLER
from shoplink.web.request.reader import CODES
from shoplink.web.request.visit import PageContent, PageResponse, Visit
from shoplink.web.view_model.instant import Instant, show_instant
from shoplink.wording import Tag
from shoplink.wording.sentences import N_

_MENU = Menu(icon="users", title=N_("Members"), rank=1)


class MemberItem(Struct):
    """A member, and the way to remove them."""

    name: str
    email: str
    joined: Instant
    me: bool
    remove_url: str


class InvitationItem(Struct):
    """An open invitation."""

    invitation_id: str
    email: str
    expires: Instant


class MembersView(Struct):
    """The members of one place: who, who is invited, what was typed, what is wrong with it.

    `link` is an invitation's, shown once where no e-mail could carry it.
    """

    place: Place
    where: str
    members: list[MemberItem]
    invitations: list[InvitationItem]
    typed: str = ""
    problem: str = ""
    link: str = ""


class Outcome(Struct):
    """What came of inviting or withdrawing: something to say, a link to hand over, or a problem."""

    message: str = ""
    link: str = ""
    problem: str = ""


class RemovalView(Struct):
    """What removing a member will do."""

    name: str
    where: str
    me: bool
    back: str
    problem: str = ""


@page("seller/<shop_id>/members/", SELLER, posts=True, name="seller.members", menu=_MENU)
def of_shop(visit: Visit, shop_id: str) -> PageResponse:
    """Who acts for my shop."""
    return _members(visit, "seller.members", [("shop", shop_id)], shop_id=shop_id)


@page("seller/<shop_id>/members/<person_id>/", SELLER, posts=True, name="seller.member")
def of_shop_removed(visit: Visit, shop_id: str, person_id: str) -> PageResponse:
    """Somebody shall act for my shop no more."""
    return _removal(visit, "shop", shop_id, person_id, reverse("seller.members", args=[shop_id]))


@page("creator/<account_id>/members/", CREATOR, posts=True, name="creator.members", menu=_MENU)
def of_account(visit: Visit, account_id: str) -> PageResponse:
    """Who acts for my account."""
    return _members(visit, "creator.members", [("creator", account_id)], account_id=account_id)


@page("creator/<account_id>/members/<person_id>/", CREATOR, posts=True, name="creator.member")
def of_account_removed(visit: Visit, account_id: str, person_id: str) -> PageResponse:
    """Somebody shall act for my account no more."""
    return _removal(visit, "creator", account_id, person_id, reverse("creator.members", args=[account_id]))


@page(
    "platform/staff/",
    PLATFORM,
    posts=True,
    name="platform.staff",
    menu=Menu(icon="users", title=N_("Staff"), rank=1),
)
def of_staff(visit: Visit) -> PageResponse:
    """Who works for the platform and in support."""
    return _members(visit, "platform.staff", [("platform", ""), ("support", "")])


@page("platform/staff/<place>/<person_id>/", PLATFORM, posts=True, name="platform.staff_member")
def of_staff_removed(visit: Visit, place: str, person_id: str) -> PageResponse:
    """Somebody shall work here no more."""
    if place not in {"platform", "support"}:
        raise Http404
    kind: Place = "support" if place == "support" else "platform"
    return _removal(visit, kind, "", person_id, reverse("platform.staff"))


def _members(visit: Visit, name: str, places: list[tuple[Place, str]], **named: str) -> PageResponse:
    """The members of places; after something was done, the way back to see it."""
    meant, outcome = places[0], Outcome()
    if visit.submitted:
        meant = next((one for one in places if one[0] == visit.form.get("place")), meant)
        outcome = _act(visit, *meant)
        if outcome.message:
            return visit.redirect(name, message=outcome.message, **named)
    views = [_view(visit, *one) for one in places]
    shown = views[places.index(meant)]
    shown.problem, shown.link, shown.typed = outcome.problem, outcome.link, visit.form.get("email", "")
    return PageContent("people/members.html", views, 422 if outcome.problem else 200)


def _view(visit: Visit, place: Place, subject_id: str) -> MembersView:
    here = visit.request.path
    members = [
        MemberItem(
            one.name or one.email or one.person_id,
            one.email or "",
            show_instant(visit, one.joined_at),
            one.person_id == visit.by.person,
            f"{here}{one.person_id}/" if subject_id else f"{here}{place}/{one.person_id}/",
        )
        for one in membership.members(place, subject_id)
    ]
    invitations = [
        InvitationItem(one.invitation_id, one.email, show_instant(visit, one.expires_at))
        for one in membership.open_invitations(place, subject_id)
    ]
    return MembersView(place, where(place, subject_id), members, invitations)


def _act(visit: Visit, place: Place, subject_id: str) -> Outcome:
    if "withdraw" in visit.form:
        gone = membership.withdraw(visit.by, place, subject_id, visit.form.get("withdraw", ""))
        return (
            Outcome(problem=say_refusal(gone)) if gone else Outcome(message=_("The invitation is withdrawn."))
        )
    if not ratelimit.consume(visit.request, action="invite"):
        return Outcome(problem=_("You have invited many people within an hour. Try again later."))
    made = membership.invite(visit.by, place, subject_id, visit.form.get("email", ""))
    if not isinstance(made, membership.Invitation):
        return Outcome(problem=say_refusal(made))
    link = f"{settings.PUBLIC_URL}{reverse('people.join', args=[made.secret])}"
    if settings.EMAIL_HOST and _sent(visit, made.email, place, subject_id, link):
        return Outcome(message=_("{email} is invited.").format(email=made.email))
    return Outcome(link=link)


def _sent(visit: Visit, email: str, place: Place, subject_id: str, link: str) -> bool:
    """Whether the invitation went out; in the invited person's language if it is known, else in both."""
    known = person_with(email)
    tags: list[Tag] = ["zh", "en"] if visit.language.tag == "zh" else ["en", "zh"]
    if known is not None and known.language in tags:
        tags = [tag for tag in tags if tag == known.language]
    names: dict[Tag, str] = {}
    for tag in tags:
        with override(CODES[tag]):
            names[tag] = where(place, subject_id)
    with posting() as post:
        hand_in(invitation_letter(email, visit.person.name or visit.person.email or "", names, link, tags))
    return not post.failed


def _removal(visit: Visit, place: Place, subject_id: str, person_id: str, back: str) -> PageResponse:
    found = next((one for one in membership.members(place, subject_id) if one.person_id == person_id), None)
    if found is None:
        raise Http404
    me = person_id == visit.by.person
    view = RemovalView(found.name or found.email or "", where(place, subject_id), me, back)
    if visit.submitted:
        refused = membership.remove(visit.by, person_id, place, subject_id)
        if refused is None:
            messages.success(visit.request, _("{name} may not act here any more.").format(name=view.name))
            return HttpResponseRedirect("/" if me else back)
        view.problem = say_refusal(refused)
    return PageContent("people/remove.html", view, 409 if view.problem else 200)
