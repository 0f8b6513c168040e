"""What is malformed in a form, with the fields called as the page calls them."""

from django.utils.translation import gettext as _

from shoplink.core.commands import HAPPENED_AT
from shoplink.core.parse import MalformedError
from shoplink.web.request.visit import Visit
from shoplink.wording.problems import say_malformed
from shoplink.wording.sentences import N_

_TITLES = {
    # Only the form of waivers has a field for these ids; elsewhere they come from the address.
    "shop_id": N_("Its ID"),
    "account_id": N_("Its ID"),
    "note": N_("Note"),
    "reference": N_("Contract number"),
    "message": N_("Message"),
    "content_id": N_("TikTok ID"),
    "title": N_("Title"),
    "source": N_("Where you saw it"),
    **dict.fromkeys(HAPPENED_AT.values(), N_("When it happened")),
    "text": N_("Message"),
    "evidence": N_("Evidence"),
    "until": N_("Until"),
    "region": N_("Country of the account"),
    "registered_in": N_("Country of registration"),
    "birth_date": N_("Birth date"),
}


def say_malformed_form(visit: Visit, error: MalformedError, **own: str) -> str:
    """Everything that is malformed in a form, in the reader's language.

    `own`: what the page calls a field that others call otherwise, in the reader's language.
    """
    return say_malformed(error, visit.language, {name: _(title) for name, title in _TITLES.items()} | own)
