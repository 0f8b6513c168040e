"""What an invitation means for its creator, from the rulebook in force, and the reasons to choose from on declining."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from shoplink.core import Link, World
from shoplink.web.request.visit import Visit
from shoplink.wording.events import SETTLEMENT_NAMES
from shoplink.wording.sentences import N_

DECLINE_REASONS: dict[str, str] = {
    "products": N_("The products do not suit my audience"),
    "terms": N_("The terms do not suit me"),
    "other": N_("I want to link with another shop"),
    "unknown": N_("I do not know this shop"),
}
"""The reasons to decline that a form offers, by the value that it sends."""


class Term(Struct, frozen=True):
    """One consequence of confirming; `is_gain`: it allows the creator more than before."""

    is_gain: bool
    text: str


class Agreed(Struct, frozen=True):
    """What the shop said with its invitation, in the reader's language; '' where it said nothing."""

    reference: str
    settlement: str
    message: str


def agreed_with(visit: Visit, link: Link) -> Agreed:
    """What the shop said with the invitation of a link."""
    settlement = visit.language.text(SETTLEMENT_NAMES[link.settlement]) if link.settlement else ""
    return Agreed(link.reference or "", settlement, link.message or "")


def terms_of(world: World, link: Link, others: int) -> list[Term]:
    """The consequences of confirming an invitation; `others` is how many other invitations that ends."""
    parameters = world.rulebook(world.shops[link.shop_id].facts.market).parameters
    official = link.role == "official"
    promotes = (
        parameters.official_may_promote_other_shops
        if official
        else parameters.marketing_may_promote_other_shops
    )
    terms = [
        Term(is_gain=False, text=_pay(link)),
        Term(
            is_gain=False,
            text=_how_it_ends(parameters.minimum_link_age_hours, alone=parameters.shop_may_unlink_alone),
        ),
        Term(is_gain=False, text=_("You can be linked to only one shop at a time.")),
    ]
    if isinstance(parameters.unlink_answer_days, int):
        days = parameters.unlink_answer_days
        text = ngettext(
            "A request that the shop leaves unanswered for {days} day counts as agreed.",
            "A request that the shop leaves unanswered for {days} days counts as agreed.",
            days,
        )
        terms.insert(2, Term(is_gain=True, text=text.format(days=days)))
    if others:
        text = ngettext(
            "Your other open invitation ends.", "Your {others} other open invitations end.", others
        )
        terms.append(Term(is_gain=False, text=text.format(others=others)))
    if not promotes:
        terms.append(Term(is_gain=False, text=_("You may not promote other shops’ products while linked.")))
    terms.append(
        Term(is_gain=True, text=_("You can sell this shop’s products with any number of followers."))
    )
    terms.append(
        Term(
            is_gain=not official,
            text=_("The shop can sync all its products to your showcase.")
            if official
            else _("You add the shop’s products to your showcase, videos and lives yourself."),
        )
    )
    if promotes:
        terms.append(Term(is_gain=True, text=_("You may still promote other shops’ products.")))
    return terms


def _pay(link: Link) -> str:
    if link.settlement == "own":
        return _(
            "TikTok pays you no commission on this shop’s orders. The shop says that this is its own account, with nothing to"
            " pay."
        )
    if link.reference:
        text = _(
            "TikTok pays you no commission on this shop’s orders; the shop pays you as agreed (contract {reference})."
        )
        return text.format(reference=link.reference)
    return _(
        "TikTok pays you no commission on this shop’s orders; the shop pays you as you agree with it. Agree before you"
        " confirm."
    )


def _how_it_ends(hours: int, *, alone: bool) -> str:
    """When and how the link can be ended, by the rulebook in force."""
    text = (
        ngettext(
            "You can ask to end the link {hours} hour after it begins, and the shop has to agree. The shop can end it by"
            " itself.",
            "You can ask to end the link {hours} hours after it begins, and the shop has to agree. The shop can end it by"
            " itself.",
            hours,
        )
        if alone
        else ngettext(
            "You can ask to end the link {hours} hour after it begins, and the shop has to agree.",
            "You can ask to end the link {hours} hours after it begins, and the shop has to agree.",
            hours,
        )
    )
    return text.format(hours=hours)


def note_of_decline(visit: Visit) -> str | None:
    """What the form says to the shop: the reason that was chosen, the words that were typed, or both."""
    chosen = DECLINE_REASONS.get(visit.form.get("reason", ""))
    words = visit.form.get("note", "").strip()
    return (
        _("{reason}: {words}").format(reason=_(chosen), words=words)
        if chosen and words
        else (_(chosen) if chosen else words or None)
    )


def decline_reasons(visit: Visit) -> list[tuple[str, str, bool]]:
    """The reasons of the form: value, words, whether it was chosen."""
    return [(key, _(text), visit.form.get("reason") == key) for key, text in DECLINE_REASONS.items()]
