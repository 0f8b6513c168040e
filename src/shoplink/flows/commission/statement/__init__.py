"""Statements of results: written, printed, closed, and compared with what the platform says."""
