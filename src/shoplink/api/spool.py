"""A request's body read ahead of what is made of it.

Most clients read nothing before they have sent everything. Answering them line by line while they send would
stop both sides: their answers fill the connection, so nobody reads what they send.
"""

import io
import os
import tempfile
import threading
from typing import Any, BinaryIO

_PIECE_BYTES = 1 << 16
_AHEAD_BYTES_MAX = 1 << 30


class Spool(io.RawIOBase):
    """The bytes of a source, which a thread of its own takes in as fast as they come, into a file that has no name.

    At most 1 GiB is taken in ahead. An error of the source is raised where its bytes would have been read.
    """

    def __init__(self, source: BinaryIO) -> None:
        """Begin to read the source."""
        self._source = source
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed with this)
        self._written = self._read = 0
        self._ended = False
        self._error: Exception | None = None
        self._changed = threading.Condition()
        threading.Thread(target=self._fill, name="spool", daemon=True).start()

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what there is, waiting for the first byte; 0 at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._read < self._written or self._ended)
            if self._read == self._written and self._error is not None:
                raise self._error
            piece = os.pread(self._file.fileno(), min(len(buffer), self._written - self._read), self._read)
            buffer[: len(piece)] = piece
            self._read += len(piece)
            if self._read == self._written:
                self._read = self._written = 0
            self._changed.notify_all()
        return len(piece)

    def close(self) -> None:
        """Read no more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
            if not self.closed:
                self._file.close()
        super().close()

    def _fill(self) -> None:
        try:
            while piece := self._source.read(_PIECE_BYTES):
                if not self._keep(piece):
                    return
        except Exception as error:  # noqa: BLE001 (whatever it is, the reader raises it)
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _keep(self, piece: bytes) -> bool:
        """Add a piece; whether anybody still wants more."""
        with self._changed:
            self._changed.wait_for(lambda: self._written - self._read < _AHEAD_BYTES_MAX or self._ended)
            if self._ended:
                return False
            os.pwrite(self._file.fileno(), piece, self._written)
            self._written += len(piece)
            self._changed.notify_all()
            return True
