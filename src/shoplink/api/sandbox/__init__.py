"""What only a sandbox has: a clock that can be moved."""
