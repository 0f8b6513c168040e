"""Tests of the flows: what comes in, what goes out, and what the core is asked in between."""
