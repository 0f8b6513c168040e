"""Backups: a whole database as one file, which either kind of database is restored from."""
