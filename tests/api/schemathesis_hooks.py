"""What Schemathesis is told about this API: who acts, which links there are, and how a stream is written.

Only what is valid by the document is led to something that is there; what breaks it on purpose is left as it is.
"""

import json
import os
import re
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis

_CALLS = Path(os.environ["SCHEMATHESIS_CALLS"])
_KNOWN: dict[str, dict[str, Any]] = json.loads(os.environ["SCHEMATHESIS_KNOWN"])
_AS_IN_THE_EXAMPLE = 3
_count: Counter[str] = Counter()
_lock = threading.Lock()


@schemathesis.serializer("application/x-ndjson")
def as_text(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:
    """Any text is a stream, so nothing that can be sent breaks what the document says of its body."""
    return case.operation.path != "/v1/commands" or isinstance(case.body, str | bytes)


def _sayable(value: Any) -> Any:
    """The same without private characters beyond 16 bits, which no text may hold and the document cannot say so."""
    if isinstance(value, str):
        return re.sub("[\U000f0000-\U0010ffff]", "x", value)
    if isinstance(value, dict):
        return {name: _sayable(one) for name, one in value.items()}
    return [_sayable(one) for one in value] if isinstance(value, list) else value


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Make the first valid requests those of the example; lead every second later one to what is there."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    case.body, case.query = _sayable(case.body), _sayable(case.query)
    case.headers.pop("If-Match", None)  # an ETag that is made up is never the present one
    operation = f"{case.operation.method.upper()} {case.operation.path}"
    with _lock:
        number = _count[operation]
        _count[operation] += 1
    if "Idempotency-Key" in case.headers:  # what is made up is soon made up again, for another request
        case.headers["Idempotency-Key"] = f"{number} {operation}"
    known = _KNOWN[operation]
    if number < _AS_IN_THE_EXAMPLE and known["body"] is not None:
        case.body = known["body"]
    if "query" in known:  # one of two parameters, which OpenAPI has no word for
        case.query = dict([known["query"][number % len(known["query"])]])
    if number < _AS_IN_THE_EXAMPLE or number % 2:
        case.path_parameters.update(known["paths"][number % len(known["paths"])])
        if "Shoplink-Actor" in case.headers:
            case.headers["Shoplink-Actor"] = known["actors"][number % len(known["actors"])]


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    with _lock, _CALLS.open("a", encoding="utf-8") as file:
        file.write(f"{case.operation.method.upper()} {case.operation.path} {response.status_code}\n")
