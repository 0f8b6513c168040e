"""Creators of orders that are in another export than the orders."""
