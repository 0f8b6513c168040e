"""These tests need no network."""

from tests.offline import no_network

__all__ = ["no_network"]
