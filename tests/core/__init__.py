"""Tests of the core: every reason, state, event and right of the specification."""
