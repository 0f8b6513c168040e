"""Where a request may go: addresses of endpoints are read strictly, resolved once, and every address they lead to is checked.

Otherwise the owner of an endpoint could reach what only this service can: itself, its neighbours, and the metadata
service of its cloud, which gives out keys.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from msgspec import Struct

from shoplink.core.values import WrongValueError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

URL_LENGTH_MAX = 2_000
URL = "an address such as https://example.com/hooks, without user name and fragment"
URL_PUBLIC = "the address of a host on the internet; no private, local or reserved one"

_HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_PRINTABLE = re.compile(r"[!-~]+")
_PORTS = {"https": 443, "http": 80}

_REFUSED: tuple[Network, ...] = (
    # Addresses that stand for an IPv4 address, which would be reached behind the back of this check.
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),
    ip_network("2001::/32"),
    ip_network("::/96"),
    # What some versions of Python call public; Oracle's metadata are there.
    ip_network("192.0.0.0/24"),
    ip_network("192.88.99.0/24"),
    # Azure's own services, behind an address that looks public.
    ip_network("168.63.129.16/32"),
)


class RefusedAddressError(Exception):
    """An address that no request may go to; `kind` says why: `address_refused` or `unresolved`."""

    def __init__(self, kind: str) -> None:
        """`kind` says why."""
        super().__init__(kind)
        self.kind = kind


class Target(Struct, frozen=True):
    """Where a request goes: the address to connect to, and the host whose name and certificate it must have."""

    address: str
    host: str
    port: int
    path: str
    tls: bool

    @property
    def authority(self) -> str:
        """What the header `Host` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"


def read_url(text: str) -> str:
    """The address of an endpoint. Raises WrongValueError.

    HTTPS, unless a setting allows HTTP; a host by its name, or by its address in the usual form. An address that is
    refused is refused here already; a name is resolved when something is sent.
    """
    try:
        if not _PRINTABLE.fullmatch(text) or len(text) > URL_LENGTH_MAX:
            raise WrongValueError(text, URL)
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise WrongValueError(text, URL) from None
    schemes = {"https", "http"} if settings.WEBHOOK_HTTP else {"https"}
    if parts.scheme not in schemes or "@" in parts.netloc or "#" in text or "\\" in text or port == 0:
        raise WrongValueError(text, URL)
    address = _literal(host)
    if address is None and not _HOST.fullmatch(host):
        raise WrongValueError(text, URL)
    if address is not None and not is_allowed(address):
        raise WrongValueError(text, URL_PUBLIC)
    return text


def resolve(url: str) -> Target:
    """Where a request to an endpoint goes. Resolves its host once; raises RefusedAddressError."""
    try:
        parts = urlsplit(read_url(url))
    except WrongValueError:  # the settings have changed since
        raise RefusedAddressError("address_refused") from None
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise RefusedAddressError("unresolved") from None
    addresses = [ip_address(one[4][0]) for one in found]
    # One that is refused refuses all: no honest name leads to both.
    if not addresses or not all(map(is_allowed, addresses)):
        raise RefusedAddressError("address_refused")
    return Target(str(addresses[0]), host, port, _path(parts), parts.scheme == "https")


def is_allowed(address: Address) -> bool:
    """Whether a request may go to an address: a public one, or one in a network that a setting names."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if _is_in(address, settings.WEBHOOK_ALLOW):
        return True
    if _is_in(address, _REFUSED) or address.is_multicast or address.is_reserved:
        return False
    return address.is_global and not (isinstance(address, IPv6Address) and address.is_site_local)


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _literal(host: str) -> Address | None:
    """The address that a host is in the usual form; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
