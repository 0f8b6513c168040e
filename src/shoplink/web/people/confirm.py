"""Powerful acts ask again who is there: the second factor, or the password where there is none."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from shoplink.flows import clock
from shoplink.web.request.visit import Visit


def ask_who_it_is(visit: Visit) -> HttpResponse | None:
    """The way to the page that asks again; None if the person has shown within the period who they are.

    A person without a second factor and a password signs in by a provider only, which is asked for nothing here.
    """
    person = visit.person
    second_factor = is_mfa_enabled(person)
    if not second_factor and not person.has_usable_password():
        return None
    method = "mfa" if second_factor else "password"
    records = get_authentication_records(visit.request, person)
    shown_at = max((record["at"] for record in records if record["method"] == method), default=0.0)
    if clock.real_now().timestamp() - shown_at < settings.CONFIRMED_SECONDS:
        return None
    messages.info(visit.request, _("First confirm that it is you. Then do it again."))
    page = reverse("mfa_reauthenticate" if second_factor else "account_reauthenticate")
    return HttpResponseRedirect(f"{page}?{urlencode({'next': visit.request.get_full_path()})}")
