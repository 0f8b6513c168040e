"""The titles of a rulebook's parameters."""

from django.utils.translation import gettext

from shoplink.wording.sentences import N_

TITLES: dict[str, str] = {
    "slots_open": N_("Slots of an open shop: official / marketing"),
    "slots_invited": N_("Slots of an invited shop: official / marketing"),
    "invitation_hours": N_("An invitation is open for (hours)"),
    "minimum_link_age_hours": N_("A link must be this old before unlinking (hours)"),
    "official_unlinks_per_shop": N_("Official unlinks of a shop, in its lifetime"),
    "marketing_links_per_shop": N_("Marketing links of a shop in a rolling window"),
    "marketing_links_per_account": N_("Marketing links of an account in a rolling window"),
    "shop_may_unlink_alone": N_("The shop may unlink without the creator"),
    "minimum_age_years": N_("Minimum age (years)"),
    "unlink_answer_days": N_("An unlink request left unanswered is approved after (days)"),
    "network_asked_of": N_("Whose network must be in the market"),
    "uncorrectable_regions": N_("Registration countries that support cannot correct"),
    "affiliate_followers_minimum": N_("Followers that an affiliate creator needs to sell"),
    "official_may_promote_other_shops": N_("An official account may promote other shops’ products"),
    "marketing_may_promote_other_shops": N_("A marketing account may promote other shops’ products"),
    "waivable_for_shop": N_("Reasons that may be waived for a shop"),
    "waivable_for_account": N_("Reasons that may be waived for an account"),
}

SIDES = {"creator": N_("the creator’s"), "shop": N_("the shop’s")}
"""The sides whose network a rulebook may check."""


def title_of(key: str) -> str:
    """The title of a parameter, in the reader's language."""
    return gettext(TITLES[key])
