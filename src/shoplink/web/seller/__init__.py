"""The seller's console: their shops, the accounts that are linked or being linked, and what may be done next."""
