"""What the settings name outside of this machine, asked: the mail server and the provider that people sign in with."""

import smtplib
import ssl
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

_SECONDS = 10
_DISCOVERY = "/.well-known/openid-configuration"
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def try_mail(send_to: str | None) -> tuple[str, list[str]]:
    """What became of greeting the mail server, as it is told to send; and what is wrong. With an address, send an e-mail to it."""
    if not settings.EMAIL_HOST or settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        wrong = (
            ["--mail-to has no effect: SHOPLINK_SMTP_URL is not set, so no e-mail is sent"] if send_to else []
        )
        return "none", wrong
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection = get_connection(timeout=_SECONDS)
    try:
        # Connects, says EHLO, begins TLS and signs in, as the settings say.
        connection.open()
        if send_to:
            _send(send_to, connection)
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        return f"{server} fails", [f"SHOPLINK_SMTP_URL: {server} {_why(error)}"]
    return f"{server} " + (f"took an e-mail to {send_to}" if send_to else "answers"), []


def _send(address: str, connection: Any) -> None:
    text = f"The e-mail settings of {settings.PUBLIC_URL} work.\n"
    EmailMessage("shoplink: a test", text, to=[address], connection=connection).send()


def _why(error: Exception) -> str:
    """What went wrong, without what the server said: it may repeat an address."""
    match error:
        case smtplib.SMTPAuthenticationError():
            why = "does not take this user and password"
        case smtplib.SMTPNotSupportedError():
            why = "does not offer what is asked of it (STARTTLS, or signing in)"
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPSenderRefused() | smtplib.SMTPDataError():
            why = f"takes no e-mail from SHOPLINK_MAIL_FROM to this address ({_code(error)})"
        case smtplib.SMTPException():
            why = (
                f"does not speak SMTP as expected ({type(error).__name__}); TLS from the start needs smtps://"
            )
        case ssl.SSLError():
            why = f"cannot be spoken to with TLS ({error.reason or type(error).__name__})"
        case _:
            why = (
                f"cannot be reached ({error.strerror or type(error).__name__})"
                if isinstance(error, OSError)
                else ""
            )
    return why


def _code(error: Exception) -> str:
    codes = (
        [code for code, _ in error.recipients.values()]
        if isinstance(error, smtplib.SMTPRecipientsRefused)
        else []
    )
    return str(codes[0] if codes else getattr(error, "smtp_code", ""))


def try_provider() -> tuple[str, list[str]]:
    """What became of asking the provider that people sign in with for its addresses; and what is wrong."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    if not apps:
        return "none", []
    issuer: str = apps[0]["settings"]["server_url"]
    if problem := _discover(issuer):
        return f"{issuer} fails", [f"SHOPLINK_OIDC_ISSUER: {problem}"]
    return f"{issuer} answers", []


def _discover(issuer: str) -> str:
    """What is wrong with the addresses that a provider gives; '' if nothing is."""
    import requests  # noqa: PLC0415 (only who asks a provider needs it)

    address = issuer.rstrip("/") + _DISCOVERY
    try:
        answer = requests.get(address, timeout=_SECONDS)
        found = answer.json() if answer.ok else None
    except requests.JSONDecodeError:
        return f"{address} is no JSON"
    except requests.RequestException as error:
        return f"{issuer} cannot be reached ({type(error).__name__})"
    if not answer.ok:
        return f"{address} is answered with {answer.status_code}"
    found = found if isinstance(found, dict) else {}
    said = found.get("issuer")
    if not isinstance(said, str) or said.rstrip("/") != issuer.rstrip("/"):
        return f"found {issuer!r}, but the provider calls itself {said!r}"
    missing = [name for name in _NEEDED if not found.get(name)]
    return f"the provider names no {', '.join(missing)}" if missing else ""
