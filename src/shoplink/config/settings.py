"""Django's settings, all from the environment; docs/reference/settings.md lists them."""

import os
from pathlib import Path

from shoplink.config import sign_in, web
from shoplink.config.database import database_settings
from shoplink.config.log import logging_settings
from shoplink.config.mail import checked_public_url, mail_settings


def whole_number(name: str, default: int, *, least: int = 1, most: int) -> int:
    """A setting that is a whole number; raises ValueError that names it."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ValueError(f"{name}: found {text!r}; allowed: {least} to {most}")
    return int(text)


HOME = Path(os.environ.get("SHOPLINK_HOME", "var")).resolve()
DATABASE_URL = os.environ.get("SHOPLINK_DATABASE_URL") or f"sqlite:///{HOME}/shoplink.sqlite3"
DATABASES = {"default": database_settings(DATABASE_URL)}

SECRET_KEY = os.environ.get("SHOPLINK_SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("SHOPLINK_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
INSTALLED_APPS = ["shoplink.store", *sign_in.APPS, *web.APPS]
_API = [
    "shoplink.api.measure.Measure",
    "shoplink.api.edge.Edge",
    "shoplink.api.limits.Limits",
    "shoplink.config.database_errors.DatabaseAway",
]
# What a program's request passes; pages need more, and so does a request of the API without a key (config/wsgi.py).
PROGRAM_MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", *_API]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    *web.BEFORE,
    *_API,
    *web.MIDDLEWARE,
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "shoplink.config.urls"
USE_TZ = True
TIME_ZONE = "UTC"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DEFAULT_AUTO_FIELD = (
    "django.db.models.AutoField"  # what the tables of others were made with; ours say their own
)

# The address under which people reach the pages; the links in e-mails and calendars begin with it.
PUBLIC_URL = checked_public_url(os.environ.get("SHOPLINK_PUBLIC_URL", ""))
globals().update(
    mail_settings(
        os.environ.get("SHOPLINK_SMTP_URL", ""),
        os.environ.get("SHOPLINK_MAIL_FROM", ""),
        os.environ.get("SHOPLINK_PUBLIC_URL", ""),
    )
)

LOGGING = logging_settings(os.environ.get("SHOPLINK_LOG_LEVEL", "INFO"))

REFUSALS_KEPT_DAYS = whole_number("SHOPLINK_REFUSALS_KEPT_DAYS", 90, most=36_500)
ANSWERS_KEPT_DAYS = 30
MESSAGES_KEPT_DAYS = whole_number("SHOPLINK_MESSAGES_KEPT_DAYS", 365, most=36_500)
# How long what people wrote in a ticket is kept once it has ended.
TICKETS_KEPT_DAYS = whole_number("SHOPLINK_TICKETS_KEPT_DAYS", 365, most=36_500)
LOOK_UPS_KEPT_DAYS = whole_number("SHOPLINK_LOOK_UPS_KEPT_DAYS", 90, most=36_500)
LOOK_UPS_PER_HOUR = whole_number("SHOPLINK_LOOK_UPS_PER_HOUR", 300, most=1_000_000)

# A MaxMind .mmdb file to look countries up in; without one, the data that the package iptocc holds.
MMDB = os.environ.get("SHOPLINK_MMDB", "")

# Requests that one API key, and one address, may send to one process: so many a second, and so many at once.
RATE_PER_SECOND = whole_number("SHOPLINK_RATE_PER_SECOND", 500, most=1_000_000)
RATE_BURST = whole_number("SHOPLINK_RATE_BURST", 2 * RATE_PER_SECOND, most=2_000_000)
# How many proxies of the operator's own stand before the service, each adding to X-Forwarded-For.
PROXIES = whole_number("SHOPLINK_PROXIES", 0, least=0, most=10)
# The header in which a trusted proxy says which country the visitor is in, such as CF-IPCountry.
COUNTRY_HEADER = os.environ.get("SHOPLINK_COUNTRY_HEADER", "")

globals().update(web.web_settings(ALLOWED_HOSTS))
globals().update(sign_in.sign_in_settings(os.environ, https=globals()["SESSION_COOKIE_SECURE"]))
