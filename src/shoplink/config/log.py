"""What a log line may hold: never who or what a request was about.

Paths, query strings and the messages of errors carry ids, handles and birth dates; routes and the places in
the code where an error was raised do not.
"""

import logging
import traceback
from types import TracebackType
from typing import Any

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """Writes an error as its type and its place in the code, without its message."""

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 (logging's name)
        """The frames, then the types of the error and of those that it came from."""
        error: BaseException | None = ei[1]
        types = []
        while error is not None:
            types.append(type(error).__qualname__)
            error = error.__cause__
        return "".join(traceback.format_tb(ei[2])) + " from ".join(types)


def by_route(record: logging.LogRecord) -> bool:
    """Let Django's line about a request name its route instead of its path."""
    request: Any = getattr(record, "request", None)
    if request is not None:
        match = getattr(request, "resolver_match", None)
        status = getattr(record, "status_code", "-")
        record.msg = "%s %s: %s"
        record.args = (request.method, f"/{match.route}" if match else "no such route", status)
    return True


def logging_settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: one line per thing worth knowing, on standard error. Raises ValueError for no such level."""
    if level not in _LEVELS:
        raise ValueError(f"SHOPLINK_LOG_LEVEL: found {level!r}; allowed: {', '.join(_LEVELS)}")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"by_route": {"()": lambda: by_route}},
        "formatters": {
            "line": {"()": Formatter, "format": "{asctime} {levelname} {name}: {message}", "style": "{"}
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["by_route"]}
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "shoplink": {"level": level},
            "django": {"handlers": [], "level": level, "propagate": True},
            # Besides its path, a line about a request that was at fault says nothing that its answer does not.
            "django.request": {"level": "ERROR"},
        },
    }
