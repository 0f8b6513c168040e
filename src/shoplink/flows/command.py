"""Commands that are decided now: their instant is read under the locks, so what asks for one does not know it yet."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from shoplink.core import Command, parse_command
from shoplink.core.instant import BEGINNING
from shoplink.core.parse import Fault
from shoplink.flows import clock

WHENEVER = BEGINNING
"""Stands for a command's instant until the write path reads the clock."""


def read_command_now(
    fields: Mapping[str, object],
    ours: Mapping[str, object] = {},
    *,
    faults: Sequence[Fault] = (),
    now: Callable[[], datetime] = clock.now,
) -> Command:
    """The command in fields that its caller wrote, and in `ours`, which the entry point gives.

    Its `at` is none of the caller's. `faults` are those that the entry point found already. `now` is asked only if a
    value depends on the instant. Raises MalformedError.
    """
    return parse_command(fields, now, passed=clock.told(), ours={**ours, "at": WHENEVER}, faults=faults)
