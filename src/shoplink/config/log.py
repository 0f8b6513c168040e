"""Log lines without personal data.

Paths, query strings and error messages can contain ids, handles and birth dates. Routes and tracebacks without
messages cannot, so log lines contain only those.
"""

import logging
import traceback
from http import HTTPStatus
from types import TracebackType
from typing import Any

from shoplink.store.database.trouble import code_of

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """Formats an error as its traceback and type, without its message."""

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 (logging's name)
        """The frames, then the types of the error and its causes, with the codes that the database gave."""
        error: BaseException | None = ei[1]
        types, innermost = [], error
        while error is not None:
            types.append(type(error).__qualname__)
            innermost = error
            error = error.__cause__
        code = code_of(innermost) if innermost else ""
        return "".join(traceback.format_tb(ei[2])) + " from ".join(types) + (f" {code}" if code else "")


def by_route(record: logging.LogRecord) -> bool:
    """A logging filter: Django's line about a request names its route instead of its path.

    There is none about a request that the database could not serve: config/database_errors.py says why, once a minute.
    """
    request: Any = getattr(record, "request", None)
    if request is not None:
        if getattr(record, "status_code", 0) == HTTPStatus.SERVICE_UNAVAILABLE:
            return False
        match = getattr(request, "resolver_match", None)
        status = getattr(record, "status_code", "-")
        record.msg = "%s %s: %s"
        record.args = (request.method, f"/{match.route}" if match else "no such route", status)
    return True


def logging_settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: lines on standard error from this level on. Raises ValueError for an unknown level."""
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
            # A line about a client error adds nothing to its response but the path.
            "django.request": {"level": "ERROR"},
        },
    }
