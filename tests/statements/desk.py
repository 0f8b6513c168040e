"""A folder in which `attribute`, `statement` and `reconcile` are run, within the process of the test."""

import csv
import io
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from click.testing import CliRunner

from shoplink.attribution.judgement import RESULT
from shoplink.cli import main

LINKS = """\
link_id,shop_id,account_id,role,linked_at,changed_at,ended_at,settlement,reference
link_1,S1,A1,official,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,,offline,合同-7
link_2,S1,A2,marketing,2026-10-01T00:00:00Z,2026-11-02T00:00:00Z,2026-11-02T00:00:00Z,,
"""
LATE_LINK = "link_3,S1,A9,marketing,2026-10-05T00:00:00Z,2026-11-20T00:00:00Z,,,\n"
HEADER = "order_id,shop_id,account_id,ordered_at,amount_minor,currency,commission_rate_bp,refund_minor"
OCTOBER = (
    "O1,S1,A1,2026-10-03T00:00:00Z,10000,GBP,1000,",
    "O2,S1,A9,2026-10-20T00:00:00Z,15000,GBP,1000,",
    "O3,S1,A8,2026-10-31T23:30:00Z,20000,GBP,1000,",
    "O4,S1,,2026-10-31T23:59:59.999999Z,800,GBP,,",
)
NOVEMBER = ("O5,S1,A8,2026-11-01T00:00:00Z,5000,GBP,1000,", "O6,S1,A2,2026-11-01T12:00:00Z,700,GBP,,")


class Done(NamedTuple):
    """What a command said."""

    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Its result."""
        return msgspec.json.decode(self.out)  # type: ignore[no-any-return]


class Desk(NamedTuple):
    """The folder, which is the working directory."""

    folder: Path

    def run(self, *arguments: str, status: int = 0) -> Done:
        """Run `shoplink` to its end, which must have this status."""
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == status, (done.output, done.exception)
        return Done(done.stdout, done.stderr)

    def judge(self, *lines: str, header: str = HEADER, name: str = "judged.csv", mapping: str = "") -> str:
        """Orders, judged by the links in `links.csv`; returns the name of the result."""
        self.file("orders.csv", "\n".join((header, *lines)) + "\n")
        more = ("--mapping", mapping) if mapping else ()
        common = ("--links", "links.csv", "--allow-unknown", "--out", name)
        self.run("attribute", "orders.csv", *common, *more)
        return name

    def affiliates(self, *instants: str) -> str:
        """A result of affiliate orders of S1 that were placed then, be it in the future; returns its name."""
        header = f"{HEADER},{','.join(RESULT)}"
        lines = [
            f"O{number},S1,A9,{at},1000,GBP,1000,,affiliate,,1000,100" for number, at in enumerate(instants)
        ]
        self.file("judged.csv", "\n".join((header, *lines, "")))
        return "judged.csv"

    def state(self, result: str, *more: str, status: int = 0) -> Done:
        """Make statements of a result in the folder `out`."""
        return self.run("statement", result, "--links", "links.csv", "--out", "out", *more, status=status)

    def file(self, name: str, content: str | bytes) -> None:
        """Write a file."""
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.folder / name).read_bytes().decode("utf-8-sig")

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of a CSV file."""
        return list(csv.DictReader(io.StringIO(self.read(name), newline="")))

    def due(self, period: str) -> int:
        """The commission that a period states."""
        rows = self.rows("out/commission.csv")
        return sum(int(row["commission_minor"]) for row in rows if row["period"] == period)

    def names(self) -> set[str]:
        """The files of the statements."""
        out = self.folder / "out"
        return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
