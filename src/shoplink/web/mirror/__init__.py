"""Shops whose links another platform decides: what happened there, as forms, and where to do it."""
