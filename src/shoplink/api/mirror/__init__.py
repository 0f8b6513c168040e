"""Shops whose links another platform decides: its lists of current links."""
