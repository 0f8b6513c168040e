"""The settings of people and of signing in, from the environment; docs/reference/settings.md lists them."""

from typing import Any

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


def sign_in_settings() -> dict[str, Any]:
    """Django's and allauth's settings of signing in."""
    return {"AUTH_USER_MODEL": "store.Person"}
