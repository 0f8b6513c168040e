"""Our texts for allauth's messages and errors."""

from django.utils.translation import gettext_lazy as _

from shoplink.wording.sentences import N_

SUCCESS_MESSAGES: dict[str, str] = {
    "account/messages/email_confirmation_sent.txt": N_("A code was sent to {email}."),
    "account/messages/email_confirmation_failed.txt": N_(
        "{email} cannot be confirmed: somebody else uses it."
    ),
    "account/messages/email_confirmed.txt": N_("{email} is confirmed."),
    "account/messages/password_changed.txt": N_("Your password is changed."),
    "account/messages/password_set.txt": N_("Your password is set."),
    "mfa/messages/recovery_codes_generated.txt": N_("New recovery codes were created."),
    "mfa/messages/totp_activated.txt": N_("The authenticator app is added."),
    "mfa/messages/totp_deactivated.txt": N_("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": N_("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": N_("The passkey is removed."),
    "socialaccount/messages/account_connected.txt": N_("You can now sign in that way."),
    "socialaccount/messages/account_connected_other.txt": N_("Somebody else already signs in that way."),
    "socialaccount/messages/account_disconnected.txt": N_("You no longer sign in that way."),
}
"""Success messages by the names of allauth's templates. Sign-in and sign-out show none: the page makes them obvious."""

REAUTHENTICATION_METHODS = {
    "reauthenticate": N_("Use your password"),
    "mfa_reauthenticate:webauthn": N_("Use a passkey"),
    "mfa_reauthenticate": N_("Use a code"),
}
"""The ways to reauthenticate by allauth's names, the easiest first."""

ACCOUNT_ERRORS = {
    "account_inactive": _(
        "Your access is blocked. If you think this is a mistake, contact the people who run this service."
    ),
    "email_password_mismatch": _("The address or the password is wrong."),
    "email_taken": _("This address cannot be used."),
    "enter_current_password": _("Enter your current password."),
    "incorrect_code": _("This code is wrong or no longer works."),
    "incorrect_password": _("The password is wrong."),
    "invalid_or_expired_key": _("This code is wrong or no longer works."),
    "invalid_login": _("The address or the password is wrong."),
    "same_as_current": _("This is already your address."),
    "too_many_login_attempts": _("Too many attempts failed. Wait a few minutes and try again."),
    "rate_limited": _("Too many attempts. Wait a few minutes and try again."),
}
SECOND_STEP_ERRORS = {
    "incorrect_code": _("This code is wrong or no longer works."),
    "cannot_generate_recovery_codes": _("Add an authenticator app or a passkey first."),
    "unverified_email": _("Confirm your address first."),
}
PROVIDER_ERRORS = {
    "email_taken": _("You can already sign in here. Sign in first, then add %s in your settings."),
    "no_password": _("Set a password first: this is your only way to sign in."),
    "connected_other": _("Somebody else already signs in that way."),
    "disconnect_last": _("This is your only way to sign in."),
}
