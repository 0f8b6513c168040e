"""People in the consoles: signing in, their own settings, who belongs to a shop, an account or the staff."""

from shoplink.web.people import inbox, messages

__all__ = ["inbox", "messages"]
