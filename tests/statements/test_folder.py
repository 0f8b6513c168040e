"""The folder of statements is replaced whole, holds nothing but statements, and has short names that differ everywhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from shoplink.flows.commission.outputs import outputs, settle
from shoplink.flows.commission.statement.folder import file_name
from tests.statements.desk import NOVEMBER, OCTOBER, Desk
from tests.traceability import ROOT


def test_pages_of_another_month_do_not_stay(desk: Desk) -> None:
    result = desk.judge(*OCTOBER, *NOVEMBER)
    desk.state(result, "--period", "2026-10")
    assert {name.split("/")[0] for name in desk.names() if "/" in name} == {"2026-10"}
    desk.state(result, "--month", "2026-11")
    assert {name.split("/")[0] for name in desk.names() if "/" in name} == {"2026-11"}
    assert {row["period"] for row in desk.rows("out/commission.csv")} == {"2026-11"}
    assert not [path for path in desk.folder.iterdir() if path.name.startswith(".")]


def test_a_folder_with_something_else_in_it_is_refused(desk: Desk) -> None:
    result = desk.judge(*OCTOBER)
    desk.file("letter.txt", "mine")
    (desk.folder / "out").mkdir()
    (desk.folder / "letter.txt").rename(desk.folder / "out" / "letter.txt")
    assert "out: found letter.txt, which no statement has put there" in desk.state(result, status=2).err
    assert desk.names() == {"letter.txt"}
    (desk.folder / "out" / "letter.txt").unlink()
    desk.state(result)
    before = desk.names()
    desk.file("out/note.md", "mine")
    assert "found note.md" in desk.state(result, status=2).err
    assert desk.names() == {*before, "note.md"}
    desk.file("file", "")
    done = desk.run("statement", result, "--links", "links.csv", "--out", "file", status=2)
    assert "file: found a file; expected a folder" in done.err


def test_a_run_that_fails_leaves_the_folder_as_it_was(desk: Desk) -> None:
    result = desk.judge(*OCTOBER)
    desk.state(result)
    before = {name: (desk.folder / "out" / name).read_bytes() for name in desk.names()}
    desk.file("judged.csv", desk.read(result).replace("15000,1500", "15000,1501"))
    desk.state(result, status=2)
    assert {name: (desk.folder / "out" / name).read_bytes() for name in desk.names()} == before
    assert not [path for path in desk.folder.iterdir() if path.name.startswith(".")]


KILLED = """
import os, sys
from pathlib import Path
from shoplink.flows.commission.outputs import outputs
step = int(sys.argv[2])
def killed(method):
    def call(self, target):
        global step
        step -= 1
        if step < 0:
            os._exit(9)
        return method(self, target)
    return call
Path.rename, Path.replace = killed(Path.rename), killed(Path.replace)
folder = Path(sys.argv[1])
with outputs([folder], folder.parent) as made:
    made.part(folder).mkdir()
    (made.part(folder) / "new").write_text("new")
    made.publish()
"""


@pytest.mark.parametrize("step", range(3))
def test_a_run_killed_while_the_folder_is_replaced_is_completed_by_the_next(
    tmp_path: Path, step: int
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "old").write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, folder, str(step)], check=False, cwd=ROOT)
    assert done.returncode == (9 if step < 2 else 0)
    settle(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in folder.iterdir()] == ["new"]
    with outputs([folder], tmp_path):
        pass
    assert [path.name for path in folder.iterdir()] == ["new"]


def test_names_of_files_are_short_and_differ_on_every_file_system() -> None:
    ids = ["a1", "A1", "达" * 64, "达" * 63, "店铺一号", "..", "../x", "con", "CON", "nul.txt", "a.", "x" * 64, "\u00e9", "e\u0301",
           "a1-0123456789", "hh-tea-gb", ".hidden", "<b>", "a/b", "a b", "a_b", "Ａ１"]  # fmt: skip
    names = [file_name(one) for one in ids]
    assert len({name.casefold() for name in names}) == len(ids)
    assert all(len(name.encode()) <= 80 and name == name.strip(". ") and "/" not in name for name in names)
    assert (names[0], names[15]) == ("a1", "hh-tea-gb")
    assert names[4].startswith("店铺一号-")


def test_ids_that_no_file_can_be_called_have_pages(desk: Desk) -> None:
    orders = [f"O{number},{shop},{'x' * 64},2026-10-20T00:00:00Z,100,GBP,1000,"
              for number, shop in enumerate(["a1", "A1", "X" * 64])]  # fmt: skip
    assert "12 pages" in desk.state(desk.judge(*orders), "--pages", "creators").err
