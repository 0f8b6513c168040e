"""Run `shoplink` in a process whose clock is wrong by the number of seconds that a file holds.

python -m tests.trust.skewed_clock serve …; SKEW names the file. The database's clock is not changed.
"""

import os
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from shoplink.cli import main
from shoplink.flows import clock
from shoplink.store.database import owner

_real = time.time


def skew() -> float:
    """How many seconds the process is ahead."""
    return float(Path(os.environ["SKEW"]).read_text(encoding="utf-8"))


class SkewedDatetime(datetime):
    """Replaces `datetime` in the modules that read the process's clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The wrong time."""
        return datetime.now(tz) + timedelta(seconds=skew())


for module in (clock, owner):
    module.datetime = SkewedDatetime  # type: ignore[attr-defined]
time.time = lambda: _real() + skew()

if __name__ == "__main__":
    main()
