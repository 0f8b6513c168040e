"""The names of places, and refusals about people on one line."""

from collections.abc import Iterable

from django.utils.translation import gettext

from shoplink.core import Reason
from shoplink.core.people.facts import Place
from shoplink.store.read.names import names
from shoplink.web.request.visit import Visit
from shoplink.wording import say_reason


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


def say_reasons(visit: Visit, reasons: Iterable[Reason]) -> str:
    """Why a change of members is refused, and what to do, on one line."""
    return " ".join(text for reason in reasons for text in say_reason(reason, visit.language, visit.zone))
