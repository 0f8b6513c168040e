"""A sandbox, whose clock is moved."""
