"""Tickets in the consoles: their view models, the pages of the side that opened them, and the offer of a new one."""
