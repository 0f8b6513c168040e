"""allauth's adapters: who may sign up, which addresses are verified, how e-mails are sent, how secrets are stored.

Nobody signs up without an invitation. The invitation is part of the return address (`next`), so it needs no session
and works with every way of signing in, including the organisation's own provider and TikTok.
"""

import logging
import re
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from shoplink.core.values import as_line
from shoplink.flows.people.membership import InvitationRecord, usable_invitation
from shoplink.flows.people.second_factor import decrypt_secret, encrypt_secret
from shoplink.network import address_of
from shoplink.store.database.owner import writing
from shoplink.store.models import Person
from shoplink.web.people.account_mail import account_mail
from shoplink.web.people.allauth_text import (
    ACCOUNT_ERRORS,
    PROVIDER_ERRORS,
    REAUTHENTICATION_METHODS,
    SECOND_STEP_ERRORS,
    SUCCESS_MESSAGES,
)
from shoplink.web.people.hashing import HashingBusyError
from shoplink.web.people.outgoing_mail import queue_mail
from shoplink.web.people.proof import prove_address
from shoplink.wording.names import isolated

_JOIN = re.compile(r"/join/([A-Za-z0-9_-]{20,100})/")
_NAME_LENGTH_MAX = 200

_log = logging.getLogger(__name__)


def invitation_in(path: str | None) -> InvitationRecord | None:
    """The invitation in a return address, if it is still valid."""
    match = _JOIN.fullmatch(path or "")
    return usable_invitation(match[1]) if match else None


def invitation_in_request(request: HttpRequest) -> InvitationRecord | None:
    """The invitation in the return address of a sign-up request."""
    return invitation_in(request.POST.get("next") or request.GET.get("next"))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Addresses, passwords and sign-up."""

    error_messages: ClassVar = {**DefaultAccountAdapter.error_messages, **ACCOUNT_ERRORS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up requires an invitation."""
        return invitation_in_request(request) is not None

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The address of an invitation is verified if its secret reached it by mail alone."""
        invited = invitation_in_request(request)
        return invited is not None and invited.mailed and invited.email == email.lower()

    def get_login_stages(self) -> list[str]:
        """The steps of a sign-in. None of them requires that the address is proved: not every service sends e-mails."""
        ours = {"allauth.account.stages.EmailVerificationStage": "shoplink.web.people.proof.AddressStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def save_user(
        self,
        request: HttpRequest,
        user: Person,
        form: Any,
        commit: bool = True,  # noqa: FBT001, FBT002 (allauth's signature)
    ) -> Person:
        """Save a new person with the name from the form and the language of the page."""
        from shoplink.web.request.reader import tag_of  # noqa: PLC0415 (settings import this module before apps are loaded)

        user.name = form.cleaned_data.get("name", "")
        user.language = tag_of(request)
        saved: Person = super().save_user(request, user, form, commit)
        return saved

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, str]]:
        """The ways to reauthenticate, with our texts, the easiest first."""
        methods: list[dict[str, str]] = super().get_reauthentication_methods(user)
        by_name = {one["id"]: one for one in methods}
        return [
            {**by_name[name], "description": gettext(text)}
            for name, text in REAUTHENTICATION_METHODS.items()
            if name in by_name
        ]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check a password, unless too many are being checked now. Raises ValidationError."""
        try:
            person: AbstractBaseUser | None = super().authenticate(request, **credentials)
        except HashingBusyError:
            raise self.validation_error("rate_limited") from None
        return person

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session in one transaction."""
        with writing():
            super().login(request, user)

    def post_login(self, request: HttpRequest, user: Person, **more: Any) -> HttpResponse:
        """Record the session, and the person's language and time zone if they have set none."""
        from shoplink.web.request.reader import keep_preferences  # noqa: PLC0415 (as above)

        # Who has just signed in with a password or a second factor has shown who they are: they are not asked again.
        for record in get_authentication_records(request, user):
            record["reauthenticated"] = record["method"] in {"password", "mfa"}
        with writing():
            keep_preferences(request, user)
            response: HttpResponse = super().post_login(request, user, **more)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue an e-mail; it is sent once the change that it reports is committed."""
        queue_mail(account_mail(template_prefix, email, {"email": email, **context}))

    def add_message(  # noqa: PLR0913, PLR0917 (allauth's signature)
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Show our own text for a message; messages without a text are dropped."""
        text = message or gettext(SUCCESS_MESSAGES.get(message_template or "", ""))
        if text:
            given = (message_context or {}).items()
            named = {name: isolated(value) if isinstance(value, str) else value for name, value in given}
            messages.add_message(request, level, text.format_map(named), extra_tags=extra_tags)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits count by."""
        return address_of(request) or "0.0.0.0"  # noqa: S104 (stands for "unknown")


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Second steps; their secrets are encrypted with a key that is derived from SHOPLINK_SECRET_KEY."""

    error_messages: ClassVar = {**DefaultMFAAdapter.error_messages, **SECOND_STEP_ERRORS}

    def encrypt(self, text: str) -> str:
        """The stored form of a secret."""
        return encrypt_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises ValidationError, as for a wrong code, if it was encrypted with a key that is gone."""
        secret = decrypt_secret(encrypted_text)
        if secret is None:
            raise self.validation_error("incorrect_code")
        return secret


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Sign-in with the organisation's own provider, or with TikTok."""

    error_messages: ClassVar = {**DefaultSocialAccountAdapter.error_messages, **PROVIDER_ERRORS}

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 (allauth's signature)
        """Sign-up requires an invitation. The new person gets its address, whatever the provider says."""
        invited = invitation_in(sociallogin.state.get("next"))
        if invited is None:
            return False
        vouched = any(one.verified and one.email == invited.email for one in sociallogin.email_addresses)
        sociallogin.user.email = invited.email
        sociallogin.email_addresses = [
            EmailAddress(email=invited.email, verified=vouched or invited.mailed, primary=True)
        ]
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """A provider that vouches for the address of a person proves it, and signs them in."""
        by_address = sociallogin.is_existing and sociallogin.account.pk is None
        if by_address and sociallogin.state.get("process") != "connect":
            prove_address(request, sociallogin.user)
            sociallogin.user.refresh_from_db()  # it is saved again when the provider is connected
        unproved = [one.email for one in sociallogin.email_addresses if not one.verified]
        if unproved and not sociallogin.is_existing and not invitation_in(sociallogin.state.get("next")):
            _log.warning("a provider signs somebody in without saying that their address is verified")
            text = gettext("{name} does not say that {email} is your address. Ask the people who run it.")
            messages.error(
                request, text.format(name=isolated(sociallogin.provider.name), email=isolated(unproved[0]))
            )
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Person:  # noqa: ARG002 (as above)
        """Fill in the person's name and address from the provider's data, and which addresses it vouches for."""
        person: Person = sociallogin.user
        vouching = {True, "true"} if _text_claims(sociallogin.provider) else {True}
        for address in sociallogin.email_addresses:
            claim = address.verified
            address.verified = type(claim) in {bool, str} and claim in vouching
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(part for part in parts if part) or data.get("username") or ""
        person.name = as_line(name)[:_NAME_LENGTH_MAX].strip()
        person.email = (data.get("email") or "").lower() or None
        return person


def _text_claims(provider: Any) -> bool:
    """Whether a setting names the provider as one that writes its claims as texts."""
    return bool(provider.app and provider.app.settings.get("text_claims"))
