"""People in the consoles: sign-in, settings, messages, and the members of shops, accounts and staff."""

from shoplink.web.people import inbox, join, members, messages, settings, sign_in

__all__ = ["inbox", "join", "members", "messages", "settings", "sign_in"]
