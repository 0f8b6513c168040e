"""A batch runs a fixed number of statements, however many commands it holds; the golden file lists them."""

import pytest

from shoplink.flows.execute import execute_batch
from tests.store.golden import GOLDEN, batch, every_kind, golden, prepare, statements


def test_the_statements_of_a_batch_are_those_of_the_golden_file() -> None:
    assert golden() == GOLDEN.read_text(encoding="utf-8"), "look at it, then: python -m tests.store.golden"


@pytest.mark.usefixtures("database")
def test_every_kind_in_the_batch_is_accepted_but_the_refused_one() -> None:
    kinds = every_kind()
    prepare(kinds, 1)
    outcomes = dict(zip(kinds, (one["outcome"] for one in execute_batch(batch(kinds, 1))), strict=True))
    assert outcomes == {**dict.fromkeys(kinds, "accepted"), "refused": "refused"}


@pytest.mark.usefixtures("database")
def test_a_thousand_commands_take_as_many_statements_as_one_of_each_kind() -> None:
    kinds = every_kind()
    sent = {}
    for copies in (1, 10, 1_000 // len(kinds)):
        prepare(kinds, copies)
        sent[copies] = statements(batch(kinds, copies))
    assert sent[1] == sent[10] == sent[1_000 // len(kinds)]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("kind", every_kind())
def test_ten_commands_of_a_kind_take_as_many_statements_as_one(kind: str) -> None:
    prepare([kind], 1)
    prepare([kind], 10)
    assert statements(batch([kind], 1)) == statements(batch([kind], 10))


@pytest.mark.usefixtures("database")
def test_the_statements_stay_the_same_as_the_tables_grow() -> None:
    prepare(["accept"], 1)
    before = statements(batch(["accept"], 1))
    for copies in range(20, 30):
        prepare(["accept", "unlink", "invite"], copies)
    prepare(["accept"], 2)
    assert statements(batch(["accept"], 2)) == before
