"""A running `shoplink serve` for the tests, on a free port, on a database of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SHOPLINK = Path(sys.executable).parent / "shoplink"
_READY_WITHIN_SECONDS = 60


def content_type(path: str) -> str:
    """What the body of a request to the API is."""
    return "application/x-ndjson" if path.startswith("/v1/commands") else "application/json"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(database_url: str, home: Path, options: Sequence[str] = (), **environment: str) -> Iterator[str]:
    """The address of a service on a database, until the block ends; `options` are further ones of `serve`."""
    port = free_port()
    process = start(database_url, home, port, options=options, **environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


def start(
    database_url: str,
    home: Path,
    port: int,
    *,
    program: Sequence[str | Path] = (SHOPLINK,),
    options: Sequence[str] = (),
    **environment: str,
) -> "subprocess.Popen[bytes]":
    """Start a service and wait until it answers; `options` are further ones of `serve`."""
    settings = {"SHOPLINK_DATABASE_URL": database_url, "SHOPLINK_HOME": str(home), **environment}
    process = subprocess.Popen(
        [*program, "serve", "--port", str(port), *options],
        env={**os.environ, **settings},
        start_new_session=True,
    )
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the service ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return process
        except OSError:
            time.sleep(0.02)
    stop(process)
    raise AssertionError("the service did not become ready")


def stop(process: "subprocess.Popen[bytes]", number: int = signal.SIGTERM) -> None:
    """End a service and all its processes."""
    if process.poll() is None:
        os.killpg(process.pid, number)
        process.wait(timeout=20)
