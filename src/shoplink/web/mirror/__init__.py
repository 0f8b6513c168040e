"""Shops whose links another platform decides: what happened there, as forms and lists, and where to do it."""

from shoplink.web.mirror import pages

__all__ = ["pages"]
