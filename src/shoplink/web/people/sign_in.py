"""Sign-in and its security: allauth's views at our addresses, in our style, each with its access.

A page that changes something is one transaction, and its e-mails are sent after the commit. The sign-in page is the
exception: checking a password is slow by design and must not hold the write lock, so the adapter begins the transaction.
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
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from shoplink.store.database.owner import writing
from shoplink.web.page import errors
from shoplink.web.page.declare import declare_uncached
from shoplink.web.page.frame import frame_of
from shoplink.web.people.form_style import style_response
from shoplink.web.people.hashing import hashing_slot
from shoplink.web.people.outgoing_mail import sending_mail
from shoplink.web.people.proof import drop_dead_codes, end_links_to_given_up_address
from shoplink.web.people.settings import crumbs
from shoplink.web.request.access import ANYONE, PERSON_WITH_ADDRESS, Access
from shoplink.web.request.visit import Visit

registry.load()  # here and not at every command (config/apps.py)


class SignInPage(NamedTuple):
    """One of allauth's views: its route, the name that allauth looks it up by, and its access.

    `atomic` means that a request that changes something runs in one transaction. `hashes` means that its form checks or
    sets a password: it waits for its turn to do so before the transaction begins, which nobody else could write in.
    """

    route: str
    name: str
    view: Callable[..., HttpResponse]
    access: Access = ANYONE
    atomic: bool = True
    hashes: bool = False


_SECURITY = "settings/security"

SIGN_IN_PAGES = (
    SignInPage("sign-in/", "account_login", account.login, atomic=False),
    SignInPage("sign-out/", "account_logout", account.logout),
    SignInPage("sign-up/", "account_signup", account.signup, hashes=True),
    SignInPage("sign-in/inactive/", "account_inactive", account.account_inactive),
    SignInPage(
        "sign-in/again/", "account_reauthenticate", account.reauthenticate, PERSON_WITH_ADDRESS, hashes=True
    ),
    SignInPage("sign-in/code/", "account_email_verification_sent", account.email_verification_sent),
    SignInPage("sign-in/forgotten/", "account_reset_password", account.password_reset),
    SignInPage(
        "sign-in/forgotten/code/", "account_confirm_password_reset_code", account.confirm_password_reset_code
    ),
    SignInPage(
        "sign-in/forgotten/new/",
        "account_complete_password_reset",
        account.complete_password_reset,
        hashes=True,
    ),
    SignInPage(
        "sign-in/forgotten/done/", "account_password_reset_completed", account.password_reset_from_key_done
    ),
    SignInPage("sign-in/second-step/", "mfa_authenticate", second_step.authenticate),
    SignInPage(
        "sign-in/again/second-step/", "mfa_reauthenticate", second_step.reauthenticate, PERSON_WITH_ADDRESS
    ),
    SignInPage(
        "sign-in/again/passkey/",
        "mfa_reauthenticate_webauthn",
        passkeys.reauthenticate_webauthn,
        PERSON_WITH_ADDRESS,
    ),
    SignInPage("sign-in/passkey/", "mfa_login_webauthn", passkeys.login_webauthn),
    SignInPage("sign-in/with/tiktok/", "tiktok_login", tiktok.oauth2_login),
    SignInPage("sign-in/with/tiktok/back/", "tiktok_callback", tiktok.oauth2_callback),
    SignInPage("sign-in/with/<slug:provider_id>/", "openid_connect_login", openid_connect.login),
    SignInPage("sign-in/with/<slug:provider_id>/back/", "openid_connect_callback", openid_connect.callback),
    SignInPage("sign-in/cancelled/", "socialaccount_login_cancelled", connections.login_cancelled),
    SignInPage("sign-in/failed/", "socialaccount_login_error", connections.login_error),
    SignInPage("sign-up/with/", "socialaccount_signup", connections.signup),
    SignInPage("settings/address/", "account_email", account.email, PERSON_WITH_ADDRESS),
    SignInPage(
        f"{_SECURITY}/password/",
        "account_change_password",
        account.password_change,
        PERSON_WITH_ADDRESS,
        hashes=True,
    ),
    SignInPage(
        f"{_SECURITY}/password/new/",
        "account_set_password",
        account.password_set,
        PERSON_WITH_ADDRESS,
        hashes=True,
    ),
    SignInPage(f"{_SECURITY}/app/", "mfa_activate_totp", totp.activate_totp, PERSON_WITH_ADDRESS),
    SignInPage(f"{_SECURITY}/app/remove/", "mfa_deactivate_totp", totp.deactivate_totp, PERSON_WITH_ADDRESS),
    SignInPage(
        f"{_SECURITY}/codes/",
        "mfa_view_recovery_codes",
        recovery_codes.view_recovery_codes,
        PERSON_WITH_ADDRESS,
    ),
    SignInPage(
        f"{_SECURITY}/codes/new/",
        "mfa_generate_recovery_codes",
        recovery_codes.generate_recovery_codes,
        PERSON_WITH_ADDRESS,
    ),
    SignInPage(
        f"{_SECURITY}/codes/file/",
        "mfa_download_recovery_codes",
        recovery_codes.download_recovery_codes,
        PERSON_WITH_ADDRESS,
    ),
    SignInPage(f"{_SECURITY}/passkeys/", "mfa_list_webauthn", passkeys.list_webauthn, PERSON_WITH_ADDRESS),
    SignInPage(f"{_SECURITY}/passkeys/add/", "mfa_add_webauthn", passkeys.add_webauthn, PERSON_WITH_ADDRESS),
    SignInPage(
        f"{_SECURITY}/passkeys/<int:pk>/", "mfa_edit_webauthn", passkeys.edit_webauthn, PERSON_WITH_ADDRESS
    ),
    SignInPage(
        f"{_SECURITY}/passkeys/<int:pk>/remove/",
        "mfa_remove_webauthn",
        passkeys.remove_webauthn,
        PERSON_WITH_ADDRESS,
    ),
    SignInPage(
        f"{_SECURITY}/providers/", "socialaccount_connections", connections.connections, PERSON_WITH_ADDRESS
    ),
)
"""Every page; if two routes match, the first one is used."""


def _view_of(page: SignInPage) -> Callable[..., HttpResponse]:
    """The view of a page, without its access check."""

    def view(visit: Visit, **route_values: Any) -> HttpResponse:
        if not page.hashes or visit.request.method != "POST":
            return answer(visit, **route_values)
        with hashing_slot() as free:
            if free:
                return answer(visit, **route_values)
        busy = errors.refused(visit.request, "overloaded", 0)
        busy.headers["Retry-After"] = "1"
        return busy

    def answer(visit: Visit, **route_values: Any) -> HttpResponse:
        request = visit.request
        changes = request.method == "POST" or page.route.endswith("/back/")
        # The answer to a forgotten password is the same for an address that nobody has, and takes as long.
        unseen = page.name == "account_reset_password"
        with sending_mail(unseen=unseen) as delivery, writing() if changes and page.atomic else nullcontext():
            drop_dead_codes(request)
            response = _allauth_response(page, request, route_values)
            if isinstance(response, TemplateResponse):
                style_response(response)
                ours = {"frame": frame_of(visit), "visit": visit, "crumbs": crumbs()}
                response.context_data = {**(response.context_data or {}), **ours}
                response.render()
        end_links_to_given_up_address(request)
        if delivery.failed:
            messages.error(request, _("The e-mail could not be sent. Try again in a few minutes."))
        return _without_external_redirect(visit, response)

    return view


def _allauth_response(page: SignInPage, request: HttpRequest, route_values: dict[str, Any]) -> HttpResponse:
    """Allauth's response. Raises Http404 for a provider that is not configured."""
    try:
        return page.view(request, **route_values)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except RecursionError:
        return errors.bad_request(
            request
        )  # JSON in a field that is nested deeper than anything a browser writes
    except ValidationError as error:
        # A page that shows a secret which no key opens; its form would have been answered as a wrong code.
        messages.error(request, " ".join(error.messages))
        return redirect("mfa_index")


def _without_external_redirect(visit: Visit, response: HttpResponse) -> HttpResponse:
    """The response, with a redirect to another site replaced by a page that leads there: CSP forbids it after a form."""
    target = response.headers.get("Location", "")
    if not urlsplit(target).netloc:
        return response
    context = {"frame": frame_of(visit), "visit": visit, "target": target}
    onward = render(visit.request, "people/onward.html", context)
    onward.headers["Refresh"] = f"0; url={target}"
    return onward


for _page in SIGN_IN_PAGES:
    declare_uncached(_page.route, _page.name, _page.access, _view_of(_page))
