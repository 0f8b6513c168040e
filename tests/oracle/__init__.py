"""The oracle: a naive reading of domain.md, and streams of commands to compare it with."""
