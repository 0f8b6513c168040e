"""Whose address it is: what proves it, and what ends when it is proved for the first time or changed.

A sign-in that was set up with a link that somebody showed proves nothing about the address: anybody may have opened the
link. Such a person signs in with what they have set up. When a code that was sent to the address, or a provider, proves
whose it is, everything that was set up before is void (pre-account hijacking).
"""

from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from allauth.account.internal.flows.email_verification import verify_email
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.account.signals import (
    email_changed,
    email_confirmed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.account.stages import EmailVerificationStage
from allauth.account.utils import url_str_to_user_pk
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from shoplink.flows import clock
from shoplink.flows.people.membership import withdraw_all_of
from shoplink.store.database.owner import writing
from shoplink.store.models import Person
from shoplink.store.people.credentials import codes_since, void_codes, void_credentials
from shoplink.web.people.account_mail import proof_mail
from shoplink.web.people.outgoing_mail import queue_mail

_given_up: WeakKeyDictionary[HttpRequest, str] = WeakKeyDictionary()
"""The address that was changed in each request in progress."""

_CODES = (EMAIL_VERIFICATION_CODE_SESSION_KEY, PASSWORD_RESET_VERIFICATION_SESSION_KEY)


class AddressStage(EmailVerificationStage):  # type: ignore[misc] # allauth has no types
    """Signing in does not require a proved address. Who signs up a second time is still answered as the first time."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Ask for a code only where nobody signs in."""
        return (None, True) if self.login.user is not None else super().handle()


def prove_address(request: HttpRequest, person: Person) -> None:
    """Record that the person's address is theirs, as a provider says."""
    address = EmailAddress.objects.filter(user=person, email=person.email).first()
    address = address or EmailAddress(user=person, email=person.email, primary=True)
    if not address.verified:
        verify_email(request, address)


@receiver(email_confirmed, dispatch_uid="shoplink.proved")
def _proved(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    """Void what was set up before, if this is the first address of the person that is proved, and tell them."""
    others = EmailAddress.objects.filter(user_id=email_address.user_id, verified=True)
    if others.exclude(pk=email_address.pk).exists():
        return
    person = Person.objects.get(pk=email_address.user_id)
    with writing():
        void_credentials(person.person_id, clock.real_now())
    email_address.user.refresh_from_db()
    request.session.cycle_key()  # the code is in a session that may have ended above
    reset = request.session.get(PASSWORD_RESET_VERIFICATION_SESSION_KEY)
    if reset is not None:  # it is this code that has proved the address: it may set the new password
        request.session[PASSWORD_RESET_VERIFICATION_SESSION_KEY] = {
            **reset,
            "at": clock.real_now().timestamp(),
        }
    queue_mail(proof_mail(email_address.email))


@receiver(email_changed, dispatch_uid="shoplink.changed")
def _changed(request: HttpRequest, user: Person, from_email_address: EmailAddress | None, **_: Any) -> None:
    """What was sent to the earlier address dies with it: codes at once, invitations once the change is committed."""
    if from_email_address is None:
        return
    with writing():
        void_codes(user.person_id, clock.real_now())
    if from_email_address.verified:  # else it was never theirs, and its invitations are not theirs to end
        _given_up[request] = from_email_address.email


def end_links_to_given_up_address(request: HttpRequest) -> None:
    """Withdraw the invitations of the address that the person has changed in this request; after its transaction."""
    if email := _given_up.pop(request, None):
        withdraw_all_of(email)


@receiver((password_changed, password_set, password_reset), dispatch_uid="shoplink.password")
def _new_password(user: Person, **_: Any) -> None:
    """The codes that were sent before the new password die with the old one."""
    with writing():
        void_codes(user.person_id, clock.real_now())


def drop_dead_codes(request: HttpRequest) -> None:
    """Forget this session's code and begun sign-in if their person's address has changed, or was proved, since."""
    for name in _CODES:
        state = request.session.get(name)
        if state and state.get("user_id") and _is_dead(int(state["user_id"]), state["at"]):
            del request.session[name]
    begun = request.session.get(LOGIN_SESSION_KEY)
    if begun and begun["user_pk"] and _is_dead(url_str_to_user_pk(begun["user_pk"]), begun["initiated_at"]):
        del request.session[LOGIN_SESSION_KEY]


def _is_dead(number: int, at: float) -> bool:
    since = codes_since(number)
    return since is None or datetime.fromtimestamp(at, UTC) < since
