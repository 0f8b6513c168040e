"""The record of closed periods, a folder: `closings.json` says what was closed, and a Parquet file a period holds its lines."""

from hashlib import file_digest
from pathlib import Path

import msgspec

from shoplink.core.commission.calendar import Calendar
from shoplink.core.commission.closing import ClosingError, Record, require_unchanged

INDEX = "closings.json"


def read_record(folder: Path) -> Record | None:
    """The record in a folder, None if there is none. Raises ClosingError if anything in it was changed, OSError."""
    index = folder / INDEX
    if not index.exists():
        if folder.exists() and any(folder.glob("*.parquet")):
            raise ClosingError("record_lost", folder=folder)
        return None
    try:
        record = msgspec.json.decode(index.read_bytes(), type=Record)
        require_unchanged(record)
    except (msgspec.DecodeError, ValueError) as error:
        if isinstance(error, ClosingError):
            raise
        raise ClosingError("record_unreadable", file=index) from None
    for closing in record.closings:
        path = folder / closing.file
        if not path.exists() or hash_of(path) != closing.sha256:
            raise ClosingError("record_changed", period=closing.period)
    return record


def closed_in(record: Record | None, by: Calendar, at: str, zone: str) -> Record:
    """The record, in which the next period is told by this calendar; an empty one if there is none."""
    return Record(by, at, zone, record.closings if record else ())


def write_index(record: Record, path: Path) -> None:
    """Write what was closed, readable for people too. Raises OSError."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")


def hash_of(path: Path) -> str:
    """The SHA-256 of a file's content."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
