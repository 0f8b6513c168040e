"""Settings that are allowed each by itself, but not together, and names that are nearly one. Nothing outside is asked."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http.request import validate_host

KNOWN = frozenset(
    (
        "SHOPLINK_FIRST_ANSWER_HOURS",
        "SHOPLINK_HOME",
        "SHOPLINK_DATABASE_URL",
        "SHOPLINK_SECRET_KEY",
        "SHOPLINK_SECRET_KEY_FALLBACKS",
        "SHOPLINK_ALLOWED_HOSTS",
        "SHOPLINK_LOG_LEVEL",
        "SHOPLINK_REFUSALS_KEPT_DAYS",
        "SHOPLINK_TICKETS_KEPT_DAYS",
        "SHOPLINK_MESSAGES_KEPT_DAYS",
        "SHOPLINK_SMTP_URL",
        "SHOPLINK_MAIL_FROM",
        "SHOPLINK_PUBLIC_URL",
        "SHOPLINK_ORDERS_FOLDER",
        "SHOPLINK_ORDERS_KEPT_DAYS",
        "SHOPLINK_UPLOAD_MB_MAX",
        "SHOPLINK_LOOK_UPS_KEPT_DAYS",
        "SHOPLINK_LOOK_UPS_PER_HOUR",
        "SHOPLINK_OIDC_ISSUER",
        "SHOPLINK_OIDC_CLIENT_ID",
        "SHOPLINK_OIDC_CLIENT_SECRET",
        "SHOPLINK_OIDC_NAME",
        "SHOPLINK_OIDC_TEXT_CLAIMS",
        "SHOPLINK_TIKTOK_CLIENT_KEY",
        "SHOPLINK_TIKTOK_CLIENT_SECRET",
        "SHOPLINK_MMDB",
        "SHOPLINK_RATE_PER_SECOND",
        "SHOPLINK_RATE_BURST",
        "SHOPLINK_BODY_IDLE_SECONDS",
        "SHOPLINK_WAITING_MAX",
        "SHOPLINK_LAME_DUCK_SECONDS",
        "SHOPLINK_HAND_OFF_HOURS",
        "SHOPLINK_CONFIRMED_SECONDS",
        "SHOPLINK_PAGES_PER_SECOND",
        "SHOPLINK_LOCK_TIMEOUT_SECONDS",
        "SHOPLINK_STATEMENT_TIMEOUT_SECONDS",
        "SHOPLINK_IDLE_IN_TRANSACTION_SECONDS",
        "SHOPLINK_KEEPALIVE_SECONDS",
        "SHOPLINK_PROXIES",
        "SHOPLINK_METRICS_TOKEN",
        "SHOPLINK_METRICS_NETWORKS",
        "SHOPLINK_COUNTRY_HEADER",
        "SHOPLINK_INSECURE_COOKIES",
        "SHOPLINK_WEBHOOK_ALLOW",
        "SHOPLINK_WEBHOOK_HTTP",
        "SHOPLINK_WEBHOOK_ATTEMPTS_KEPT_DAYS",
    )
)
"""The settings of docs/reference/settings.md."""

_PREFIX = "SHOPLINK_"
_ALIKE = 0.8  # of 1; further apart it is another program's, such as the proxy's in deploy/
_HEADER = re.compile(r"[A-Za-z0-9-]+")


def contradictions(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each, in words for the operator; no value that is secret is repeated."""
    return [*_misspelt(environment), *_hosts(), *_cookies(), *_proxies(), *_country_header()]


def _misspelt(environment: Mapping[str, str]) -> Iterator[str]:
    names = sorted(name.removeprefix(_PREFIX) for name in KNOWN)
    for name in sorted(environment):
        given = name.removeprefix(_PREFIX)
        if given == name or given in names:
            continue
        begun = [each for each in names if each.startswith(f"{given}_")]
        if near := begun or get_close_matches(given, names, n=1, cutoff=_ALIKE):
            yield f"{name} is no setting, and is ignored; did you mean {_PREFIX}{near[0]}?"


def _hosts() -> Iterator[str]:
    for name in settings.ALLOWED_HOSTS:
        if "/" in name or name != name.strip() or (":" in name and not name.startswith("[")):
            yield f"SHOPLINK_ALLOWED_HOSTS holds {name!r}, which no request has: a host name has no scheme, port, path or space"
    host = _public().hostname or ""
    asked = f"[{host}]" if ":" in host else host
    if not validate_host(asked, settings.ALLOWED_HOSTS):
        yield (
            f"the host of SHOPLINK_PUBLIC_URL, {asked!r}, is not in SHOPLINK_ALLOWED_HOSTS: every link in e-mails is answered with 400"
        )


def _cookies() -> Iterator[str]:
    if settings.SESSION_COOKIE_SECURE and _public().scheme == "http":
        yield (
            "SHOPLINK_PUBLIC_URL has http:// but the service is called by the name of another machine: browsers keep no cookies"
            " without TLS, so nobody can sign in; put a proxy with TLS in front, or set SHOPLINK_INSECURE_COOKIES=1 for a trial"
        )


def _proxies() -> Iterator[str]:
    if not settings.PROXIES and _public().scheme == "https":
        yield (
            "SHOPLINK_PUBLIC_URL has https:// but SHOPLINK_PROXIES is 0: no proxy is trusted, and forms are rejected"
        )


def _country_header() -> Iterator[str]:
    name = settings.COUNTRY_HEADER
    if name and not _HEADER.fullmatch(name):
        yield f"SHOPLINK_COUNTRY_HEADER is {name!r}, which is no name of a header"
    elif name and not settings.PROXIES:
        yield f"SHOPLINK_COUNTRY_HEADER is {name!r} but SHOPLINK_PROXIES is 0: clients write that header themselves"


def _public() -> SplitResult:
    return urlsplit(settings.PUBLIC_URL)
