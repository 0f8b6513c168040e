"""The checklist of an operator's first day, ticked from the facts."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.flows.message.send_mail import mail_is_on
from shoplink.store.people.second_factors import has_second_factor
from shoplink.store.read.first_steps import first_steps
from shoplink.web.request.visit import Visit


class FirstStep(Struct, frozen=True):
    """A step: whether it is done, what it is for, and the page where it is taken, '' if that is not in the console."""

    done: bool
    title: str
    text: str
    url: str = ""


class Checklist(Struct, frozen=True):
    """The steps, how many of them are done, and whether the installation is still empty."""

    steps: list[FirstStep]
    done: int
    empty: bool


def checklist(visit: Visit) -> Checklist | None:
    """The first steps, in the order in which they are best taken; None once all are done."""
    taken = first_steps()
    steps = [
        FirstStep(
            has_second_factor(visit.person.person_id),
            _("Secure your own sign-in"),
            _("An authenticator app or a passkey: who signs in as you can do everything."),
            "/settings/security/",
        ),
        FirstStep(
            mail_is_on(),
            _("Send e-mail"),
            _("Set SHOPLINK_SMTP_URL. Without it, invitations are links that you pass on yourself."),
        ),
        FirstStep(
            taken.shops and taken.accounts,
            _("Import shops and accounts"),
            _("From a table, or by the API. Links that exist already come in the same way."),
            "/platform/import",
        ),
        FirstStep(
            taken.rulebooks,
            _("Choose the rulebook of each market"),
            _("Until then the default applies. You see the effects before anything changes."),
            "/platform/rulebooks",
        ),
        FirstStep(
            taken.support,
            _("Invite support"),
            _("Support answers tickets, corrects facts and grants waivers."),
            "/platform/staff/",
        ),
        FirstStep(
            taken.seller,
            _("Invite the first seller"),
            _("On the page of the shop, under Members."),
            "/platform/search",
        ),
        FirstStep(
            taken.creator,
            _("Invite the first creator"),
            _("On the page of the account, under Members."),
            "/platform/search",
        ),
        FirstStep(
            taken.api_key,
            _("Create an API key"),
            _("For the systems that record shops and accounts, and read events."),
            "/platform/keys",
        ),
    ]
    done = sum(step.done for step in steps)
    return None if done == len(steps) else Checklist(steps, done, empty=not taken.shops)
