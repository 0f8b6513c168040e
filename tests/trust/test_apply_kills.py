"""kill -9 of `shoplink apply` in the middle of a file, again and again: the result is the same as without a kill."""

import json
import os
import random
import subprocess
import time
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shoplink.flows.file.apply import BATCH_LINES
from shoplink.store.database import sql
from shoplink.store.write import log
from tests.databases import fresh, use
from tests.oracle.streams import random_stream, reading
from tests.server import SHOPLINK

KILLS = int(os.environ.get("SHOPLINK_APPLY_KILLS", "5"))
SEED = int(os.environ.get("SHOPLINK_TRUST_SEED", "1"))
WORLDS = 30
LINES_IN_WORLD = 300
LATER_SECONDS = (0.0, 0.3)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_file_that_is_taken_in_in_pieces_ends_as_one_taken_in_at_once(
    kind: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    file = tmp_path / "history.ndjson"
    file.write_text("".join(json.dumps(line) + "\n" for line in history(SEED)), encoding="utf-8")
    at_once, in_pieces = Taking(fresh(kind), file), Taking(fresh(kind), file)
    outcomes = at_once.finish()
    rng = random.Random(SEED)
    for _ in range(KILLS):
        # Never at the end: importing a finished file again tries its refused lines again. After this many lines nobody
        # reads the output, so the process blocks when the pipe is full, about a thousand lines later: in the last batch
        # at the latest.
        in_pieces.be_killed(rng.randrange(len(outcomes) - 2 * BATCH_LINES), rng.uniform(*LATER_SECONDS))
    assert in_pieces.finish() == outcomes
    assert in_pieces.state() == at_once.state()
    assert in_pieces.cut_short == KILLS
    record_property("shown", f"{in_pieces.cut_short:,} kills in the middle of {len(outcomes):,} lines")


def history(seed: int) -> list[dict[str, Any]]:
    """Commands of several small worlds, interleaved in one file; many of them are refused."""
    rng = random.Random(seed)
    lines = [
        {**line, **{name: f"{world}-{line[name]}" for name in ("shop_id", "account_id") if line.get(name)}}
        for world in range(WORLDS)
        for line in random_stream(rng, LINES_IN_WORLD)
    ]
    return sorted(lines, key=reading)


class Taking:
    """A file that is imported into its own database; `cut_short` counts the interrupted imports."""

    def __init__(self, database: str, file: Path) -> None:
        self.cut_short = 0
        self._database = database
        self._command: list[str | Path] = [
            SHOPLINK,
            "apply",
            "--json",
            "--trust-instants",
            "--clock-is-right",
            file,
        ]
        self._environment = {
            **os.environ,
            "SHOPLINK_DATABASE_URL": database,
            "SHOPLINK_HOME": str(file.parent / "home"),
        }

    def finish(self) -> list[tuple[int, str]]:
        """Import the file to its end; returns the outcome of each line."""
        done = subprocess.run(self._command, env=self._environment, capture_output=True, check=False)
        assert done.returncode == 1, done.stderr  # some lines are refused
        answers = map(msgspec.json.decode, done.stdout.splitlines()[:-1])
        return [(line["line"], line["outcome"]) for line in answers]

    def be_killed(self, lines: int, seconds: float) -> None:
        """Import the file, and kill the process some seconds after a number of lines were answered."""
        process = subprocess.Popen(self._command, env=self._environment, stdout=subprocess.PIPE)
        assert process.stdout is not None, "it is a pipe"
        for _, _ in zip(range(lines), process.stdout, strict=False):
            pass
        time.sleep(seconds)
        process.kill()
        self.cut_short += b'"summary"' not in process.stdout.read()
        process.wait()
        process.stdout.close()

    def state(self) -> list[dict[str, Any]]:
        """All rows and the log, with the random ids of links replaced by their numbers."""
        use(self._database)
        links = list(log.link_rows())
        numbers = {
            row["link_id"]: f"link {n}" for n, row in enumerate(sorted(links, key=itemgetter("number")))
        }
        read = (log.shop_rows, log.account_rows, log.waiver_rows, log.activation_rows, log.event_rows)
        rows = [*links, *(row for rows in read for row in rows())]
        refused = sql.query("SELECT command, at, data FROM refusal ORDER BY id")
        rows += [dict(zip(("command", "at", "data"), row, strict=True)) for row in refused]
        for row in rows:
            event = msgspec.json.decode(row.get("data", "{}"))
            if "link_id" in row and row["link_id"] is not None:
                row["link_id"] = numbers[row["link_id"]]
            if "link_id" in event:
                event["link_id"] = numbers[event["link_id"]]
                row["data"] = event
        return rows
