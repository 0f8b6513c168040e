"""`shoplink` in a process whose own clock is wrong, by as many seconds as a file says at the moment.

python -m tests.trust.skewed serve …; SKEW names the file. What the database says of time is left as it is.
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


class Skewed(datetime):
    """What the modules that read the process's clock take for `datetime`."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The wrong time."""
        return datetime.now(tz) + timedelta(seconds=skew())


for module in (clock, owner):
    module.datetime = Skewed  # type: ignore[attr-defined]
time.time = lambda: _real() + skew()

if __name__ == "__main__":
    main()
