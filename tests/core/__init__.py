"""The core proved: every reason, state, event and right of the specification."""
