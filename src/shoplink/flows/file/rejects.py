"""The file of rejected lines: the same table or commands in the same encoding, each line with its reason.

After correction it can be imported like any other file.
"""

import csv
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import msgspec

from shoplink.flows.file.apply import LineResult, say_rejection
from shoplink.flows.file.source import Source
from shoplink.flows.file.tables import REASON, plain_header
from shoplink.wording import Language


class RejectFile:
    """Writes rejected lines. The file appears when the block ends, and only if a line was rejected."""

    def __init__(self, path: Path, language: Language) -> None:
        """`language`: the language of the reasons."""
        self.path = path
        self.count = 0
        self._language = language
        self._part = path.with_name(f"{path.name}.part")
        self._file: TextIO | None = None
        self._table: Any = None

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
            encoding = source.encoding if source.table else "utf-8"
            self._file = self._part.open("w", encoding=encoding, newline="", errors="surrogateescape")
            self._table = csv.writer(self._file, delimiter=source.delimiter)
            if source.table:
                self._table.writerow(
                    self._with_reason(source, list(source.header), REASON.say(self._language.tag))
                )
        self.count += 1
        if isinstance(raw, list):
            self._table.writerow(self._with_reason(source, raw, why))
        else:
            self._file.write(_with_about(raw, why) + "\n")

    @staticmethod
    def _with_reason(source: Source, cells: list[str], reason: str) -> list[str]:
        """A row with its reason, in the column of an earlier reason if there is one, else in an additional column."""
        names = {plain_header(name) for name in REASON}
        at = next(
            (i for i, name in enumerate(source.header) if plain_header(name) in names), len(source.header)
        )
        row = [*cells, *[""] * (at + 1 - len(cells))]
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
