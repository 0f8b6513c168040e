"""Rows of tickets and the texts written in them."""
