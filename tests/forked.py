"""`shoplink` as a process of its own that need not load the libraries again: a fork of one that has loaded them.

Loading Ibis, PyArrow, DuckDB and Django takes longer than most commands. Nothing of ours that looks at the environment is
loaded before the fork: a command finds its own environment, folder, input and output, and ends with its own status.
`tests/package/test_start.py` starts `shoplink` itself, and says what it loads.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from importlib import import_module
from pathlib import Path

_LIBRARIES = (
    "babel.dates", "babel.numbers", "django.contrib.auth.hashers", "django.core.management.commands.migrate",
    "django.db.backends.postgresql.base", "django.db.backends.sqlite3.base", "django.forms", "django.http",
    "django.template.backends.django", "duckdb", "ibis.backends.duckdb", "openpyxl", "pandas", "psycopg", "pyarrow.csv", "pyarrow.parquet",
    "shoplink.attribution.duckdb_engine", "shoplink.attribution.identities", "shoplink.attribution.source",
    "shoplink.core", "shoplink.flows.commission.judge",
)  # fmt: skip
_REQUEST_BYTES = 1 << 20


def run(
    arguments: Sequence[str | Path],
    environment: Mapping[str, str] = os.environ,
    folder: Path = Path(),
    stdin: bytes = b"",
) -> "subprocess.CompletedProcess[bytes]":
    """Run `shoplink` with these arguments to its end, in a folder."""
    with socket.socket(socket.AF_UNIX) as connection, ThreadPoolExecutor(3) as pool:
        connection.connect(_loaded())
        (given, to_give), (of_out, out), (of_err, err) = os.pipe(), os.pipe(), os.pipe()
        asked: dict[str, object] = {"environment": dict(environment), "folder": str(folder.absolute())}
        asked["arguments"] = list(map(str, arguments))
        socket.send_fds(connection, [json.dumps(asked).encode()], [given, out, err])
        for end in (given, out, err):
            os.close(end)
        pool.submit(_write, to_give, stdin)
        said, wrong = pool.submit(_read, of_out), pool.submit(_read, of_err)
        status = int(connection.recv(_REQUEST_BYTES))
        return subprocess.CompletedProcess(list(arguments), status, said.result(), wrong.result())


def run_text(
    arguments: Sequence[str | Path], environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """The same, with what it writes as text."""
    done = run(arguments, environment)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def _write(descriptor: int, content: bytes) -> None:
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
    except BrokenPipeError:
        pass  # the command has ended without reading it


def _read(descriptor: int) -> bytes:
    with open(descriptor, "rb") as file:
        return file.read()


@cache
def _loaded() -> str:
    """The address of a process that has loaded the libraries; it ends with this one."""
    address = str(Path(tempfile.mkdtemp()) / "forks")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
            pass_fds=[listener.fileno()],
        )
    atexit.register(process.communicate)
    return address


def _serve(listener: socket.socket) -> None:
    """Fork for whoever connects, until nobody holds the other end of the input."""
    for name in _LIBRARIES:
        import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks that wait for commands
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        connection, _ = listener.accept()
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            _answer(connection)
            return
        connection.close()


def _answer(connection: socket.socket) -> None:
    """Run the command that comes through a connection in a fork, and answer with its status."""
    with closing(connection):
        asked, descriptors, *_ = socket.recv_fds(connection, _REQUEST_BYTES, 3)
        child = os.fork()
        if child:
            for descriptor in descriptors:
                os.close(descriptor)
            _, status = os.waitpid(child, 0)
            connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    command = json.loads(asked)
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    from shoplink.cli import main  # noqa: PLC0415 (as its script does)

    # Not by the interpreter's own end, which would wait for threads of libraries that a fork does not have.
    status = 1
    try:
        main(command["arguments"], prog_name="shoplink")
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 (as the interpreter does)
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
