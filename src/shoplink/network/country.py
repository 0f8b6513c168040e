"""The country of an address, from the operator's MaxMind file if one is configured, else from the embedded data."""

import json
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import distribution
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

import maxminddb
from django.conf import settings
from msgspec import Struct

from shoplink.core.instant import parse_instant
from shoplink.core.values import COUNTRIES

_EMBEDDED = "iptocc"


class CountryDatabase(Struct, frozen=True):
    """A country database: its name, its licence, and the instant at which it was built."""

    name: str
    licence: str
    made_at: datetime


class CountryDatabaseError(RuntimeError):
    """The configured country database cannot be read; the text names the file and the cause."""


def country_of(address: str) -> str | None:
    """The code of the country that an IPv4 or IPv6 address is registered in; None if unknown.

    Raises ValueError for a text that is not an address, CountryDatabaseError for a configured file that cannot be read.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if not ip.is_global:
        return None
    if settings.MMDB:
        code = _country_in(_open(settings.MMDB).get(ip))
    else:
        from iptocc import country_code  # noqa: PLC0415 (its data are loaded only where no file is configured)

        code = country_code(str(ip))
    return code if code in COUNTRIES else None  # databases also know EU, AP and the like


def country_database() -> CountryDatabase:
    """The database that `country_of` uses. Raises CountryDatabaseError if it cannot be read."""
    return _configured(settings.MMDB) if settings.MMDB else _embedded()


def _country_in(record: Any) -> str | None:
    """The country of a record, in MaxMind's form or as a flat `country_code`."""
    if not isinstance(record, dict):
        return None
    place = record.get("country") or record.get("registered_country")
    code = place.get("iso_code") if isinstance(place, dict) else record.get("country_code")
    return code if isinstance(code, str) else None


@cache
def _open(path: str) -> maxminddb.Reader:
    """The file, mapped into memory once per process."""
    try:
        return maxminddb.open_database(path)
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        raise CountryDatabaseError(
            f"SHOPLINK_MMDB: found {path!r}; allowed: a MaxMind .mmdb file ({error})"
        ) from None


def _configured(path: str) -> CountryDatabase:
    metadata = _open(path).metadata()
    made_at = datetime.fromtimestamp(metadata.build_epoch, UTC)
    return CountryDatabase(f"{metadata.database_type} ({Path(path).name})", "the operator's own", made_at)


@cache
def _embedded() -> CountryDatabase:
    """The embedded database. The bill of materials in its wheel says when it was built; its data may be a day older."""
    wheel = distribution(_EMBEDDED)
    (bill,) = (file for file in wheel.files or () if file.name.endswith(".cyclonedx.json"))
    timestamp = json.loads(bill.read_text(encoding="utf-8"))["metadata"]["timestamp"]
    made_at = parse_instant(f"{timestamp[:19]}Z")
    licence = f"{wheel.metadata['License-Expression']}; data of the regional internet registries"
    return CountryDatabase(f"{_EMBEDDED} {wheel.version}", licence, made_at)
