"""The facts of shops and accounts, in the reader's language."""

from django.utils.translation import gettext as _

from shoplink.core.facts import Account, Shop
from shoplink.web.request.visit import Visit
from shoplink.wording.sentences import ENROLMENT_NAMES

Facts = list[tuple[str, str]]
"""Titles and values, in a fixed order for shops and for accounts."""


def shop_facts(visit: Visit, shop: Shop) -> Facts:
    """The facts of a shop."""
    return [
        (_("Shop ID"), shop.shop_id),
        (_("Shop name"), shop.name or "–"),
        (_("Market"), visit.language.country(shop.market)),
        (_("Admitted as"), visit.language.text(ENROLMENT_NAMES[shop.enrolment])),
        (_("Shop status"), _status(shop.status)),
        (_("Links are decided"), _("at TikTok") if shop.decided == "elsewhere" else _("here")),
    ]


def account_facts(visit: Visit, account: Account) -> Facts:
    """The facts of an account, including those that only its creator, support and the platform may see."""
    revoked = account.commerce_permission == "revoked"
    return [
        (_("Account ID"), account.account_id),
        (_("Handle"), f"@{account.handle}" if account.handle else "–"),
        (_("Country of the account"), visit.language.country(account.region)),
        (_("Country of registration"), visit.language.country(account.registered_in)),
        (_("Birth date"), account.birth_date.isoformat() if account.birth_date else _("unknown")),
        (_("Account status"), _status(account.status)),
        (_("E-commerce permission"), _("revoked") if revoked else _("granted")),
        (_("Followers"), f"{account.followers:,}"),
    ]


def _status(status: str) -> str:
    return _("normal") if status == "normal" else _("abnormal")
