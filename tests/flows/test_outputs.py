"""What a run writes changes together or not at all, and nothing that it did not make is touched."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from shoplink.flows.commission.outputs import BusyError, outputs, settle
from shoplink.flows.commission.rejects import is_replaceable
from tests.server import SHOPLINK

ROOT = Path(__file__).parents[2]
LINKS = """\
link_id,shop_id,account_id,role,linked_at,changed_at,ended_at
link_1,S1,A1,official,2026-10-01T00:00:00Z,2026-10-01T00:00:00Z,
"""
ORDERS = """\
order_id,shop_id,account_id,ordered_at,amount_minor,currency,commission_rate_bp
1,S1,A1,2026-11-01T00:00:00Z,100,GBP,1000
2,S1,A1,2026-11-01T00:00:00Z,-1,GBP,1000
"""


def folder_of(tmp_path: Path, **more: str) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    files = {"links.csv": LINKS, "orders.csv": ORDERS, **more}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def interrupted(folder: Path, number: signal.Signals, stride: int) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.killed_run", folder, str(int(number)), str(stride)],
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name
)
def test_at_whatever_step_a_run_ends_its_files_are_all_old_or_all_new(
    tmp_path: Path, number: signal.Signals
) -> None:
    folder = folder_of(tmp_path)
    place = tmp_path / "here-copy" / "orders.csv"
    old = {"judged.csv": "old\n", "judged.rejects.csv": f"a,File,Line,Reason\n1,{place},1,old\n"}
    for name, text in old.items():
        (folder / name).write_text(text, encoding="utf-8")
    stride = 5 if number == signal.SIGINT else 1  # it is handled as SIGTERM is
    steps = interrupted(folder, number, stride)
    assert len(steps) > 10 // stride
    *earlier, last = steps
    new = last["after"]
    assert new["judged.csv"].startswith("order_id,")
    assert "-1" in new["judged.rejects.csv"]
    before = {**old, "links.csv": LINKS, "orders.csv": ORDERS}
    assert {*map(str, (before, new))} == {str(dict(sorted(each["after"].items()))) for each in steps} | {
        str(before)
    }
    killed = number == signal.SIGKILL
    assert {each["status"] for each in earlier} == {-number if killed else 128 + number}
    if not killed:  # nothing is left for another run to settle
        assert all(each["before"] == each["after"] for each in steps)


def test_a_run_that_another_one_is_writing_for_is_refused_and_its_notes_stay(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with outputs([out], tmp_path) as made:
        made.part(out).write_text("new", encoding="utf-8")
        settle(tmp_path)
        with pytest.raises(BusyError, match="another run is writing it"), outputs([out], tmp_path):
            pass
        made.publish()
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_what_stands_in_the_way_of_a_file_changes_nothing(tmp_path: Path) -> None:
    out, rejects = tmp_path / "out.csv", tmp_path / "out.rejects.csv"
    out.write_text("old", encoding="utf-8")
    rejects.mkdir()

    def publish() -> None:
        with outputs([out, rejects], tmp_path) as made:
            for file in (out, rejects):
                made.part(file).write_text("new", encoding="utf-8")
            made.publish()

    with pytest.raises(IsADirectoryError):
        publish()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out.rejects.csv"]
    assert out.read_text(encoding="utf-8") == "old"


def test_rejects_are_an_earlier_runs_if_all_are_of_orders_of_this_one(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    for text, is_one in [
        ("id,File,Line,Reason\n1,a.csv,2,wrong\n2,b.csv,2,wrong\n", True),
        ("id,文件,行号,原因\n1,a.csv,2,wrong\n", True),
        ("id,File,Line,Reason\n1,a.csv,2,wrong\n2,c.csv,2,wrong\n", False),
        ("id,File\n1,a.csv\n", False),
        ("", False),
    ]:
        rejects.write_text(text, encoding="utf-8-sig")
        assert is_replaceable(rejects, ["a.csv", str(Path("b.csv").resolve())]) is is_one, text


def attribute(folder: Path, *more: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [SHOPLINK, "attribute", "orders.csv", "--links", "links.csv", "--out", "judged.csv", *more],
        capture_output=True,
        check=False,
        cwd=folder,
        **options,
    )


def test_rejects_of_other_orders_stay(tmp_path: Path) -> None:
    others = "id,File,Line,Reason\n1,others.csv,2,wrong\n"
    folder = folder_of(tmp_path, **{"judged.rejects.csv": others})
    done = attribute(folder)
    assert done.returncode == 2
    assert b"judged.rejects.csv: found a file that no earlier run with these orders wrote" in done.stderr
    assert not (folder / "judged.csv").exists()
    (folder / "orders.csv").write_text("\n".join(ORDERS.splitlines()[:2]), encoding="utf-8")
    assert attribute(folder).returncode == 0
    assert (folder / "judged.rejects.csv").read_text(encoding="utf-8") == others


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    line = "{},S1,A1,2026-11-01T00:00:00Z,100,GBP,1000,{}\n"
    header = f"{ORDERS.splitlines()[0]},note\n"
    orders = header + "".join(line.format(number, os.urandom(20).hex()) for number in range(40_000))
    folder = folder_of(tmp_path, **{"orders.csv": orders, "judged.csv": "old"})
    size = 1_500_000

    def no_more() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = attribute(folder, preexec_fn=no_more)
    assert done.returncode == 2, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["judged.csv", "links.csv", "orders.csv"]
    assert (folder / "judged.csv").read_text(encoding="utf-8") == "old"


def test_the_command_ends_at_a_signal_with_its_number_and_leaves_nothing(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    names = sorted(path.name for path in folder.iterdir())
    with subprocess.Popen(
        [SHOPLINK, "attribute", "orders.csv", "--links", "/dev/stdin", "--out", "judged.csv"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
    ) as process:
        end = time.monotonic() + 30
        while not any(path.is_dir() for path in folder.iterdir()):  # it waits for links now
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 128 + signal.SIGTERM
    assert sorted(path.name for path in folder.iterdir()) == names
