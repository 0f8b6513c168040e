"""The file of a backup: a ZIP with a file of JSON lines for each table, and `manifest.json`, which says what is in it.

It is the same whichever database it comes from.
"""

import errno
import fcntl
import hashlib
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, Self

import msgspec
from django.conf import settings
from django.utils.crypto import salted_hmac
from msgspec import Struct

FORMAT = 1

_MANIFEST = "manifest.json"
_SECRET_KEY = "secret-key"  # noqa: S105 (the name of a file)
_COMPRESSION = 3
_BUFFER_BYTES = 1 << 20
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    KeyError,
    RuntimeError,
    UnicodeError,
    msgspec.MsgspecError,
)
"""What is raised by bytes that are not those that were written: a wrong bit can also name another compression, or say that
a file is encrypted."""


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message is for the operator."""


class TableEntry(Struct, frozen=True):
    """A table of a backup. `last_number` is the last number that it gave to a row; null if it gives none."""

    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str
    last_number: int | None = None


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds, and of what: its snapshot has all events up to `position`, and `unnumbered` further ones."""

    format: int
    shoplink: str
    database: str
    made_at: str
    position: int
    unnumbered: int
    migrations: tuple[str, ...]
    key_fingerprint: str
    with_secrets: bool
    tables: tuple[TableEntry, ...]

    def rows(self, table: str) -> int:
        """How many rows of a table it holds."""
        return next((entry.rows for entry in self.tables if entry.name == table), 0)


class _AnyManifest(Struct):
    format: int
    shoplink: str


def fingerprint(secret_key: str) -> str:
    """What tells one secret key from another, and says nothing of it: a key has the entropy of 32 random bytes."""
    digest: str = salted_hmac("shoplink.backup", "", secret=secret_key, algorithm="sha256").hexdigest()
    return digest[:16]


class ArchiveWriter:
    """A backup that is being written."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write to a file that is empty and can seek."""
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION)

    def __enter__(self) -> Self:
        """Write in the block, and complete the file at its end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Complete the file."""
        self._zip.close()

    def add_table(self, name: str, pages: Iterable[tuple[int, bytes]]) -> tuple[int, str]:
        """Add the lines of a table; returns their number and the SHA-256 of all lines."""
        digest, rows = hashlib.sha256(), 0
        with self._zip.open(_file_of(name), "w", force_zip64=True) as entry:
            for count, lines in pages:
                rows += count
                digest.update(lines)
                entry.write(lines)
        return rows, digest.hexdigest()

    def add_manifest(self, manifest: Manifest) -> None:
        """Add the manifest, and the secret key if it says so."""
        if manifest.with_secrets:
            self._zip.writestr(_SECRET_KEY, settings.SECRET_KEY)
        self._zip.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


class Archive:
    """A backup that is read. Raises BackupError at whatever shows that it is damaged, or none."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        """Read its manifest; `name` is what errors call it."""
        self.name = name
        with self._readable():
            self._zip = zipfile.ZipFile(file)
            text = self._zip.read(_MANIFEST)
            found = msgspec.json.decode(text, type=_AnyManifest)
        if found.format > FORMAT:
            raise BackupError(
                f"{name}: format: found {found.format}, of shoplink {found.shoplink}; allowed: up to {FORMAT}."
                " Restore it with that version"
            )
        with self._readable():
            self.manifest = msgspec.json.decode(text, type=Manifest)

    def secret_key(self) -> str | None:
        """The secret key, if it is in the backup."""
        if not self.manifest.with_secrets:
            return None
        with self._readable():
            return self._zip.read(_SECRET_KEY).decode()

    def check(self) -> None:
        """Read all of it, and compare numbers and digests with the manifest."""
        for entry in self.manifest.tables:
            for _ in self.rows(entry):
                pass

    def rows(self, entry: TableEntry, count: int = 2_000) -> Iterator[list[list[Any]]]:
        """The rows of a table, in lists of `count`. Raises BackupError at the latest at the end, if they are not what was written."""
        digest, found = hashlib.sha256(), 0
        decoder = msgspec.json.Decoder(list[Any])
        with self._readable(), io.BufferedReader(self._raw(entry.name), _BUFFER_BYTES) as lines:
            while page := list(islice(lines, count)):
                for line in page:
                    digest.update(line)
                found += len(page)
                yield [decoder.decode(line) for line in page]
        if (found, digest.hexdigest()) != (entry.rows, entry.sha256):
            raise BackupError(f"{self.name}: is damaged: table {entry.name} is not what was written")

    def _raw(self, table: str) -> Any:
        return self._zip.open(_file_of(table))

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (*_DAMAGES, OSError) as error:
            # A place before the start of the file is EINVAL; what bz2 cannot read has no number.
            if isinstance(error, OSError) and error.errno not in {None, errno.EINVAL}:
                raise
            raise BackupError(f"{self.name}: is no backup of shoplink, or is damaged") from None


@contextmanager
def written_whole(path: Path, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """A file that gets its name when the block has ended and all of it is on the disk; only its user can read it.

    Until then it is `NAME.part`. Raises BackupError if the name is taken, unless it may be overwritten.
    """
    if path.exists() and not overwrite:
        raise BackupError(f"{path}: exists already; name another file, or overwrite it with --overwrite")
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            taken = not part.exists() or not os.path.samestat(part.stat(), os.fstat(descriptor))
        except BlockingIOError:
            taken = True
        if taken:
            raise BackupError(f"{path}: another process is writing it")
        os.fchmod(descriptor, 0o600)
        file.truncate(0)  # what a killed process left
        try:
            yield file
            file.flush()
            os.fsync(descriptor)
            part.replace(path)
            _sync_folder(path.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file_of(table: str) -> str:
    return f"tables/{table}.ndjson"
