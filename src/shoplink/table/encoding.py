"""The encoding of a text file: told, marked, or found out from all of its bytes; never a guess without a word."""

import codecs
import re
from typing import BinaryIO

from shoplink.table.error import EncodingError

_BLOCK_BYTES = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HALVES_OF_ASCII = 0.4
"""Of the bytes in even or in odd places: in UTF-16, this share of zeros or more is ASCII written with two bytes."""
_COMMON_IN_CHINESE = 0.75
"""The share of characters that GB2312 has. In Chinese of today nearly all; in Big5 or Western text read wrongly, few."""
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_OURS = re.compile(r"[^\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]+")
"""What is neither a Chinese character nor its punctuation."""


def encoding_of(name: str, stream: BinaryIO, told: str | None = None) -> str:
    """The encoding in which all of a file can be read. `told` is what the user says it is.

    Without a mark it is UTF-8, UTF-16 by its zeros, or GB18030 if what it reads is Chinese. Raises EncodingError.
    """
    stream.seek(0)
    head = stream.read(_BLOCK_BYTES)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    if known := told or marked or _utf_16(head):
        _read_through(name, stream, known, known)
        return known
    try:
        _read_through(name, stream, "utf-8", "")
    except EncodingError:
        _require_chinese(name, stream)
        return "gb18030"
    return "utf-8"


def _utf_16(head: bytes) -> str | None:
    """UTF-16 without a mark, by the zeros of its ASCII."""
    pairs = len(head) // 2
    if pairs and head[1::2].count(0) >= pairs * _HALVES_OF_ASCII:
        return "utf-16-le"
    if pairs and head[0::2].count(0) >= pairs * _HALVES_OF_ASCII:
        return "utf-16-be"
    return None


def _require_chinese(name: str, stream: BinaryIO) -> None:
    """Require that a file, read as GB18030, is the Chinese that people write. Raises EncodingError."""
    beyond = _read_through(name, stream, "gb18030", "UTF-8, UTF-16 or GB18030", keep=True)
    wide = [char for char in beyond if ord(char) <= 0xFFFF]  # noqa: PLR2004 (four bytes: nothing else looks like them)
    common = len(_OURS.sub("", "".join(wide)).encode("gb2312", "ignore")) // 2
    if common < len(wide) * _COMMON_IN_CHINESE:
        found = "".join(wide[:12])
        raise EncodingError(
            name,
            f"the encoding is not UTF-8, and in GB18030 it reads '{found}'; save the file as CSV UTF-8",
            f"编码不是 UTF-8，按 GB18030 读出“{found}”；请将文件另存为 CSV UTF-8",
        )


def _read_through(name: str, stream: BinaryIO, encoding: str, allowed: str, *, keep: bool = False) -> str:
    """Decode a whole file; with `keep`, return what is not ASCII in its first megabytes.

    Raises EncodingError, which names the line.
    """
    kept, lines = "", 1
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    while True:
        block = stream.read(_BLOCK_BYTES)
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            found = error.object[error.start : error.end].hex(" ")
            line = lines + error.object[: error.start].count(b"\n")
            raise EncodingError(
                name,
                f"line {line}: found the bytes {found}; allowed: {allowed}; save the file as CSV UTF-8",
                f"第 {line} 行：发现字节 {found}；应为 {allowed}；请将文件另存为 CSV UTF-8",
            ) from None
        lines += block.count(b"\n")
        if keep and len(kept) < _BLOCK_BYTES:
            kept += "".join(_BEYOND_ASCII.findall(text))
        if not block:
            return kept
