"""The country and time zone of a network address, looked up on this machine. Nothing is stored or sent."""

from shoplink.network.country import CountryDatabase, CountryDatabaseError, country_database, country_of
from shoplink.network.visitor import address_of
from shoplink.network.zone import zone_of_country, zone_of_market

__all__ = [
    "CountryDatabase",
    "CountryDatabaseError",
    "address_of",
    "country_database",
    "country_of",
    "zone_of_country",
    "zone_of_market",
]
