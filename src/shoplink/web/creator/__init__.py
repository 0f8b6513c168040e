"""The creator's console, made for a phone: invitations, the way to unlink that the guide describes, and what I may do."""

from shoplink.web.creator import (  # isort: skip (the order of the menu)
    inbox,
    showcase,
    adding,
    unlinking,
    rights,
    tickets,
)

__all__ = ["adding", "inbox", "rights", "showcase", "tickets", "unlinking"]
