"""Signing in and what secures it: allauth's steps at our addresses, in our look, each with who may take it.

A step that changes something is one transaction, and its e-mails go out after it. Only the check of a password, which
takes a while on purpose, is not made to hold the write lock: there allauth's adapter begins the transaction later.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from allauth.account import views as account
from allauth.mfa.base import views as second_step
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as connections
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.socialaccount.providers.tiktok import views as tiktok
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from shoplink.store.database.owner import writing
from shoplink.web.page.declare import step
from shoplink.web.page.frame import frame_of
from shoplink.web.people.form_style import dress
from shoplink.web.people.outgoing_mail import posting
from shoplink.web.people.settings import crumbs
from shoplink.web.request.access import ANYONE, PERSON_WITH_ADDRESS, Access
from shoplink.web.request.visit import Visit

registry.load()  # here and not at every command (config/apps.py)


class Step(NamedTuple):
    """One of allauth's views: its address, the name that allauth looks it up by, and who may take it."""

    route: str
    name: str
    view: Callable[..., HttpResponse]
    access: Access = ANYONE
    whole: bool = True


_SECURITY = "settings/security"

STEPS = (
    Step("sign-in/", "account_login", account.login, whole=False),
    Step("sign-out/", "account_logout", account.logout),
    Step("sign-up/", "account_signup", account.signup),
    Step("sign-in/inactive/", "account_inactive", account.account_inactive),
    Step("sign-in/again/", "account_reauthenticate", account.reauthenticate, PERSON_WITH_ADDRESS),
    Step("sign-in/code/", "account_email_verification_sent", account.email_verification_sent),
    Step("sign-in/forgotten/", "account_reset_password", account.password_reset),
    Step(
        "sign-in/forgotten/code/", "account_confirm_password_reset_code", account.confirm_password_reset_code
    ),
    Step("sign-in/forgotten/new/", "account_complete_password_reset", account.complete_password_reset),
    Step("sign-in/forgotten/done/", "account_password_reset_completed", account.password_reset_from_key_done),
    Step("sign-in/second-step/", "mfa_authenticate", second_step.authenticate),
    Step("sign-in/again/second-step/", "mfa_reauthenticate", second_step.reauthenticate, PERSON_WITH_ADDRESS),
    Step(
        "sign-in/again/passkey/",
        "mfa_reauthenticate_webauthn",
        passkeys.reauthenticate_webauthn,
        PERSON_WITH_ADDRESS,
    ),
    Step("sign-in/passkey/", "mfa_login_webauthn", passkeys.login_webauthn),
    Step("sign-in/with/tiktok/", "tiktok_login", tiktok.oauth2_login),
    Step("sign-in/with/tiktok/back/", "tiktok_callback", tiktok.oauth2_callback),
    Step("sign-in/with/<slug:provider_id>/", "openid_connect_login", openid_connect.login),
    Step("sign-in/with/<slug:provider_id>/back/", "openid_connect_callback", openid_connect.callback),
    Step("sign-in/cancelled/", "socialaccount_login_cancelled", connections.login_cancelled),
    Step("sign-in/failed/", "socialaccount_login_error", connections.login_error),
    Step("sign-up/with/", "socialaccount_signup", connections.signup),
    Step("settings/address/", "account_email", account.email, PERSON_WITH_ADDRESS),
    Step(f"{_SECURITY}/password/", "account_change_password", account.password_change, PERSON_WITH_ADDRESS),
    Step(f"{_SECURITY}/password/new/", "account_set_password", account.password_set, PERSON_WITH_ADDRESS),
    Step(f"{_SECURITY}/app/", "mfa_activate_totp", totp.activate_totp, PERSON_WITH_ADDRESS),
    Step(f"{_SECURITY}/app/remove/", "mfa_deactivate_totp", totp.deactivate_totp, PERSON_WITH_ADDRESS),
    Step(
        f"{_SECURITY}/codes/",
        "mfa_view_recovery_codes",
        recovery_codes.view_recovery_codes,
        PERSON_WITH_ADDRESS,
    ),
    Step(
        f"{_SECURITY}/codes/new/",
        "mfa_generate_recovery_codes",
        recovery_codes.generate_recovery_codes,
        PERSON_WITH_ADDRESS,
    ),
    Step(
        f"{_SECURITY}/codes/file/",
        "mfa_download_recovery_codes",
        recovery_codes.download_recovery_codes,
        PERSON_WITH_ADDRESS,
    ),
    Step(f"{_SECURITY}/passkeys/", "mfa_list_webauthn", passkeys.list_webauthn, PERSON_WITH_ADDRESS),
    Step(f"{_SECURITY}/passkeys/add/", "mfa_add_webauthn", passkeys.add_webauthn, PERSON_WITH_ADDRESS),
    Step(f"{_SECURITY}/passkeys/<int:pk>/", "mfa_edit_webauthn", passkeys.edit_webauthn, PERSON_WITH_ADDRESS),
    Step(
        f"{_SECURITY}/passkeys/<int:pk>/remove/",
        "mfa_remove_webauthn",
        passkeys.remove_webauthn,
        PERSON_WITH_ADDRESS,
    ),
    Step(
        f"{_SECURITY}/providers/", "socialaccount_connections", connections.connections, PERSON_WITH_ADDRESS
    ),
)
"""Every step; of two routes that fit, the first counts."""


def _taking(one: Step) -> Callable[..., HttpResponse]:
    """What answers a step, once its access is given."""

    def take(visit: Visit, **named: Any) -> HttpResponse:
        request = visit.request
        changes = request.method == "POST" or one.route.endswith("/back/")
        with posting() as post, writing() if changes and one.whole else nullcontext():
            response = _allauth(one, request, named)
            if isinstance(response, TemplateResponse):
                dress(response)
                ours = {"frame": frame_of(visit), "visit": visit, "crumbs": crumbs()}
                response.context_data = {**(response.context_data or {}), **ours}
                response.render()
        if post.failed:
            messages.error(request, _("The e-mail could not be sent. Try again in a few minutes."))
        return _elsewhere(visit, response)

    return take


def _allauth(one: Step, request: HttpRequest, named: dict[str, Any]) -> HttpResponse:
    """What allauth answers; a provider that is not configured is not there."""
    try:
        return one.view(request, **named)
    except SocialApp.DoesNotExist:
        raise Http404 from None


def _elsewhere(visit: Visit, response: HttpResponse) -> HttpResponse:
    """A way to another site is a page that leads there: a form's own redirect may not leave this one (CSP)."""
    target = response.headers.get("Location", "")
    if not urlsplit(target).netloc:
        return response
    context = {"frame": frame_of(visit), "visit": visit, "target": target}
    onward = render(visit.request, "people/onward.html", context)
    onward.headers["Refresh"] = f"0; url={target}"
    return onward


for _step in STEPS:
    step(_step.route, _step.name, _step.access, _taking(_step))
