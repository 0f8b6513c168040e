"""What makes the package and is no part of it."""
