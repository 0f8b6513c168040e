"""What mutation testing is told of the tree is still true: its files, its tests and the faults that it does not try."""

from tests.mutants.explained import explained
from tests.mutants.mutation import mutants_of
from tests.mutants.target import ROOT, TARGETS


def test_files_and_tests_that_are_named_exist() -> None:
    assert TARGETS
    for target in TARGETS:
        assert list(ROOT.glob(target.files)), target
        for path in (
            argument for stage in target.stages for argument in stage if argument.startswith("tests/")
        ):
            assert (ROOT / path.partition("::")[0]).exists(), target


def test_every_explained_fault_can_still_be_planted() -> None:
    entries = explained()
    assert entries
    for file in {file for file, _, _ in entries}:
        there = {
            (file, where, change) for file, _, where, change, _ in mutants_of(file, (ROOT / file).read_text())
        }
        gone = {entry for entry in entries if entry[0] == file} - there
        assert not gone, f"remove from tests/mutants/explained.toml: {gone}"


def test_every_explained_fault_has_a_reason() -> None:
    assert all(explained().values())
