"""The creator's console, made for a phone: invitations, showcase, videos, unlinking as the guide describes it, rights."""

from shoplink.web.creator import (  # isort: skip (the order of the menu)
    inbox,
    unlink,
    history,
    settlements,
    showcase,
    add_products,
    rights,
    tickets,
)

__all__ = ["add_products", "history", "inbox", "rights", "settlements", "showcase", "tickets", "unlink"]
