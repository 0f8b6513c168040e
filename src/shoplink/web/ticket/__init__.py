"""Tickets in the consoles: how one looks, the pages of the side that opened it, and the offer of a new one."""
