"""Which country a network address is in. Looks it up on this machine; keeps and sends nothing."""

from shoplink.network.country import CountryDatabase, CountryDatabaseError, country_database, country_of
from shoplink.network.visitor import address_of

__all__ = ["CountryDatabase", "CountryDatabaseError", "address_of", "country_database", "country_of"]
