"""Rows about people: memberships, sessions, sign-in links, API keys, calendars, inboxes and outgoing e-mail."""
