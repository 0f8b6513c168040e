"""The files of a run: all of them change together or none does, however the process ends.

A run writes beside the places of its files and moves them there at the end. A note beside the first of them, locked
while the run lives, says what there is to remove and, from the moment when everything is written, what to move. The next
run in the folder settles the notes of processes that were killed: moves that were decided on are made, and of the others
nothing remains. This holds for the end of a process, not for that of a machine.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import msgspec
from msgspec import Struct

from shoplink.core.commission.told import ToldError

_NOTE = ".shoplink-run"
_WORK = ".shoplink-"


class BusyError(ToldError, RuntimeError):
    """Another run is writing the same file now."""


class _Made(Struct, frozen=True):
    """What a run may leave behind: its work folder, and the parts."""

    work: str
    parts: list[str]


class _Decision(Struct, frozen=True):
    """What is to happen with a run's parts: moves from part to file, and files of an earlier run to remove."""

    moves: list[tuple[str, str]]
    removes: list[str]


class Outputs:
    """The files that a run is making. `work` is a folder for anything that is not kept."""

    def __init__(self, files: Sequence[Path], place: Path, note: int) -> None:
        """`files`: all that may be made; `place`: where the work folder is made; `note`: the descriptor of the note."""
        token = token_hex(4)
        self.work = place.absolute() / f"{_WORK}{token}"
        self.is_left = False
        self._note = note
        self._parts = {file: file.absolute().with_name(f".{file.name}.{token}.part") for file in files}
        _append(note, _Made(str(self.work), list(map(str, self._parts.values()))))
        self.work.mkdir()

    def part(self, file: Path) -> Path:
        """Where to write what becomes one of the files."""
        return self._parts[file]

    def publish(self, gone: Sequence[Path] = ()) -> None:
        """Move every part that was written to its place, and remove files of an earlier run. Raises OSError."""
        made = [(part, file.absolute()) for file, part in self._parts.items() if part.exists()]
        for part, file in made:
            if file.is_dir() and not part.is_dir():
                raise IsADirectoryError(21, os.strerror(21), str(file))
        decision = _Decision(
            [(str(part), str(file)) for part, file in reversed(made)],
            [str(file.absolute()) for file in gone],
        )
        _append(self._note, decision)
        try:
            _carry_out(decision)
        except OSError:
            # What was moved cannot be taken back; the next run moves the rest.
            self.is_left = not all(part.exists() for part, _ in made)
            raise

    def clear(self) -> None:
        """Remove everything that was not moved."""
        _clear(_Made(str(self.work), list(map(str, self._parts.values()))))


@contextmanager
def outputs(files: Sequence[Path], place: Path) -> Iterator[Outputs]:
    """The files of a run, of which the first is always made; what killed runs left behind is settled before.

    Without `publish`, nothing is left of them. Raises BusyError, OSError.
    """
    settle(files[0].absolute().parent)
    note = _note_of(files[0])
    descriptor = _locked(note, os.O_CREAT)
    if descriptor is None:
        raise BusyError(
            f"{files[0]}: another run is writing it; wait for its end, or name another file"
        ).told("busy")
    try:
        made: Outputs | None = None
        try:
            made = Outputs(files, place, descriptor)
            yield made
        finally:
            if made is not None and not made.is_left:
                made.clear()
            if made is None or not made.is_left:
                note.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def settle(folder: Path) -> None:
    """Complete or remove what killed runs left of files in a folder. Raises OSError."""
    for note in sorted(folder.glob(f".*{_NOTE}")):
        with suppress(FileNotFoundError):  # its run has ended meanwhile
            descriptor = _locked(note, 0)
            if descriptor is None:
                continue
            try:
                if os.fstat(descriptor).st_uid == os.getuid():
                    _settle(note)
            finally:
                os.close(descriptor)


def _settle(note: Path) -> None:
    made: _Made | None = None
    *whole, _torn = note.read_bytes().split(b"\n")
    with suppress(msgspec.DecodeError):
        for number, line in enumerate(whole):
            if number == 0:
                made = msgspec.json.decode(line, type=_Made)
            else:
                _carry_out(msgspec.json.decode(line, type=_Decision))
    if made is not None:
        _clear(made)
    note.unlink(missing_ok=True)


def _note_of(file: Path) -> Path:
    return file.absolute().with_name(f".{file.name}{_NOTE}")


def _locked(note: Path, create: int) -> int | None:
    """A descriptor of a note that no other process holds; None if one does. Raises OSError."""
    while True:
        descriptor = os.open(note, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | create, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), note.stat()):
                return descriptor
        os.close(descriptor)  # its run has ended since it was opened, and removed it


def _append(note: int, line: Struct) -> None:
    os.write(note, msgspec.json.encode(line) + b"\n")


def _carry_out(decision: _Decision) -> None:
    for part, file in decision.moves:
        with suppress(FileNotFoundError):  # it was moved by the run that decided
            if Path(part).is_dir() and Path(file).is_dir():
                Path(file).rename(_replaced_by(part))
            Path(part).replace(file)
    for file in decision.removes:
        Path(file).unlink(missing_ok=True)


def _replaced_by(part: str) -> str:
    """Where a folder goes whose place a part takes: one that is not empty cannot be replaced in one step."""
    return f"{part}.old"


def _clear(made: _Made) -> None:
    for name in (*made.parts, *map(_replaced_by, made.parts), made.work):
        if Path(name).is_dir():
            shutil.rmtree(name, ignore_errors=True)
        else:
            Path(name).unlink(missing_ok=True)
