"""The settings of e-mail, and the public address of the pages; docs/reference/settings.md lists both."""

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_KINDS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_ALLOWED = (
    "smtp://host, smtp+starttls://user:password@host or smtps://user:password@host, each with :port or not"
)


class MailSettings(NamedTuple):
    """How e-mail is sent; as it stands here, nothing is."""

    backend: str = "dummy"
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False
    sender: str = "shoplink@localhost"


def mail_settings(smtp_url: str, mail_from: str, public_url: str) -> MailSettings:
    """How e-mail is sent by the settings; without an SMTP address nothing is.

    Raises ValueError that names the setting.
    """
    if not smtp_url:
        return MailSettings()
    if not public_url:
        raise ValueError(
            "SHOPLINK_PUBLIC_URL: found nothing; with SHOPLINK_SMTP_URL it has to be there, for the links in e-mails"
        )
    parts = urlsplit(smtp_url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in _KINDS or not parts.hostname or port == -1 or parts.path.strip("/") or parts.query:
        # The address itself is not repeated: it may hold a password.
        raise ValueError(f"SHOPLINK_SMTP_URL: found a {parts.scheme!r} address; allowed: {_ALLOWED}")
    return MailSettings(
        backend="smtp",
        host=parts.hostname,
        port=port or _KINDS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+starttls",
        tls=parts.scheme == "smtps",
        sender=mail_from or f"shoplink@{urlsplit(public_url).hostname}",
    )


def checked_public_url(text: str) -> str:
    """The address under which people reach the pages, with no slash at its end; raises ValueError."""
    parts = urlsplit(text or "http://localhost:8000")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(
            f"SHOPLINK_PUBLIC_URL: found {text!r}; allowed: http://host or https://host, each with :port or not"
        )
    return f"{parts.scheme}://{parts.netloc}"
