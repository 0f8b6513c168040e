"""Queries for pages and the API. Nothing here locks or writes, except where a look-up is recorded."""
