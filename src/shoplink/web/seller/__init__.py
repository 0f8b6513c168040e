"""The seller's console: their shops, the accounts that are linked or being linked, and what may be done next."""

from shoplink.web.seller import (  # isort: skip (the order of the menu)
    home,
    accounts,
    products,
    links,
    bulk_invite,
    orders,
    invite,
    link,
    tickets,
)

__all__ = ["accounts", "bulk_invite", "home", "invite", "link", "links", "orders", "products", "tickets"]
