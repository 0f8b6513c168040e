"""Run `shoplink` as a process on a database of a test's own."""

import os
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tests import forked

EXAMPLE = ("accounts.csv", "links.csv", "shops.csv")


class Place(NamedTuple):
    """A database and a folder of a test's own."""

    url: str
    folder: Path

    def environment(self) -> dict[str, str]:
        """What a process on this database has in its environment."""
        home = {"SHOPLINK_HOME": str(self.folder / "home"), "SHOPLINK_DATABASE_URL": self.url}
        return {**os.environ, **home}

    def run(self, *arguments: str | Path, stdin: bytes = b"", status: int = 0) -> "Done":
        """Run `shoplink` to its end, which must have this status."""
        done = forked.run(arguments, self.environment(), self.folder, stdin)
        assert done.returncode == status, done.stdout.decode() + done.stderr.decode()
        return Done(done.stdout, done.stderr.decode())

    def file(self, name: str, content: str | bytes) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, name: str, encoding: str = "utf-8") -> str:
        """The text of a file in the folder."""
        return (self.folder / name).read_bytes().decode(encoding)


class Done(NamedTuple):
    """What a process wrote."""

    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Its standard output."""
        return self.out.decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its standard output as JSON lines."""
        return [msgspec.json.decode(line) for line in self.out.splitlines()]
