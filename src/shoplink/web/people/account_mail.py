"""The e-mails of signing in, by the names that allauth calls them; the invitation of a new member beside them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext, override

from shoplink.web.people.device import device_name
from shoplink.web.request.reader import CODES
from shoplink.wording import Tag
from shoplink.wording.sentences import N_


class Letter(NamedTuple):
    """An e-mail: its subject, what it says, and whether it tells of a change to the person's sign-in."""

    subject: str
    text: str
    tells_of_change: bool = False


def _change(subject: str, text: str) -> Letter:
    return Letter(subject, text, tells_of_change=True)


_CODE = N_(
    "Enter this code on the page that is open in your browser:\n\n{code}\n\nIf you did not ask for it, do nothing."
)

LETTERS: dict[str, Letter] = {
    "account/email/email_confirmation": Letter(N_("Your code to confirm your address"), _CODE),
    "account/email/email_confirmation_signup": Letter(N_("Your code to confirm your address"), _CODE),
    "account/email/password_reset_code": Letter(N_("Your code to set a new password"), _CODE),
    "account/email/unknown_account": Letter(
        N_("Nobody signs in with this address"),
        N_(
            "Somebody, perhaps you, asked for a new password for {email}, but nobody signs in with this address.\n\n"
            "If it was you, try another of your addresses, or ask a member of your shop to invite this one.\n\n"
            "If it was not you, do nothing."
        ),
    ),
    "account/email/account_already_exists": Letter(
        N_("You can sign in already"),
        N_(
            "Somebody, perhaps you, wanted to sign up with {email}, but you can sign in with this address already.\n\n"
            "If you forgot your password, set a new one:\n{password_reset_url}"
        ),
    ),
    "account/email/email_changed": _change(
        N_("Your address was changed"),
        N_("You sign in with {to_email} from now on, no longer with {from_email}."),
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
        N_("You have a password now"), N_("A password was set: you can sign in with it from now on.")
    ),
    "mfa/email/recovery_codes_generated": _change(
        N_("You have new recovery codes"), N_("New recovery codes were made; the old ones no longer work.")
    ),
    "mfa/email/totp_activated": _change(
        N_("Signing in asks for a code now"), N_("An authenticator app was added to your sign-in.")
    ),
    "mfa/email/totp_deactivated": _change(
        N_("Signing in no longer asks for a code"), N_("The authenticator app was removed from your sign-in.")
    ),
    "mfa/email/webauthn_added": _change(
        N_("A passkey was added"), N_("A passkey was added to your sign-in.")
    ),
    "mfa/email/webauthn_removed": _change(
        N_("A passkey was removed"), N_("A passkey was removed from your sign-in.")
    ),
    "socialaccount/email/account_connected": _change(
        N_("You can sign in by {provider}"), N_("You can sign in by {provider} from now on.")
    ),
    "socialaccount/email/account_disconnected": _change(
        N_("You no longer sign in by {provider}"), N_("Signing in by {provider} was removed.")
    ),
}
"""Every e-mail that allauth may send here, by its template's name."""

_CHANGED = N_(
    "If this was not you, set a new password at once and sign out everywhere:\n{address}\n\n"
    "It came from the network address {ip} with this browser: {device}"
)

_INVITED = N_("You are invited to {where}")
_INVITED_TEXT = N_(
    "{who} invites you to {where} on shoplink. Accept here, within 7 days and once:\n\n{link}\n\n"
    "The invitation is for this address only. If you do not know what it is about, do nothing."
)


def letter(name: str, email: str, params: dict[str, Any]) -> EmailMessage:
    """The e-mail of a name, in the language that is active; `params` fill its text."""
    found = LETTERS[name]
    paragraphs = [gettext(found.text).format_map(params)]
    if found.tells_of_change:
        address = f"{settings.PUBLIC_URL}/settings/security/"
        device = device_name(params["user_agent"])
        paragraphs.append(gettext(_CHANGED).format_map({**params, "address": address, "device": device}))
    return EmailMessage(gettext(found.subject).format_map(params), "\n\n".join(paragraphs) + "\n", to=[email])


def invitation_letter(
    email: str, who: str, where: dict[Tag, str], link: str, tags: Iterable[Tag]
) -> EmailMessage:
    """The invitation of an address to act somewhere, in these languages one after the other."""
    subjects, texts = [], []
    for tag in tags:
        with override(CODES[tag]):
            params = {"who": who, "where": where[tag], "link": link}
            subjects.append(gettext(_INVITED).format_map(params))
            texts.append(gettext(_INVITED_TEXT).format_map(params))
    return EmailMessage(" / ".join(subjects), "\n\n— — —\n\n".join(texts) + "\n", to=[email])
