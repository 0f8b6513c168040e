"""Files that people send: on disk while they are on their way, and a few at a time."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO

from shoplink.server.body import BodyReader, BodyRefusedError, Receive, stated_length
from shoplink.server.environ import Scope

_AT_A_TIME = 4
_WHOLE_SECONDS = 3_600


class UploadRoom:
    """The files that may be on their way together. Only requests that the application has permitted come here."""

    def __init__(self, idle_seconds: float) -> None:
        """A client may send nothing for `idle_seconds`, and has an hour for the whole body."""
        self._idle_seconds, self._open = idle_seconds, 0

    @asynccontextmanager
    async def read(self, scope: Scope, receive: Receive, limit: int) -> AsyncIterator[tuple[BinaryIO, int]]:
        """The body of a request, of at most `limit` bytes, as a file that goes with the block, and its length.

        Raises BodyRefusedError if it is larger or too slow, or if others are on their way (`overloaded`), and
        ClientGoneError.
        """
        if self._open >= _AT_A_TIME:
            raise BodyRefusedError("overloaded")
        self._open += 1
        try:
            with tempfile.TemporaryFile() as file:
                size = await self._fill(file, scope, receive, limit)
                yield file, size
        finally:
            self._open -= 1

    async def _fill(self, file: BinaryIO, scope: Scope, receive: Receive, limit: int) -> int:
        reader = BodyReader(receive, self._idle_seconds, _WHOLE_SECONDS)
        stated = stated_length(scope)
        if stated is not None and stated > limit:
            await reader.drop(scope, limit)
        size = 0
        while size != stated and (piece := await reader.piece()) is not None:
            size += len(piece)
            if size > limit:
                await reader.drop(scope, limit)
            file.write(piece)
        file.seek(0)
        return size
