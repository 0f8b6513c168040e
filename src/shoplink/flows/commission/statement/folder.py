"""The folder of statements: it is replaced whole, and nothing in it that is not ours is ever removed."""

import re
from hashlib import sha256
from pathlib import Path
from unicodedata import normalize

import msgspec

from shoplink.core.commission.told import ToldError

MARKER = ".shoplink-statements.json"
"""The file that says that a folder is ours, and what is in it."""

_NAME_LENGTH_MAX = 40
_DIGITS = 10
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]*[a-z0-9]|[a-z0-9]")
_LOOKS_MADE = re.compile(rf".*-[0-9a-f]{{{_DIGITS}}}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_ODD = re.compile(r"[\W_]+")


class FolderError(ToldError, ValueError):
    """A folder that cannot be replaced, because it holds something that is not ours."""


def require_ours(folder: Path) -> None:
    """Require that a folder is not there, is empty, or holds only what statements have put there.

    Raises FolderError, OSError.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FolderError(f"{folder}: found a file; expected a folder, or a name that is free")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    marker = folder / MARKER
    try:
        ours = set(msgspec.json.decode(marker.read_bytes(), type=list[str])) if marker.is_file() else set()
    except msgspec.DecodeError:
        ours = set()
    if others := sorted(found - ours - {MARKER} if ours else found):
        raise FolderError(
            f"{folder}: found {others[0]}{f' and {len(others) - 1:,} more' if len(others) > 1 else ''}, which no "
            "statement has put there; statements replace a folder whole: give it a folder of its own"
        )


def mark(folder: Path) -> None:
    """Mark a folder as ours, with everything that is in it now."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    (folder / MARKER).write_bytes(msgspec.json.encode(found))


def file_name(identity: str) -> str:
    """A short name for the files of a shop or an account that every file system takes, and another one for every id.

    An id of lower-case letters and digits is its own name. Others get the hash of the id, because a file system may
    not tell `A1` from `a1`, nor one form of a character from another.
    """
    is_plain = _PLAIN.fullmatch(identity) and len(identity) <= _NAME_LENGTH_MAX
    if is_plain and not _LOOKS_MADE.fullmatch(identity) and not _RESERVED.fullmatch(identity):
        return identity
    begins = _ODD.sub("-", normalize("NFKC", identity).lower()).strip("-")[: _NAME_LENGTH_MAX // 2].strip("-")
    return f"{begins or 'id'}-{sha256(identity.encode()).hexdigest()[:_DIGITS]}"
