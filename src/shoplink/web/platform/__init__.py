"""The platform's console: how it is doing, every record and its past, rulebooks, keys, waivers, and who did what."""

from shoplink.web.platform import (  # isort: skip (the order of the menu)
    overview,
    search,
    record,
    person,
    rulebooks,
    waivers,
    keys,
    audit,
)

__all__ = ["audit", "keys", "overview", "person", "record", "rulebooks", "search", "waivers"]
