"""JSON in and out: bodies within their limit, pages of lists, and values with their instants in the promised form."""

import io
import os
import re
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.problem import ProblemError
from shoplink.core.instant import format_instant
from shoplink.core.parse import MalformedError

BODY_LIMIT_BYTES = 1 << 20
_READ_BEYOND_THE_LIMIT = 16  # times the limit
_PIECE_BYTES = 1 << 16
_AHEAD_BYTES_MAX = 1 << 30

T = TypeVar("T")
Row = TypeVar("Row")


class Page(Struct, Generic[T], frozen=True):
    """One page; `next` is the cursor of the page behind it, null at the end."""

    items: list[T]
    next: str | None


def one_page(
    rows: list[Row], limit: int, key: Callable[[Row], int | str], show: Callable[[Row], T | None]
) -> Page[T]:
    """A page of at most `limit` of the rows; one row more says that there is another page.

    A row for which `show` returns None is left out.
    """
    shown = [body for row in rows[:limit] if (body := show(row)) is not None]
    return Page(shown, str(key(rows[limit - 1])) if len(rows) > limit else None)


def plain(value: Any) -> Any:
    """A value as JSON knows it: structs as objects, instants with `Z` and as short as possible."""
    return _with_instants_as_text(msgspec.to_builtins(value, builtin_types=(datetime,)))


def _with_instants_as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, dict):
        return {name: _with_instants_as_text(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_instants_as_text(each) for each in value]
    return value


def respond(value: Any, status: int = 200) -> HttpResponse:
    """A response with a JSON body."""
    return respond_as_is(plain(value), status)


def respond_as_is(value: Any, status: int = 200) -> HttpResponse:
    """A response with a JSON body without instants, or with instants as text already: `plain` is slow for large ones."""
    return HttpResponse(msgspec.json.encode(value), status=status, content_type="application/json")


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in a request's body; an empty body is an empty object.

    Raises ProblemError (body.too_large) and MalformedError.
    """
    return decode_object(read_body(request) or b"{}", "the body")


def decode_object(text: bytes, what: str) -> dict[str, Any]:
    """The JSON object that a text holds; `what` is its name in errors. Raises MalformedError."""
    try:
        fields = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(
            "{what} is not JSON; the error is at byte {byte}", what=what, byte=_byte(error, text)
        ) from None
    if not isinstance(fields, dict):
        raise MalformedError("{what} is not a JSON object", what=what)
    return fields


def refuse_fields(fields: dict[str, Any], *, other_than: tuple[str, ...]) -> None:
    """Raises MalformedError for a field of a body that is none of these."""
    for name in fields:
        if name not in other_than:
            raise unknown_field(name)


def unknown_field(name: str) -> MalformedError:
    """The error about a field that a body does not have."""
    return MalformedError("unknown field {name}; it is not part of this body", name, name=repr(name))


def _byte(error: Exception, text: bytes) -> int:
    """Where a text stops being JSON, as the decoder says it; its end where it says nothing."""
    found = re.search(r"\(byte (\d+)\)", str(error))
    return int(found[1]) if found else getattr(error, "start", len(text))


def read_body(request: HttpRequest, limit: int = BODY_LIMIT_BYTES) -> bytes:
    """A request's body, of a stated length or in chunks. Raises ProblemError (body.too_large)."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if 0 < length <= BODY_LIMIT_BYTES:
        return request.body
    stream: BinaryIO = request.META["wsgi.input"]
    body = stream.read(limit + 1)
    if len(body) <= limit:
        return body
    # Most clients read the answer only once they have sent everything, so the rest of a body that is a little
    # too long is read and dropped.
    for _ in range(_READ_BEYOND_THE_LIMIT):
        if not stream.read(limit):
            break
    raise ProblemError("body.too_large", limit=limit)


class ReadAhead(io.RawIOBase):
    """A source whose bytes a thread of its own reads as fast as they come, into a file without a name.

    Most clients read nothing before they have sent everything. Answering them line by line while they send would
    block both sides: the answers fill the connection, so nobody reads what the client sends.

    At most 1 GiB is read ahead. An error of the source is raised where its bytes would have been read.
    """

    def __init__(self, source: BinaryIO) -> None:
        """Begin to read the source."""
        self._source = source
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed with this)
        self._written = self._read = 0
        self._ended = False
        self._error: Exception | None = None
        self._changed = threading.Condition()
        threading.Thread(target=self._fill, name="read ahead", daemon=True).start()

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
        """Add a piece; False once the reader has closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._written - self._read < _AHEAD_BYTES_MAX or self._ended)
            if self._ended:
                return False
            os.pwrite(self._file.fileno(), piece, self._written)
            self._written += len(piece)
            self._changed.notify_all()
            return True
