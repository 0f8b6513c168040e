"""People in the consoles: signing in, their own settings, who belongs to a shop, an account or the staff."""

from shoplink.web.people import inbox, join, members, messages, settings, sign_in

__all__ = ["inbox", "join", "members", "messages", "settings", "sign_in"]
