"""Tickets with support: when they may be opened, who sees what, and what ends them."""
