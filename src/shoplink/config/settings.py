"""Django's settings, read from the environment; docs/reference/settings.md lists the variables."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from shoplink.config.database import database_settings
from shoplink.config.log import logging_settings
from shoplink.config.mail import checked_public_url, mail_settings
from shoplink.config.operators import metrics_networks, metrics_token, webhook_networks
from shoplink.config.secret_key import secret_keys
from shoplink.config.sign_in import provider_settings


def whole_number(name: str, default: int, *, least: int = 1, most: int) -> int:
    """A setting that is a whole number. Raises ValueError with its name."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ValueError(f"{name}: found {text!r}; allowed: {least} to {most}")
    return int(text)


def display_name(person: Any) -> str:
    """The name of a person on allauth's pages."""
    return person.name or person.email or ""


_PACKAGE = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("SHOPLINK_HOME", "var")).resolve()
DATABASE_URL = os.environ.get("SHOPLINK_DATABASE_URL") or f"sqlite:///{HOME}/shoplink.sqlite3"
# Limits on time in PostgreSQL. Reads of a process that serves requests are limited; those of other commands may take long.
LOCK_TIMEOUT_SECONDS = whole_number("SHOPLINK_LOCK_TIMEOUT_SECONDS", 3, most=3_600)
STATEMENT_TIMEOUT_SECONDS = whole_number("SHOPLINK_STATEMENT_TIMEOUT_SECONDS", 30, most=3_600)
IDLE_IN_TRANSACTION_SECONDS = whole_number("SHOPLINK_IDLE_IN_TRANSACTION_SECONDS", 60, most=3_600)
KEEPALIVE_SECONDS = whole_number("SHOPLINK_KEEPALIVE_SECONDS", 30, most=3_600)
DATABASES = {"default": database_settings(DATABASE_URL, KEEPALIVE_SECONDS)}

