"""What a form was made from: the token that it brings back, and the words about what has changed since.

Each form that changes or ends something has `{% once view.seen %}`: the token of the subjects that its page shows. The view
names the same subjects when it sends the command.
"""

from django.utils.translation import gettext as _

from shoplink.core import Event
from shoplink.core.events import AccountCorrected
from shoplink.core.facts import Actor
from shoplink.core.precondition.subjects import Subject
from shoplink.core.ticket.facts import STAFF
from shoplink.flows.precondition import Precondition, what_changed
from shoplink.web.request.visit import Visit
from shoplink.web.view_model.state import names_behind, show_by
from shoplink.wording import say_event

SEEN_FIELD = "seen"


def seen_in_form(visit: Visit, *subjects: Subject, field: str = SEEN_FIELD) -> Precondition:
    """The precondition that the subjects are as the page showed them whose form was sent."""
    return Precondition(subjects, (visit.form.get(field, ""),))


def say_changed(visit: Visit, precondition: Precondition) -> str:
    """That nothing was done, because what the form was made from has changed: what, by whom and when."""
    events = what_changed(precondition)
    if not events:
        return _("Nothing was done: what this page shows has changed since you opened it. Check it again.")
    name_of = names_behind(visit, (event.by for event in events))
    said = "; ".join(_say_change(visit, event, name_of(event.by)) for event in events)
    return _(
        "Nothing was done: this has changed since you opened the page ({changes}). Check it again."
    ).format(changes=said)


def _say_change(visit: Visit, event: Event, name: str) -> str:
    """Who did what, and when."""
    who = show_by(event.by or Actor("platform", ""), name)
    what = say_event(event, visit.language, visit.zone)
    if isinstance(event, AccountCorrected) and visit.by.kind in STAFF:
        what = f"{what} {_say_corrections(visit, event)}"
    return f"{visit.language.instant(event.at, visit.zone)}, {who}: {what}"


def _say_corrections(visit: Visit, event: AccountCorrected) -> str:
    """The facts that a correction changed, with their values."""
    country = visit.language.country
    facts = [
        (_("Country of the account"), country(event.region) if event.region else ""),
        (_("Country of registration"), country(event.registered_in) if event.registered_in else ""),
        (_("Birth date"), event.birth_date.isoformat() if event.birth_date else ""),
    ]
    return ", ".join(f"{title}: {value}" for title, value in facts if value)
