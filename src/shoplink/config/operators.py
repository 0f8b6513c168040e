"""Whom operators trust: who may see `/metrics` and the details of `/readyz`, and which networks webhooks may reach."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network

_TOKEN = "SHOPLINK_METRICS_TOKEN"  # noqa: S105 (the name of a setting)
_NETWORKS = "SHOPLINK_METRICS_NETWORKS"
_TOKEN_LENGTH_MIN = 16
_WEBHOOKS = "SHOPLINK_WEBHOOK_ALLOW"
_PRIVATE = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"

Network = IPv4Network | IPv6Network


def metrics_token(environment: Mapping[str, str]) -> str:
    """The token that operators send; '' if there is none. Raises ValueError."""
    token = environment.get(_TOKEN, "")
    if token and not (len(token) >= _TOKEN_LENGTH_MIN and token.isascii() and token.isprintable()):
        raise ValueError(f"{_TOKEN}: allowed: at least {_TOKEN_LENGTH_MIN} printable ASCII characters")
    return token


def metrics_networks(environment: Mapping[str, str]) -> tuple[Network, ...]:
    """The networks whose addresses need no token; `none` is none. Raises ValueError."""
    text = environment.get(_NETWORKS) or _PRIVATE
    return () if text == "none" else _networks(_NETWORKS, text)


def webhook_networks(environment: Mapping[str, str]) -> tuple[Network, ...]:
    """The networks that webhooks may reach although they are not public; none by default. Raises ValueError."""
    text = environment.get(_WEBHOOKS) or "none"
    return () if text == "none" else _networks(_WEBHOOKS, text)


def _networks(setting: str, text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(name.strip()) for name in text.split(","))
    except ValueError:
        allowed = "none, or networks such as 10.0.0.0/8, separated by commas"
        raise ValueError(f"{setting}: found {text!r}; allowed: {allowed}") from None