SECRET_KEY, SECRET_KEY_FALLBACKS = secret_keys(os.environ)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("SHOPLINK_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
# The number of trusted proxies before the service, each of which adds to X-Forwarded-For.
PROXIES = whole_number("SHOPLINK_PROXIES", 0, least=0, most=10)
# The header in which a trusted proxy names the visitor's country, such as CF-IPCountry.
COUNTRY_HEADER = os.environ.get("SHOPLINK_COUNTRY_HEADER", "")
# Who may see /metrics and the details of /readyz: a request with the token, or from these networks.
METRICS_TOKEN, METRICS_NETWORKS = metrics_token(os.environ), metrics_networks(os.environ)
# Without a trusted proxy, the header can only come from the client.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
# The public address of the pages; links in e-mails and calendars begin with it.
PUBLIC_URL = checked_public_url(os.environ.get("SHOPLINK_PUBLIC_URL", ""))
# Cookies are Secure unless the service is reached only under this machine's own names.
_SECURE_COOKIES = (
    not set(ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]"}
    and os.environ.get("SHOPLINK_INSECURE_COOKIES") != "1"
)

# A browser takes such a cookie only over TLS and from this host itself, not from one beside it.
_COOKIE_PREFIX = "__Host-" if _SECURE_COOKIES else ""
# A year, for this host: what other hosts of the domain speak is not ours to say. Sent over TLS only.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _SECURE_COOKIES else 0

INSTALLED_APPS = [
    "shoplink.store",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "shoplink.config.apps.ProvidersOnDemand",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.tiktok",
    "shoplink.web",
]
_API = [
    "shoplink.api.http.metrics.RequestMetrics",
    "shoplink.api.http.problem.ProblemMiddleware",
    "shoplink.api.http.limits.RateLimit",
    "shoplink.config.database_errors.DatabaseUnavailable",
]
# The chain for API requests with a key (config/api_middleware.py); other requests need the whole chain.
API_KEY_MIDDLEWARE = [
    "shoplink.config.sandbox.SandboxHeader",
    "shoplink.config.host.KnownHost",
    "django.middleware.security.SecurityMiddleware",
    *_API,
]
MIDDLEWARE = [
    "shoplink.config.sandbox.SandboxHeader",
    "shoplink.config.host.KnownHost",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    *_API,
    "shoplink.web.request.limits.PageRateLimit",
    "shoplink.web.request.session_cookie.SecretSessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shoplink.web.request.reader.Reader",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "shoplink.config.urls"
USE_TZ = True
TIME_ZONE = "UTC"
# The front door (config/door.py) has limited and read every body. Only a file that a page has permitted is on disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = None
DEFAULT_AUTO_FIELD = (
    "django.db.models.AutoField"  # the tables of third-party apps use this; ours declare their own
)

LOGGING = logging_settings(os.environ.get("SHOPLINK_LOG_LEVEL", "INFO"))

_MAIL = mail_settings(
    os.environ.get("SHOPLINK_SMTP_URL", ""),
    os.environ.get("SHOPLINK_MAIL_FROM", ""),
    os.environ.get("SHOPLINK_PUBLIC_URL", ""),
)
EMAIL_BACKEND = f"django.core.mail.backends.{_MAIL.backend}.EmailBackend"
EMAIL_HOST = _MAIL.host
EMAIL_PORT = _MAIL.port
EMAIL_HOST_USER = _MAIL.user
EMAIL_HOST_PASSWORD = _MAIL.password
EMAIL_USE_TLS = _MAIL.starttls
EMAIL_USE_SSL = _MAIL.tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = _MAIL.sender

# Retention periods.
REFUSALS_KEPT_DAYS = whole_number("SHOPLINK_REFUSALS_KEPT_DAYS", 90, most=36_500)
ANSWERS_KEPT_DAYS = 30
MESSAGES_KEPT_DAYS = whole_number("SHOPLINK_MESSAGES_KEPT_DAYS", 365, most=36_500)
# How long the messages of a ticket are kept after it has ended.
TICKETS_KEPT_DAYS = whole_number("SHOPLINK_TICKETS_KEPT_DAYS", 365, most=36_500)
# By when support aims to answer a ticket for the first time, after it was opened.
FIRST_ANSWER_HOURS = whole_number("SHOPLINK_FIRST_ANSWER_HOURS", 24, most=8_760)
LOOK_UPS_KEPT_DAYS = whole_number("SHOPLINK_LOOK_UPS_KEPT_DAYS", 90, most=36_500)
LOOK_UPS_PER_HOUR = whole_number("SHOPLINK_LOOK_UPS_PER_HOUR", 300, most=1_000_000)

# Webhooks: networks that they may reach although they are not public, and whether they may do without TLS.
WEBHOOK_ALLOW = webhook_networks(os.environ)
WEBHOOK_HTTP = os.environ.get("SHOPLINK_WEBHOOK_HTTP") == "1"
WEBHOOK_ATTEMPTS_KEPT_DAYS = whole_number("SHOPLINK_WEBHOOK_ATTEMPTS_KEPT_DAYS", 30, most=36_500)

# Files of orders that were sent to a console, and what became of them; processes on several hosts share the folder.
ORDERS_FOLDER = Path(os.environ.get("SHOPLINK_ORDERS_FOLDER") or HOME / "orders").resolve()
ORDERS_KEPT_DAYS = whole_number("SHOPLINK_ORDERS_KEPT_DAYS", 400, most=36_500)

# A MaxMind .mmdb file for country look-ups; without one, the data in the package iptocc.
MMDB = os.environ.get("SHOPLINK_MMDB", "")

# The requests that one API key or one address may send: per second, and in a burst.
RATE_PER_SECOND = whole_number("SHOPLINK_RATE_PER_SECOND", 500, most=1_000_000)
RATE_BURST = whole_number("SHOPLINK_RATE_BURST", 2 * RATE_PER_SECOND, most=2_000_000)

# The requests that may wait for a thread of one process.
WAITING_MAX = whole_number("SHOPLINK_WAITING_MAX", 500, most=100_000)

# How long a client may send nothing while its request is on its way; the whole body comes within four times as long.
BODY_IDLE_SECONDS = whole_number("SHOPLINK_BODY_IDLE_SECONDS", 15, most=600)
# How large a file may be that somebody sends to a page that takes files.
UPLOAD_BYTES_MAX = whole_number("SHOPLINK_UPLOAD_MB_MAX", 100, most=10_000) << 20
# How long a process that is told to stop still answers, so that balancers notice that it is not ready.
LAME_DUCK_SECONDS = whole_number("SHOPLINK_LAME_DUCK_SECONDS", 0, least=0, most=600)

# The pages that one address and one session may request.
PAGES_PER_SECOND = whole_number("SHOPLINK_PAGES_PER_SECOND", max(RATE_PER_SECOND // 10, 1), most=1_000_000)
PAGES_BURST = 4 * PAGES_PER_SECOND

# The consoles: languages, templates, static files and browser security.
LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [_PACKAGE / "locale"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n", "shoplink.web.templatetags.shell"],
        },
    }
]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
# The name of a file under built/ contains its digest, so the file never changes.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/built/"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _SECURE_COOKIES
CSRF_FAILURE_VIEW = "shoplink.web.page.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# People and their sessions.
AUTH_USER_MODEL = "store.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["shoplink.web.people.hashing.BoundedHasher"]
_VALIDATION = "shoplink.web.people.password"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_VALIDATION}.NotLikeThePerson",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": f"{_VALIDATION}.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.NotCommon"},
    {"NAME": f"{_VALIDATION}.NotOnlyDigits"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# A session ends a fixed time after sign-in, so that no page has to write to extend it.
SESSION_ENGINE = "shoplink.store.people.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _SECURE_COOKIES

# Addresses and passwords. allauth's rate limits and its silence about who has an account stay on.
_CODE_SECONDS = 15 * 60
ACCOUNT_ADAPTER = "shoplink.web.people.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "shoplink.web.people.forms.SignUpForm"}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _SECURE_COOKIES else "http"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = display_name
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = _CODE_SECONDS
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = _CODE_SECONDS
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# How long a person who was handed off by the back office stays signed in.
HAND_OFF_SECONDS = 3600 * whole_number("SHOPLINK_HAND_OFF_HOURS", 8, most=14 * 24)
# Powerful acts of the platform ask again for the second factor after this time.
CONFIRMED_SECONDS = whole_number("SHOPLINK_CONFIRMED_SECONDS", 300, most=86_400)
ACCOUNT_RATE_LIMITS = {"invite": "30/h/user"}
# Attempts are counted in the database: nothing is forgotten before its time, and all processes see the same.
CACHES = {"default": {"BACKEND": "shoplink.flows.people.attempts.AttemptCache"}}

# Second steps.
# An address that nobody has proved gives up all second factors when it is proved (web/people/proof.py).
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_ADAPTER = "shoplink.web.people.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "shoplink"
# Browsers allow passkeys without HTTPS only on localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _SECURE_COOKIES

# Sign-in with the organisation's own provider or with TikTok.
SOCIALACCOUNT_ADAPTER = "shoplink.web.people.adapter.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = provider_settings(os.environ)
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
