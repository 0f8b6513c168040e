"""What the body of a request is: its media type and its coding (RFC 9110, 8.3 and 8.4), and what it holds unpacked."""

import zlib
from collections.abc import Iterator

from django.http import HttpRequest

from shoplink.api.http.header import header_of
from shoplink.api.http.problem import ProblemError
from shoplink.core.parse import MalformedError
from shoplink.core.values import shown
from shoplink.server.stream import BrokenOffError, Spool

JSON = "application/json"
NDJSON = "application/x-ndjson"
MERGE_PATCH = "application/merge-patch+json"
"""What a PATCH takes besides JSON (RFC 7396)."""

_GZIP = "gzip"
_GZIP_ALIKE = {_GZIP, "x-gzip"}
_UTF_8 = {"utf-8", "utf8"}
_CODINGS = f"{_GZIP}, identity"
_WBITS = 16 + zlib.MAX_WBITS  # gzip and nothing else
_PIECE_BYTES = 1 << 16
_STREAM_EXPANDS_MAX = 200
"""How many times larger than what was sent a stream may be unpacked, beyond its first 16 MiB; commands are ten."""
_STREAM_EXPANDS_FREELY = 16 << 20


def media_taken(method: str, media: str) -> tuple[str, ...]:
    """The media types of the bodies that an operation takes; none if it reads."""
    if method == "GET":
        return ()
    return (media, MERGE_PATCH) if method == "PATCH" else (media,)


def take_body(request: HttpRequest, taken: tuple[str, ...], limit: int) -> None:
    """Keep what the body of a request holds, for `body_of`; `limit` is in bytes, unpacked.

    Raises ProblemError (body.unsupported_type, body.unsupported_encoding, body.broken_gzip, body.too_large), and
    MalformedError where no body is taken. What is empty has no type.
    """
    body = request.body
    if body and not taken:
        raise MalformedError("this request takes no body; what it asks for is in its address")
    if body:
        require_type(request, taken)
        if is_packed(request):
            body = _unpacked(body, limit)
    request.unpacked = body  # type: ignore[attr-defined]


def body_of(request: HttpRequest) -> bytes:
    """What the body of a request that was let in holds, unpacked."""
    body: bytes = request.unpacked  # type: ignore[attr-defined]
    return body


def require_type(request: HttpRequest, taken: tuple[str, ...]) -> None:
    """Raises ProblemError (body.unsupported_type) for a body that is of none of these media types, or not UTF-8."""
    charset = (request.content_params or {}).get("charset", "utf-8")
    if request.content_type not in taken or charset.lower() not in _UTF_8:
        text = header_of(request, "Content-Type")
        allowed = ", ".join(taken)
        headers = {"Accept": allowed, **({"Accept-Patch": allowed} if request.method == "PATCH" else {})}
        raise ProblemError("body.unsupported_type", headers=headers, found=shown(text), allowed=allowed)


def is_packed(request: HttpRequest) -> bool:
    """Whether a body is gzip. Raises ProblemError (body.unsupported_encoding) if it is anything else than that."""
    text = header_of(request, "Content-Encoding", "identity")
    coding = text.strip().lower()
    if coding not in {*_GZIP_ALIKE, "identity"}:
        headers = {"Accept-Encoding": _CODINGS}
        raise ProblemError("body.unsupported_encoding", headers=headers, found=shown(text), allowed=_CODINGS)
    return coding in _GZIP_ALIKE


def pieces_of(spool: Spool, wait_seconds: float, *, packed: bool) -> Iterator[bytes | None]:
    """What a stream holds, unpacked, in pieces; None whenever nothing has come for some seconds.

    Raises BrokenOffError where it breaks off, is no gzip though `packed`, or is a small one of something huge.
    """
    gunzip = _Gunzip() if packed else None
    received = held = 0
    while (piece := spool.read(wait_seconds)) != b"":
        if piece is None or gunzip is None:
            yield piece
            continue
        received += len(piece)
        try:
            for unpacked in gunzip.unpack(piece):
                held += len(unpacked)
                if held > max(_STREAM_EXPANDS_FREELY, _STREAM_EXPANDS_MAX * received):
                    raise BrokenOffError("body.too_large")
                yield unpacked
        except zlib.error:
            raise BrokenOffError("body.broken_gzip") from None
    if gunzip is not None and not gunzip.is_complete:
        raise BrokenOffError("body.broken_gzip")


def _unpacked(body: bytes, limit: int) -> bytes:
    gunzip, found = _Gunzip(), bytearray()
    try:
        for piece in gunzip.unpack(body):
            found += piece
            if len(found) > limit:
                raise ProblemError("body.too_large", limit=limit)
    except zlib.error:
        raise ProblemError("body.broken_gzip") from None
    if not gunzip.is_complete:
        raise ProblemError("body.broken_gzip")
    return bytes(found)


class _Gunzip:
    """Unpacks gzip (RFC 1952), of one member or several, as it comes."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(_WBITS)

    @property
    def is_complete(self) -> bool:
        """Whether what has come ends where a member does."""
        return self._decoder.eof

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        """What the next bytes hold, in pieces of at most 64 KiB. Raises zlib.error."""
        while True:
            if self._decoder.eof:
                if not packed:
                    return
                self._decoder = zlib.decompressobj(_WBITS)
            piece = self._decoder.decompress(packed, _PIECE_BYTES)
            if piece:
                yield piece
            packed = self._decoder.unused_data if self._decoder.eof else self._decoder.unconsumed_tail
            # A full piece may leave some behind, though all that came is used.
            if not packed and len(piece) < _PIECE_BYTES:
                return
