"""The wheel is complete: made from a clean clone, installed alone, it serves whole pages to another, unprivileged user.

The image does the same, so the steps of its Containerfile are what is executed here, one by one. That user may write to one empty folder, and to nothing that is installed. One test, since each step needs the one before.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

import pytest

from tests.deploy.containerfile import command, given
from tests.server import free_port, stop
from tests.traceability import ROOT

BIN = Path(sys.executable).parent
NOBODY = 65534
CLEAN = {"PATH": os.defpath, "LANG": "C.UTF-8"}
PAGES = ("/", "/demo", "/help/", "/help/reasons/account.under_age", "/sign-in/")
INSTALLED_MIB_MAX = 260
STARTS_WITHIN_SECONDS = 30
NOT_BUILT = "The pages' assets are not built, and without them nothing is packed; `make wheel` does both."


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may enter."""
    folder = Path(tempfile.mkdtemp(prefix="wheel-"))
    folder.chmod(0o711)
    if os.geteuid() == 0:
        folder.parent.chmod(0o711)
    yield folder
    done("chmod", "-R", "u+w", folder)
    shutil.rmtree(folder)


def done(*words: str | Path, **options: Any) -> str:
    """Run a command to its end, by default a good one; what it said."""
    status = options.pop("status", 0)
    ended: subprocess.CompletedProcess[str] = subprocess.run(
        words, capture_output=True, text=True, check=False, **options
    )
    assert ended.returncode == status, f"{words}: {ended.returncode}\n{ended.stdout}{ended.stderr}"
    return ended.stdout + ended.stderr


def test_a_wheel_from_a_clean_clone_serves_whole_pages_alone(folder: Path) -> None:
    done("git", "clone", "-q", ROOT, folder / "clone")
    tools = [f"BIN={BIN}", "-o", ".venv/.run", "-o", ".venv/.tools"]
    # Without its parts it is not made.
    build: list[str | Path] = [BIN / "uv", "build", "--wheel", "--no-build-isolation"]
    build += ["--python", BIN / "python", "-o", "none"]
    assert NOT_BUILT in done(*build, cwd=folder / "clone", status=2)
    assert not list(folder.glob("clone/none/*.whl"))
    installed = install(folder, tools)
    assert installed.mebibytes() <= INSTALLED_MIB_MAX
    before = installed.files()
    assert "/v1/links" in installed.run("demo")
    with installed.serving() as address:
        for page in PAGES:
            assert_whole(address + page)
        assert "登录" in fetched(f"{address}/sign-in/", "zh")[1]
    assert installed.run("doctor").endswith("no problems\n")
    without_orders(installed)
    assert installed.files() == before


