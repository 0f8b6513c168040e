"""What allauth asks of us: who may sign up, whose address is known to be theirs, how e-mails go out, what is kept secret.

Nobody signs up without an invitation. It stands in the address to come back to (`next`), so that it needs no session
and leads through every way of signing in, the organisation's own provider and TikTok included.
"""

import base64
import re
from functools import cache
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from shoplink.flows.people.membership import Invited, standing_invitation
from shoplink.network import address_of
from shoplink.store.database.owner import writing
from shoplink.store.models import Person
from shoplink.web.people.account_mail import letter
from shoplink.web.people.allauth_text import (
    ACCOUNT_ERRORS,
    DONE,
    PROVIDER_ERRORS,
    SECOND_STEP_ERRORS,
    WAYS_TO_PROVE,
)
from shoplink.web.people.outgoing_mail import hand_in

_JOIN = re.compile(r"/join/([A-Za-z0-9_-]{20,100})/")
_NAME_LENGTH_MAX = 200


def invitation_in(path: str | None) -> Invited | None:
    """The invitation that stands in an address to come back to, if it can still be used."""
    found = _JOIN.fullmatch(path or "")
    return standing_invitation(found[1]) if found else None


def invitation_of(request: HttpRequest) -> Invited | None:
    """The invitation that a request to sign up carries."""
    return invitation_in(request.POST.get("next") or request.GET.get("next"))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Addresses, passwords, and signing up."""

    error_messages: ClassVar = {**DefaultAccountAdapter.error_messages, **ACCOUNT_ERRORS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """By invitation alone."""
        return invitation_of(request) is not None

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The address of an invitation is that of whoever has its secret: they read it there."""
        invited = invitation_of(request)
        return invited is not None and invited.email == email.lower()

    def save_user(
        self,
        request: HttpRequest,
        user: Person,
        form: Any,
        commit: bool = True,  # noqa: FBT001, FBT002 (allauth's signature)
    ) -> Person:
        """A new person, with the name from the form and the language they read it in."""
        from shoplink.web.request.reader import tag_of  # noqa: PLC0415 (settings name this module before apps are there)

        user.name = form.cleaned_data.get("name", "")
        user.language = tag_of(request)
        saved: Person = super().save_user(request, user, form, commit)
        return saved

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, str]]:
        """How somebody can prove that it is them, in our words; a passkey is easier than a code."""
        found: list[dict[str, str]] = super().get_reauthentication_methods(user)
        by_name = {one["id"]: one for one in found}
        return [
            {**by_name[name], "description": gettext(text)}
            for name, text in WAYS_TO_PROVE.items()
            if name in by_name
        ]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin the session, whole or not at all."""
        with writing():
            super().login(request, user)

    def post_login(self, request: HttpRequest, user: Person, **more: Any) -> HttpResponse:
        """Note the session among the person's, and how they read if they have never said."""
        from shoplink.web.request.reader import keep_preferences  # noqa: PLC0415 (as above)

        with writing():
            keep_preferences(request, user)
            response: HttpResponse = super().post_login(request, user, **more)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write an e-mail; it goes out when what it tells of is stored."""
        hand_in(letter(template_prefix, email, {"email": email, **context}))

    def add_message(  # noqa: PLR0913, PLR0917 (allauth's signature)
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what was done, in our words; what needs no saying is not said."""
        text = message or gettext(DONE.get(message_template or "", ""))
        if text:
            messages.add_message(
                request, level, text.format_map(message_context or {}), extra_tags=extra_tags
            )

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that limits are kept by."""
        return address_of(request) or "0.0.0.0"  # noqa: S104 (stands for "nobody says")


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """Second steps; their secrets are kept encrypted with a key that is made of SHOPLINK_SECRET_KEY."""

    error_messages: ClassVar = {**DefaultMFAAdapter.error_messages, **SECOND_STEP_ERRORS}

    def encrypt(self, text: str) -> str:
        """What is stored of a secret."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; raises InvalidToken if it was stored with another key."""
        return _cipher().decrypt(encrypted_text.encode()).decode()


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Signing in by the organisation's own provider, or by TikTok."""

    error_messages: ClassVar = {**DefaultSocialAccountAdapter.error_messages, **PROVIDER_ERRORS}

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 (allauth's signature)
        """By invitation alone: the new person has the invitation's address, whatever the provider says."""
        invited = invitation_in(sociallogin.state.get("next"))
        if invited is None:
            return False
        sociallogin.user.email = invited.email
        sociallogin.email_addresses = [EmailAddress(email=invited.email, verified=True, primary=True)]
        return True

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Person:  # noqa: ARG002 (as above)
        """The person as the provider describes them."""
        person: Person = sociallogin.user
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(part for part in parts if part) or data.get("username") or ""
        person.name = name.replace("\0", "")[:_NAME_LENGTH_MAX]
        person.email = (data.get("email") or "").lower() or None
        return person


@cache
def _cipher() -> Fernet:
    key = salted_hmac("shoplink.second_step", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
