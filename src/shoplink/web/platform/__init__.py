"""The platform's console: overview, records now and in the past, rulebooks, API keys, waivers, and the audit log."""

from shoplink.web.platform import (  # isort: skip (the order of the menu)
    overview,
    search,
    record,
    decided,
    person,
    import_tables,
    orders,
    rulebooks,
    discrepancies,
    tickets,
    waivers,
    keys,
    audit,
)

__all__ = [
    "audit",
    "decided",
    "discrepancies",
    "import_tables",
    "keys",
    "orders",
    "overview",
    "person",
    "record",
    "rulebooks",
    "search",
    "tickets",
    "waivers",
]