class Installed(NamedTuple):
    """The wheel in an environment of its own, and an empty folder whose owner runs it."""

    environment: Path
    home: Path
    user: dict[str, Any]

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run `shoplink` in the empty folder to its end; what it said."""
        program: list[str | Path] = [self.environment / "bin" / "python", "-m", "shoplink"]
        return done(*program, *arguments, cwd=self.home, env=CLEAN, status=status, **self.user)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The address of its service, until the block ends."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        (name,) = command(given("ENTRYPOINT")[0])
        arguments = [text.replace("8000", str(port)) for text in command(given("CMD")[0])]
        process = subprocess.Popen(
            [self.environment / "bin" / name, *arguments],
            cwd=self.home,
            env={**CLEAN, "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
            **self.user,
        )
        try:
            deadline = time.monotonic() + STARTS_WITHIN_SECONDS
            while not answers(address):
                assert process.poll() is None, "it ended"
                assert time.monotonic() < deadline, "it did not start"
                time.sleep(0.05)
            healthy = [text.replace("8000", str(port)) for text in command(given("HEALTHCHECK")[0])]
            done(self.environment / "bin" / healthy[0], *healthy[1:], cwd=self.home, env=CLEAN, **self.user)
            yield address
        finally:
            stop(process)

    def files(self) -> dict[Path, tuple[int, int]]:
        """All that is installed, each with its size and when it changed last."""
        found = ((path, path.lstat()) for path in self.environment.rglob("*"))
        return {path: (state.st_size, state.st_mtime_ns) for path, state in found}

    def mebibytes(self) -> float:
        """What it takes on a disk."""
        return sum(path.lstat().st_blocks for path in self.environment.rglob("*")) * 512 / (1 << 20)


def install(folder: Path, tools: list[str]) -> Installed:
    """Do what the image does, from its clone to its program, without what only orders need; nobody can change it then."""
    environment, home = folder / "installed", folder / "empty"
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    places = {
        "make wheel": f"make wheel {' '.join(tools)}",
        ".venv/bin/uv": str(BIN / "uv"),
        '"$(command -v python3)"': str(python_for(folder, user)),
        "/opt/shoplink": str(environment),
        "/var/lib/shoplink": str(home),
    }
    steps = [step for step in given("RUN", stage=0) if not step.startswith("apt-get ")]
    assert len(steps) == 4
    for step in steps:
        there = step
        for place, here in places.items():
            there = there.replace(place, here)
        assert there != step
        done("/bin/sh", "-c", there, cwd=folder / "clone", env={**os.environ, **registry(), "EXTRAS": ""})
    (wheel,) = folder.glob("clone/dist/*.whl")
    assert wheel.name.startswith("shoplink-")
    if user:
        os.chown(home, NOBODY, NOBODY)
    done("chmod", "-R", "a-w,a+rX", environment)
    return Installed(environment, home, user)


def python_for(home: Path, user: dict[str, Any]) -> Path:
    """A Python that the user may run: this one may lie in somebody's home."""
    for python in (Path(sys.base_prefix, "bin", "python3"), Path("/usr/bin/python3")):
        asked: list[str | Path] = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            subprocess.run(asked, cwd=home, env=CLEAN, check=True, **user)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip("no Python 3.11 or newer that an unprivileged user may run")


def registry() -> dict[str, str]:
    """What pip is told of a registry, uv is told too, as in the Makefile."""
    asked: list[str | Path] = [BIN / "python", "-m", "pip", "config", "get", "global.index-url"]
    configured = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    told = os.environ.get("PIP_INDEX_URL") or configured
    return {"UV_DEFAULT_INDEX": told} if told else {}


def answers(address: str) -> bool:
    """Whether the service is there yet."""
    try:
        return fetched(f"{address}/healthz")[1] == "ok\n"
    except OSError:
        return False


def fetched(address: str, language: str = "en") -> tuple[str, str]:
    """The kind and the text of what is there; raises OSError unless it is 200."""
    request = urllib.request.Request(address, headers={"Accept-Language": language})  # noqa: S310 (our own)
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 (as above)
        return response.headers.get_content_type(), response.read().decode()


def assert_whole(address: str) -> None:
    """The page is there, and so are its styles and scripts."""
    kind, text = fetched(address)
    assert kind == "text/html"
    styles = re.findall(r'<link[^>]*rel="stylesheet"[^>]*href="([^"]+)"', text)
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', text)
    assert styles, address
    assert scripts, address
    kinds = [fetched(urljoin(address, part))[0] for part in (*styles, *scripts)]
    assert kinds == ["text/css"] * len(styles) + ["text/javascript"] * len(scripts)


def without_orders(installed: Installed) -> None:
    """What only orders need is named by the commands that need it, and by nothing else."""
    for name in ("attribute", "statement"):
        said = installed.run(name, "orders.csv", "--out", "out", status=2)
        assert re.fullmatch(
            rf"shoplink {name} needs the extra `orders`, which is not installed: "
            r"pip install '\./shoplink-\S+-py3-none-any\.whl\[orders\]'\n",
            said,
        )
        assert "Usage" in installed.run(name, "--help")
