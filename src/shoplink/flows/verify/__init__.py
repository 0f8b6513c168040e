"""Verify a database: replay its event log and compare every row with the result."""
