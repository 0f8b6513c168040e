"""The settings of people and of signing in, from the environment; docs/reference/settings.md lists them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.tiktok",
]

_OIDC = ("SHOPLINK_OIDC_ISSUER", "SHOPLINK_OIDC_CLIENT_ID", "SHOPLINK_OIDC_CLIENT_SECRET")
_TIKTOK = ("SHOPLINK_TIKTOK_CLIENT_KEY", "SHOPLINK_TIKTOK_CLIENT_SECRET")
_SIGNED_IN_DAYS = 14
_PASSWORD_LENGTH_MIN = 10
_CODE_SECONDS = 15 * 60


def sign_in_settings(environment: Mapping[str, str], *, https: bool) -> dict[str, Any]:
    """Django's and allauth's settings of signing in.

    `https`: people reach the pages by it. Raises ValueError that names the setting.
    """
    return {
        "AUTH_USER_MODEL": "store.Person",
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "AUTH_PASSWORD_VALIDATORS": _validators(),
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/",
        # A session ends so long after signing in, however much it is used: no page writes to make it last.
        "SESSION_ENGINE": "shoplink.store.people.sessions",
        "SESSION_COOKIE_AGE": _SIGNED_IN_DAYS * 24 * 3600,
        **_account(https=https),
        **_second_step(https=https),
        **_providers(environment),
    }


def _validators() -> list[dict[str, Any]]:
    names = {
        "UserAttributeSimilarityValidator": {"user_attributes": ("name", "email")},
        "MinimumLengthValidator": {"min_length": _PASSWORD_LENGTH_MIN},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }
    prefix = "django.contrib.auth.password_validation."
    return [{"NAME": prefix + name, "OPTIONS": options} for name, options in names.items()]


def _account(*, https: bool) -> dict[str, Any]:
    """Addresses and passwords. allauth's rate limits and its silence about who has an account stay on."""
    forms = "shoplink.web.people.forms."
    return {
        "ACCOUNT_ADAPTER": "shoplink.web.people.adapter.AccountAdapter",
        "ACCOUNT_FORMS": {"signup": f"{forms}SignUpForm"},
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if https else "http",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_USER_DISPLAY": lambda person: person.name or person.email or "",
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
        "ACCOUNT_SESSION_REMEMBER": True,
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True,
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT": _CODE_SECONDS,
        "ACCOUNT_CHANGE_EMAIL": True,
        "ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED": True,
        "ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT": _CODE_SECONDS,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        "ACCOUNT_RATE_LIMITS": {"invite": "30/h/user"},
    }


def _second_step(*, https: bool) -> dict[str, Any]:
    return {
        "MFA_ADAPTER": "shoplink.web.people.adapter.SecondStepAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_TOTP_ISSUER": "shoplink",
        # Browsers themselves allow passkeys without HTTPS on localhost only.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not https,
    }


def _providers(environment: Mapping[str, str]) -> dict[str, Any]:
    """The organisation's own sign-in and TikTok's, each if all that it needs is there."""
    providers: dict[str, Any] = {"openid_connect": {"APPS": []}, "tiktok": {"APPS": []}}
    if issuer := _complete(environment, _OIDC):
        parts = urlsplit(issuer)
        if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1"}:
            raise ValueError(f"SHOPLINK_OIDC_ISSUER: found {issuer!r}; allowed: an address with https://")
        app = {
            "provider_id": "oidc",
            "name": environment.get("SHOPLINK_OIDC_NAME") or parts.hostname,
            "client_id": environment["SHOPLINK_OIDC_CLIENT_ID"],
            "secret": environment["SHOPLINK_OIDC_CLIENT_SECRET"],
            # The organisation's own provider says whose address is whose: a person is found by it.
            "settings": {"server_url": issuer, "email_authentication": True, "oauth_pkce_enabled": True},
        }
        providers["openid_connect"]["APPS"].append(app)
    if key := _complete(environment, _TIKTOK):
        app = {"name": "TikTok", "client_id": key, "secret": environment["SHOPLINK_TIKTOK_CLIENT_SECRET"]}
        providers["tiktok"]["APPS"].append(app)
    return {
        "SOCIALACCOUNT_ADAPTER": "shoplink.web.people.adapter.ProviderAdapter",
        "SOCIALACCOUNT_PROVIDERS": providers,
        "SOCIALACCOUNT_ONLY": False,
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "SOCIALACCOUNT_REQUESTS_TIMEOUT": 5,
    }


def _complete(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of several settings, which are all there or all not. Raises ValueError."""
    given = [name for name in names if environment.get(name)]
    if given and len(given) < len(names):
        missing = next(name for name in names if name not in given)
        raise ValueError(f"{missing}: found nothing; with {given[0]} it has to be there")
    return environment.get(names[0], "")
