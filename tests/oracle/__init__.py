"""The oracle: a naive implementation of domain.md, and streams of commands to compare it with the core."""
