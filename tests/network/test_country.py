"""The country of an address, by the embedded data or by a file of the operator."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
from django.test import override_settings

from shoplink.network import CountryDatabaseError, country_database, country_of
from tests.network.mmdb import write

MADE_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    """A file of the operator that places the networks in other countries than the embedded data do."""
    return write(
        tmp_path / "own.mmdb",
        MADE_AT,
        {
            "8.8.8.0/24": {"country": {"iso_code": "JP"}},
            "9.9.9.0/24": {"registered_country": {"iso_code": "ID"}},
            "1.1.1.0/24": {"country_code": "VN"},
            "4.4.4.0/24": {"continent": {"code": "EU"}},
            "2001:4860::/32": {"country": {"iso_code": "TH"}},
        },
    )


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("8.8.8.8", "US"),
        ("212.58.244.1", "GB"),
        ("36.66.1.1", "ID"),
        ("114.114.114.114", "CN"),
        ("2a00:23c0::1", "GB"),
        ("2001:4860:4860::8888", "US"),
        ("::ffff:212.58.244.1", "GB"),
    ],
)
def test_an_address_is_in_the_country_that_it_is_registered_in(address: str, country: str) -> None:
    assert country_of(address) == country


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.1.1",
        "192.0.2.1",
        "::1",
        "fe80::1",
        "fd00::1",
    ],
)
def test_an_address_that_is_not_of_the_internet_is_in_no_country(address: str) -> None:
    assert country_of(address) is None


@pytest.mark.parametrize(
    "text", ["", "x", "1.2.3", "1.2.3.4/24", "1.2.3.400", "8.8.8.8, 9.9.9.9", "localhost"]
)
def test_what_is_no_address_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 address"):
        country_of(text)


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("8.8.8.8", "JP"),
        ("::ffff:8.8.8.8", "JP"),
        ("9.9.9.9", "ID"),
        ("1.1.1.1", "VN"),
        ("2001:4860:4860::8888", "TH"),
        ("4.4.4.4", None),
        ("212.58.244.1", None),
        ("127.0.0.1", None),
    ],
)
def test_a_configured_file_is_asked_instead(own_file: Path, address: str, country: str | None) -> None:
    with override_settings(MMDB=str(own_file)):
        assert country_of(address) == country


def test_the_configured_file_says_what_it_is(own_file: Path) -> None:
    with override_settings(MMDB=str(own_file)):
        found = country_database()
    assert (found.name, found.licence, found.made_at) == (
        "Test-Country (own.mmdb)",
        "the operator's own",
        MADE_AT,
    )


def test_the_embedded_database_says_its_licence_and_its_age() -> None:
    found = country_database()
    assert found.name.startswith("iptocc 3.")
    assert "Apache-2.0" in found.licence
    assert timedelta(0) < datetime.now(UTC) - found.made_at < timedelta(days=3 * 365)


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.mmdb"
    if content is not None:
        path.write_bytes(content)
    with override_settings(MMDB=str(path)):
        for ask in (country_database, lambda: country_of("8.8.8.8")):
            with pytest.raises(
                CountryDatabaseError, match=r"SHOPLINK_MMDB: found '.*broken\.mmdb'; allowed: "
            ):
                ask()


def test_a_look_up_takes_no_time() -> None:
    country_of("8.8.8.8")
    started = perf_counter()
    for number in range(1_000):
        country_of(f"8.8.{number % 250}.8")
    assert perf_counter() - started < 1
