"""The end of a long run by a signal: like an error, so that nothing is left behind, and never between two moves of files."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Process:
    """The signal that this process has got, if any, and whether signals wait now."""

    received = 0
    is_held = False


@contextmanager
def stops_at_signals() -> Iterator[None]:
    """Within this, the first SIGINT, SIGTERM or SIGHUP raises SystemExit with 128 + its number. For the main thread."""
    before = {number: signal.signal(number, _on_signal) for number in _SIGNALS}
    try:
        yield
    except BaseException:
        if _Process.received:  # an engine in C may have made another error of it
            raise SystemExit(128 + _Process.received) from None
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def held() -> Iterator[None]:
    """Within this, signals wait for its end."""
    with _set_to(is_held=True):
        yield


@contextmanager
def let_through() -> Iterator[None]:
    """Within this, signals are heeded again, also those that have waited."""
    with _set_to(is_held=False):
        yield


@contextmanager
def _set_to(*, is_held: bool) -> Iterator[None]:
    before, _Process.is_held = _Process.is_held, is_held
    try:
        _heed()
        yield
    finally:
        _Process.is_held = before
        _heed()


def _on_signal(number: int, _frame: FrameType | None) -> None:
    if not _Process.received:
        _Process.received = number
        _heed()


def _heed() -> None:
    if _Process.received and not _Process.is_held:
        raise SystemExit(128 + _Process.received)
