"""Connections whose clients do not read what they are sent: they are closed, whatever the answer is and however small.

The server library takes an answer and tells nobody when, or whether, the client has read it. The kernel knows: it counts
the bytes that a client has acknowledged. So a thread looks at the process's own connections once a second. It needs
Linux; elsewhere it looks at nothing.
"""

import errno
import os
import socket
import struct
import threading
from array import array
from contextlib import closing, suppress
from fcntl import ioctl
from pathlib import Path
from stat import S_ISSOCK
from termios import TIOCOUTQ
from time import monotonic
from typing import NamedTuple

BYTES_PER_SECOND_MIN = 1_000  # of what has been on its way for longer than a client may do nothing

_DESCRIPTORS = Path("/proc/self/fd")
_LOOK_EVERY_SECONDS = 1.0
_MOVED_BYTES = struct.Struct(
    "@120xQQ"
)  # tcpi_bytes_acked and tcpi_bytes_received of `struct tcp_info` in linux/tcp.h
_DROP_WHAT_IS_LEFT = struct.pack("ii", 1, 0)


class _Backlog(NamedTuple):
    """A connection with unread bytes: since when, when a byte moved last, and how many had moved until then."""

    since: float
    moved_at: float
    first_bytes: int
    last_bytes: int


class Readers:
    """Who has not read what."""

    def __init__(self, idle_seconds: float) -> None:
        """A client may neither read nor send for `idle_seconds` while it should, and is held to a rate after them."""
        self._idle = idle_seconds
        self._backlogs: dict[int, _Backlog] = {}  # by the inode of the socket

    def watch(self) -> None:
        """Look once a second until the process ends."""
        if _DESCRIPTORS.is_dir():
            threading.Thread(target=self._watch, name="readers", daemon=True).start()

    def look(self) -> None:
        """Close the connections whose clients are too slow."""
        now = monotonic()
        ports, unread = _own_sockets()
        backlogs = {}
        for connection in unread:
            with closing(connection), suppress(OSError):  # an error: the connection ended just now
                if connection.getsockname()[1] not in ports:
                    continue  # one of our own, to a database or a mail server
                inode = os.fstat(connection.fileno()).st_ino
                backlog = self._moved(self._backlogs.get(inode), connection, now)
                if self._is_too_slow(backlog, now):
                    _close(connection)
                else:
                    backlogs[inode] = backlog
        self._backlogs = backlogs

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(_LOOK_EVERY_SECONDS):
            self.look()

    def _moved(self, known: _Backlog | None, connection: socket.socket, now: float) -> _Backlog:
        """The backlog of a connection, with what has moved since the last look.

        What a client sends counts, too: many read the answers of a stream only once they have sent everything.
        """
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _MOVED_BYTES.size)
        moved = sum(_MOVED_BYTES.unpack(info))
        if known is None:
            return _Backlog(now, now, moved, moved)
        return known if moved == known.last_bytes else known._replace(moved_at=now, last_bytes=moved)

    def _is_too_slow(self, backlog: _Backlog, now: float) -> bool:
        held_to_seconds = now - backlog.since - self._idle
        return (
            now - backlog.moved_at >= self._idle
            or backlog.last_bytes - backlog.first_bytes < BYTES_PER_SECOND_MIN * held_to_seconds
        )


def _own_sockets() -> tuple[set[int], list[socket.socket]]:
    """The ports on which this process listens, and its TCP sockets with bytes that the other side has not acknowledged.

    The sockets are copies: each is the same connection until it is closed, whatever the server does meanwhile.
    """
    ports: set[int] = set()
    unread: list[socket.socket] = []
    waiting = array("i", [0])
    for path in _DESCRIPTORS.iterdir():
        descriptor = int(path.name)
        listens = False
        try:
            ioctl(descriptor, TIOCOUTQ, waiting)
        except OSError as error:
            if error.errno != errno.EINVAL:
                continue  # no socket
            listens = True
        with suppress(OSError):  # closed meanwhile
            if not (listens or waiting[0]) or not S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            copy = socket.socket(fileno=os.dup(descriptor))
            if copy.family not in {socket.AF_INET, socket.AF_INET6} or copy.type != socket.SOCK_STREAM:
                copy.close()
            elif listens:
                ports.add(copy.getsockname()[1])
                copy.close()
            else:
                unread.append(copy)
    return ports, unread


def _close(connection: socket.socket) -> None:
    """End a connection for the server as well, and drop what the kernel still holds of it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DROP_WHAT_IS_LEFT)
    connection.shutdown(socket.SHUT_RDWR)
