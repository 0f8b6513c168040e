"""The names of places, and the texts of refusals about people."""

from django.utils.translation import gettext

from shoplink.core.people.facts import EMAIL_LENGTH_MAX, OPEN_INVITATIONS_MAX, Place
from shoplink.flows.people.membership import Refusal
from shoplink.store.read.names import names
from shoplink.wording.sentences import N_


def where(place: Place, subject_id: str) -> str:
    """The name of a shop or an account (its id if it has none), or of a kind of staff."""
    if place == "support":
        return gettext("Support")
    if place == "platform":
        return gettext("Platform")
    shops, accounts = names(
        [subject_id] if place == "shop" else [], [subject_id] if place == "creator" else []
    )
    return (shops if place == "shop" else accounts).get(subject_id) or subject_id


def say_refusal(refusal: Refusal) -> str:
    """Why a change of members is refused, and what to do."""
    numbers = {"length": EMAIL_LENGTH_MAX, "limit": OPEN_INVITATIONS_MAX}
    return gettext(_REFUSALS[refusal]).format_map(numbers)


_REFUSALS: dict[Refusal, str] = {
    "not_an_address": N_("This is not an e-mail address of at most {length} characters."),
    "already_a_member": N_("This person is already a member."),
    "too_many_open": N_("{limit} invitations are open. Withdraw some first."),
    "invitation_gone": N_("This invitation was used, was withdrawn or has expired."),
    "other_address": N_("This invitation is for another address. Sign in with the address it was sent to."),
    "not_a_member": N_("This person is no longer a member here."),
    "last_member": N_("The last member cannot be removed. Invite somebody else first."),
}
