"""Subcommands that keep a whole database safe, and move it."""
