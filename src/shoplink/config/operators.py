"""Who may see what is for operators: `/metrics`, and the details of `/readyz`."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network

_TOKEN = "SHOPLINK_METRICS_TOKEN"  # noqa: S105 (the name of a setting)
_NETWORKS = "SHOPLINK_METRICS_NETWORKS"
_TOKEN_LENGTH_MIN = 16
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
    names = [] if text == "none" else [name.strip() for name in text.split(",")]
    try:
        return tuple(ip_network(name) for name in names)
    except ValueError:
        allowed = "none, or networks such as 10.0.0.0/8, separated by commas"
        raise ValueError(f"{_NETWORKS}: found {text!r}; allowed: {allowed}") from None
