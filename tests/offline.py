"""For folders whose tests need no network: whoever connects to anything fails."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True, scope="module")
def no_network() -> Iterator[None]:
    """No socket connects to anything."""

    def refuse(_socket: socket.socket, address: Any) -> None:
        raise AssertionError(f"this test connects to {address!r}; tests of this folder need no network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket.socket, "connect_ex", refuse)
        yield
