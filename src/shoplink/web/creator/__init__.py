"""The creator's console, made for a phone: invitations, showcase, videos, unlinking as the guide describes it, rights."""

from shoplink.web.creator import (  # isort: skip (the order of the menu)
    inbox,
    showcase,
    add_products,
    unlink,
    rights,
    settlements,
    tickets,
)

__all__ = ["add_products", "inbox", "rights", "settlements", "showcase", "tickets", "unlink"]
