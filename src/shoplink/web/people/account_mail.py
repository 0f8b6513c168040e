"""The e-mails about sign-in, by the names of allauth's templates, and the invitation of a new member."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext, override

from shoplink.core.facts import Actor
from shoplink.flows.people.second_factor_mail import requested_mail
from shoplink.flows.people.second_factor_reset import request_reset
from shoplink.store.people.membership import PersonRecord
from shoplink.web.people.device import device_name
from shoplink.web.people.outgoing_mail import queue_mail
from shoplink.web.request.reader import CODES
from shoplink.wording import Tag
from shoplink.wording.sentences import N_


class AccountMail(NamedTuple):
    """An e-mail: its subject, its text, and whether it reports a change to the person's sign-in."""

    subject: str
    text: str
    reports_change: bool = False


def _change(subject: str, text: str) -> AccountMail:
    return AccountMail(subject, text, reports_change=True)


_CODE = N_(
    "Enter this code on the page that is open in your browser:\n\n{code}\n\nIf you did not request it, ignore this e-mail."
)

ACCOUNT_MAILS: dict[str, AccountMail] = {
    "account/email/email_confirmation": AccountMail(N_("Your code to confirm your address"), _CODE),
    "account/email/email_confirmation_signup": AccountMail(N_("Your code to confirm your address"), _CODE),
    "account/email/password_reset_code": AccountMail(N_("Your code to set a new password"), _CODE),
    "account/email/account_already_exists": AccountMail(
        N_("You can already sign in"),
        N_(
            "Somebody, perhaps you, tried to sign up with {email}, but you can already sign in with this address.\n\n"
            "If you forgot your password, set a new one:\n{password_reset_url}"
        ),
    ),
    "account/email/email_changed": _change(
        N_("Your address was changed"),
        N_("You now sign in with {to_email} instead of {from_email}."),
    ),
    "account/email/email_confirm": _change(N_("Your address is confirmed"), N_("Your address is confirmed.")),
    "account/email/email_deleted": _change(
        N_("An address was removed"), N_("The address {deleted_email} was removed from your settings.")
    ),
    "account/email/password_changed": _change(
        N_("Your password was changed"), N_("Your password was changed.")
    ),
    "account/email/password_reset": _change(
        N_("You have a new password"), N_("A new password was set with a code sent to this address.")
    ),
    "account/email/password_set": _change(
        N_("You now have a password"), N_("A password was set. You can now sign in with it.")
    ),
    "mfa/email/recovery_codes_generated": _change(
        N_("You have new recovery codes"), N_("New recovery codes were created. The old ones no longer work.")
    ),
    "mfa/email/totp_activated": _change(
        N_("Sign-in now requires a code"), N_("An authenticator app was added to your sign-in.")
    ),
    "mfa/email/totp_deactivated": _change(
        N_("Sign-in no longer requires a code"), N_("The authenticator app was removed from your sign-in.")
    ),
    "mfa/email/webauthn_added": _change(
        N_("A passkey was added"), N_("A passkey was added to your sign-in.")
    ),
    "mfa/email/webauthn_removed": _change(
        N_("A passkey was removed"), N_("A passkey was removed from your sign-in.")
    ),
    "socialaccount/email/account_connected": _change(
        N_("You can sign in with {provider}"), N_("You can now sign in with {provider}.")
    ),
    "socialaccount/email/account_disconnected": _change(
        N_("You can no longer sign in with {provider}"), N_("Sign-in with {provider} was removed.")
    ),
}
"""Every e-mail that allauth may send, by the name of its template."""

_CHANGED = N_(
    "If this was not you, set a new password immediately and sign out everywhere:\n{address}\n\n"
    "The change was made from the network address {ip} with this browser: {device}"
)

_PROVED = N_("Your address is confirmed: set a new password")
_PROVED_TEXT = N_(
    "{email} is confirmed as your address for the first time.\n\n"
    "Before, anybody could have set up a sign-in in its name. So whatever signed in until now no longer works: the "
    "password, passkeys, the authenticator app, other providers, and all sessions.\n\n"
    "Set a new password here:\n{address}\n\n"
    "Then look through the places where you act, and leave those that you do not know."
)

_INVITED = N_("You are invited to {where}")
_INVITED_TEXT = N_(
    "{who} invites you to {where} on shoplink. Accept the invitation within 7 days; the link works once:\n\n{link}\n\n"
    "The invitation is for this address only. If you did not expect it, ignore this e-mail."
)


def account_mail(name: str, email: str, params: dict[str, Any]) -> EmailMessage:
    """The e-mail with this name, in the active language; `params` fill its placeholders."""
    mail = ACCOUNT_MAILS[name]
    paragraphs = [gettext(mail.text).format_map(params)]
    if mail.reports_change:
        address = f"{settings.PUBLIC_URL}/settings/security/"
        device = device_name(params["user_agent"])
        paragraphs.append(gettext(_CHANGED).format_map({**params, "address": address, "device": device}))
    return EmailMessage(gettext(mail.subject).format_map(params), "\n\n".join(paragraphs) + "\n", to=[email])


def ask_for_reset(by: Actor, person: PersonRecord) -> datetime | Literal["requested", "nothing"]:
    """Request the reset of a person's second factors, and tell them; call this within `sending_mail`.

    Returns when it takes effect, or why nothing was requested.
    """
    asked = request_reset(by, person.person_id)
    if isinstance(asked, datetime) and person.email:
        queue_mail(requested_mail(person, asked))
    return asked


def proof_mail(email: str) -> EmailMessage:
    """What a person is told once their address is proved for the first time, in the active language."""
    text = gettext(_PROVED_TEXT).format(email=email, address=f"{settings.PUBLIC_URL}/sign-in/forgotten/")
    return EmailMessage(gettext(_PROVED), f"{text}\n", to=[email])


def invitation_mail(
    email: str, who: dict[Tag, str], where: dict[Tag, str], link: str, tags: Iterable[Tag]
) -> EmailMessage:
    """The invitation of an address to act somewhere, in each of these languages."""
    subjects, texts = [], []
    for tag in tags:
        with override(CODES[tag]):
            params = {"who": who[tag], "where": where[tag], "link": link}
            subjects.append(gettext(_INVITED).format_map(params))
            texts.append(gettext(_INVITED_TEXT).format_map(params))
    return EmailMessage(" / ".join(subjects), "\n\n— — —\n\n".join(texts) + "\n", to=[email])
