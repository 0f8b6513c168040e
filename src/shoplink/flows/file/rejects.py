"""The file of rejected lines: the same table or commands in the same encoding, each line with its reason.

After correction it can be imported like any other file. What was rejected of a workbook is CSV.
"""

from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import msgspec

from shoplink.flows.file.apply import LineResult, say_rejection
from shoplink.flows.file.source import Source
from shoplink.flows.file.tables import REASON
from shoplink.table.cell import as_text
from shoplink.table.header import plain_header
from shoplink.table.write import CsvWriter
from shoplink.wording import Language

_KEPT = {
    "utf-8": "utf-8",
    "gb18030": "gb18030",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16",
    "utf-16-be": "utf-16",
}
"""The encodings that hold every reason; instead of any other, the file has UTF-8 with a byte order mark."""


class RejectFile:
    """Writes rejected lines. The file appears when the block ends, and only if a line was rejected."""

    def __init__(self, path: Path, language: Language) -> None:
        """`language`: the language of the reasons."""
        self.path = path
        self.count = 0
        self._language = language
        self._part = path.with_name(f"{path.name}.part")
        self._file: TextIO | None = None
        self._table: CsvWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            if kind is None:
                self._part.replace(self.path)
            else:
                self._part.unlink()

    def write(self, result: LineResult) -> None:
        """Add a line that was not accepted."""
        source, raw = result.source, result.line.raw
        why = say_rejection(result, self._language)
        if self._file is None:
            self._file, self._table = self._opened(source)
        self.count += 1
        if self._table is not None and isinstance(raw, list):
            self._table.row(self._with_reason(source, raw, why))
        elif isinstance(raw, bytes):
            self._file.write(_with_about(raw, why) + "\n")

    def _opened(self, source: Source) -> tuple[TextIO, CsvWriter | None]:
        """The file, and what writes its table, with the header written."""
        file, encoding = source.file, "utf-8"
        if file is not None:
            encoding = _KEPT.get(file.encoding, "utf-8-sig") if file.kind == "text" else "utf-8-sig"
        out = self._part.open("w", encoding=encoding, newline="", errors="surrogateescape")
        if file is None:
            return out, None
        table = CsvWriter(out, file.delimiter)
        table.row(self._with_reason(source, list(source.header), REASON.say(self._language.tag)))
        return out, table

    @staticmethod
    def _with_reason(source: Source, cells: list[str], reason: str) -> list[str]:
        """A row with its reason, in the column of an earlier reason if there is one, else in an additional column."""
        names = {plain_header(name) for name in REASON}
        at = next(
            (i for i, name in enumerate(source.header) if plain_header(name) in names), len(source.header)
        )
        row = [*map(as_text, cells), *[""] * (at + 1 - len(cells))]
        row[at] = reason
        return row


def _with_about(line: bytes, reason: str) -> str:
    """A line of commands with the reason in its field `about`; a line that is not an object is left unchanged."""
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return line.decode("utf-8", errors="surrogateescape").rstrip("\r\n")
    return msgspec.json.encode({**fields, "about": reason}).decode()
