"""The database itself: SQL text for both kinds, column types, ownership, clock and health."""
