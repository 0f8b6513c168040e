"""Tests of the store and the write path, on both databases."""
