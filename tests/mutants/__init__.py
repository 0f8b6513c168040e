"""Mutation testing: plant one small fault at a time in a copy of the code, and see whether a test notices it."""
