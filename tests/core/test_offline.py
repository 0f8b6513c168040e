"""The core's tests reach no network."""

import socket

import pytest


def test_nothing_connects_to_anything() -> None:
    with pytest.raises(AssertionError, match="need no network"):
        socket.create_connection(("127.0.0.1", 1))
