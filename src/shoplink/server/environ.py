"""The WSGI environ (PEP 3333) of an ASGI scope."""

import re
import sys
from collections.abc import MutableMapping
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

Scope = MutableMapping[str, Any]
Environ = dict[str, Any]

_SHARED: Environ = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
_ENCODED_PARAMETER = re.compile(r";[^;=]*\*\s*=")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def environ_of(scope: Scope, body: bytes = b"") -> Environ:
    """The environ of a request with this body.

    A header with other characters than ASCII is empty, and so is a Content-Type with a parameter that says its own
    encoding (RFC 8187), which no media type has and Django stumbles over. One that is sent several times is joined with commas, cookies
    with semicolons. Without the header Host, `HTTP_HOST` is empty, so that a check of the host refuses the request.
    """
    server, client, path = scope["server"], scope["client"], unquote_to_bytes(scope["raw_path"])
    environ: Environ = {
        **_SHARED,
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or _DEFAULT_PORTS[scope["scheme"]]),
        "REMOTE_ADDR": client[0] if client else "",
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "HTTP_HOST": "",
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = _variable(raw_name), raw_value.decode() if raw_value.isascii() else ""
        if environ.get(name):
            value = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{value}"
        environ[name] = value
    if _ENCODED_PARAMETER.search(environ.get("CONTENT_TYPE", "")):
        environ["CONTENT_TYPE"] = ""
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


@lru_cache(1_000)
def _variable(header: bytes) -> str:
    """The variable of a header: `HTTP_ACCEPT_LANGUAGE` of `accept-language`."""
    name = header.decode("latin-1").upper().replace("-", "_")
    return name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
