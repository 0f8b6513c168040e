"""Tests of statements: what they add up to, closing, the folder they are in, and reconciling."""
