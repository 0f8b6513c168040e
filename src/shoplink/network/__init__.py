"""Which country a network address is in, and what time it is there. Looks it up on this machine; keeps and sends nothing."""

from shoplink.network.country import CountryDatabase, CountryDatabaseError, country_database, country_of
from shoplink.network.visitor import address_of
from shoplink.network.zone import zone_of_country

__all__ = [
    "CountryDatabase",
    "CountryDatabaseError",
    "address_of",
    "country_database",
    "country_of",
    "zone_of_country",
]
