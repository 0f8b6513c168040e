"""The tutorial and `make run` are one walk: every command is executed as it stands, and shows what it says."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.server import free_port
from tests.traceability import ROOT

PAGE = ROOT / "docs" / "tutorial" / "first-walk.md"
KEY = re.compile(r"shoplink_[\w-]{20,}")
OWN = (
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "INSTANT"),
    (re.compile(r"link_[0-9a-f]{20}"), "LINK"),
    (re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}"), "DATE"),
)
"""What is different each time: instants, ids of links, dates in sentences."""


@contextmanager
def make_run(home: Path, port: int, **environment: str) -> Iterator[tuple[Path, "subprocess.Popen[bytes]"]]:
    """`make run` with a home and a port of its own, once it serves; the file with what it shows."""
    said = home.with_suffix(".out")
    settings = {"SHOPLINK_HOME": str(home), "PORT": str(port), "LC_ALL": "C.UTF-8", **environment}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SHOPLINK_", "MAKE", "MFLAGS"))
    }
    with said.open("wb") as out:
        # The tests run in the set-up that stands: it is not made anew (-o), whatever its age.
        process = subprocess.Popen(
            ["make", "--no-print-directory", "-o", "setup", "run"],  # noqa: S607 (the make that the user has)
            cwd=ROOT,
            env={**kept, **settings},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 30
        while b"shoplink serves on" not in said.read_bytes():
            assert process.poll() is None, said.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
            time.sleep(0.05)
        yield said, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=20)


def blocks() -> list[tuple[str, str]]:
    """The fenced blocks of the page with their languages, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def executed(command: str) -> str:
    """What a command shows, in the plainest shell."""
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def alike(text: str) -> str:
    for pattern, name in OWN:
        text = pattern.sub(name, text)
    return text.strip()


def shown_key(said: Path) -> str:
    found = KEY.search(said.read_text(encoding="utf-8"))
    assert found is not None
    return found[0]


def test_the_tutorial_happens_as_it_is_written(tmp_path: Path) -> None:
    port = free_port()
    given = blocks()
    assert given[0] == ("sh", "make run\n")
    walked = 0
    with make_run(tmp_path / "home", port) as (said, _):
        setting = f"KEY={shown_key(said)}\n"
        shown = said.read_text(encoding="utf-8").replace(str(port), "8000")
        for number, (language, text) in enumerate(given[1:], start=1):
            if language == "text":
                assert text.strip() in shown
            elif language == "sh" and not text.startswith("KEY="):
                (kind, expected) = given[number + 1]
                assert kind == "json", "every command shows what it answers"
                answer = executed(setting + text.replace("127.0.0.1:8000", f"127.0.0.1:{port}"))
                assert alike(answer) == alike(expected)
                walked += 1
    assert walked == 4


def test_the_answer_in_the_readme_is_that_of_the_tutorial() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shortened = msgspec.json.decode(re.findall(r"^```json\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)[0])
    whole = msgspec.json.decode(next(text for language, text in blocks() if language == "json"))
    assert shortened["status"] == whole["status"]
    for short, reason in zip(shortened["reasons"], whole["reasons"], strict=True):
        assert short == {name: reason[name] for name in short}


@pytest.mark.parametrize(
    ("locale", "refused"),
    [("zh_CN.UTF-8", "账号使用者未满 18 周岁。"), ("C.UTF-8", "The account’s user is under 18.")],
)
def test_make_run_shows_three_commands_that_work_and_works_again(
    tmp_path: Path, locale: str, refused: str
) -> None:
    port = free_port()
    for visit in ("first", "second"):
        with make_run(tmp_path / "home", port, LC_ALL=locale) as (said, process):
            text = said.read_text(encoding="utf-8")
            tries = re.findall(r"^curl .*?(?=\n\n)", text, re.DOTALL | re.MULTILINE)
            assert len(tries) == 3
            assert len(set(KEY.findall(text))) == 1
            refusal, linked, feed = (executed(command) for command in tries)
            assert refused in refusal
            assert refusal.count('"possible_at": "20') == 2
            assert linked.count('"outcome": "accepted"') == 2
            assert '"link.established"' in linked
            types = re.findall(r'"type": "(.+?)"', feed)
            assert types == ["link.invited", "link.accepted", "link.established"], visit
        assert process.returncode is not None
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
