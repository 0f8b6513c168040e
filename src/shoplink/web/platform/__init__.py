"""The platform's console: overview, records now and in the past, rulebooks, API keys, waivers, and the audit log."""

from shoplink.web.platform import (  # isort: skip (the order of the menu)
    overview,
    search,
    record,
    person,
    orders,
    rulebooks,
    waivers,
    keys,
    audit,
)

__all__ = ["audit", "keys", "orders", "overview", "person", "record", "rulebooks", "search", "waivers"]
