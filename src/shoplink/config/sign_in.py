"""The providers that people may sign in with, from the environment; docs/reference/settings.md lists the settings."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_OIDC = ("SHOPLINK_OIDC_ISSUER", "SHOPLINK_OIDC_CLIENT_ID", "SHOPLINK_OIDC_CLIENT_SECRET")
_TIKTOK = ("SHOPLINK_TIKTOK_CLIENT_KEY", "SHOPLINK_TIKTOK_CLIENT_SECRET")


def provider_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """The organisation's own sign-in and TikTok's, each if all that it needs is there.

    Raises ValueError that names the setting.
    """
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
            "settings": {
                "server_url": issuer,
                "email_authentication": True,
                "oauth_pkce_enabled": True,
                # Some providers write the claim email_verified as a text; the others are not believed when they do.
                "text_claims": issuer in environment.get("SHOPLINK_OIDC_TEXT_CLAIMS", "").split(","),
            },
        }
        providers["openid_connect"]["APPS"].append(app)
    if key := _complete(environment, _TIKTOK):
        app = {"name": "TikTok", "client_id": key, "secret": environment["SHOPLINK_TIKTOK_CLIENT_SECRET"]}
        providers["tiktok"]["APPS"].append(app)
    return providers


def _complete(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of several settings, which are all there or all not. Raises ValueError."""
    given = [name for name in names if environment.get(name)]
    if given and len(given) < len(names):
        missing = next(name for name in names if name not in given)
        raise ValueError(f"{missing}: found nothing; with {given[0]} it has to be there")
    return environment.get(names[0], "")
