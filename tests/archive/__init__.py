"""Backups: what they hold, that they come back whole or not at all, on either kind of database."""
