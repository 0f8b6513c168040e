"""The core's tests reach no network."""

import socket

import pytest


def test_nothing_connects_to_anything() -> None:
    with socket.socket() as probe, pytest.raises(AssertionError, match="need no network"):
        probe.connect(("127.0.0.1", 1))
