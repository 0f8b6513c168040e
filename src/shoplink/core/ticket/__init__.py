"""Tickets with support (domain.md section 8): the question of a ticket, its assessment, its commands, events and decisions.

The modules mirror those of the core. `desk` is the part of the World that holds tickets, and `assessment` says whether
support can help.
"""
