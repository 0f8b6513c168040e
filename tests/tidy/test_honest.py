"""A test cannot pass because it had nothing to look at: where all its asserts stand in loops, one of them surely runs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.traceability import ROOT

MODULES = sorted((ROOT / "tests").rglob("test_*.py"))
KEEP_WHETHER_EMPTY = {"items", "values", "keys", "enumerate", "sorted", "range", "list"}


def _asserts_outside_loops(body: list[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.With) and "raises(" in ast.unparse(node.items[0]))
        or any(
            _asserts_outside_loops(getattr(node, part, []))
            for part in ("body", "orelse", "finalbody")
            if not isinstance(node, ast.For | ast.While)
        )
        for node in body
    )


def _is_tried_on_many(test: ast.FunctionDef) -> bool:
    """Hypothesis gives it stories, some of which hold nothing."""
    return any("given(" in ast.unparse(decorator) for decorator in test.decorator_list)


def _loops(test: ast.FunctionDef) -> Iterator[ast.For]:
    """The outermost loops whose body asserts."""
    inner = {
        loop
        for outer in ast.walk(test)
        if isinstance(outer, ast.For)
        for loop in ast.walk(outer)
        if loop is not outer
    }
    for loop in ast.walk(test):
        if (
            isinstance(loop, ast.For)
            and loop not in inner
            and any(isinstance(node, ast.Assert) for node in ast.walk(loop))
        ):
            yield loop


def _is_written_out(node: ast.expr, written: set[str]) -> bool:
    """Whether there is something in it: a literal, a constant in capitals, or what keeps as many of one."""
    holds = False
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
            holds = bool(parts)
        case ast.Constant(value=number):
            holds = bool(number)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            holds = name.isupper() or name in written
        case ast.Call(func=ast.Attribute(attr=name, value=of), args=[]):
            holds = name in KEEP_WHETHER_EMPTY and _is_written_out(of, written)
        case ast.Call(func=ast.Name(id=name), args=[*_, last]):
            keeps = name in KEEP_WHETHER_EMPTY or (name == "zip" and "strict=True" in ast.unparse(node))
            holds = keeps and _is_written_out(last, written)
    return holds


def _may_assert_nothing(test: ast.FunctionDef) -> bool:
    if _asserts_outside_loops(test.body) or _is_tried_on_many(test):
        return False
    loops = list(_loops(test))
    written = {
        target.id
        for node in ast.walk(test)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _is_written_out(node.value, set())
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    return bool(loops) and not any(_is_written_out(loop.iter, written) for loop in loops)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_looks_at_something(path: Path) -> None:
    tests = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert tests
    assert [test.name for test in tests if _may_assert_nothing(test)] == []


@pytest.mark.parametrize(
    ("body", "nothing"),
    [
        ("for one in found(): assert one", True),
        ("for one in sorted(found): assert one", True),
        ("for one in (): assert one", True),
        ("for one in found(): assert one\n    assert found()", False),
        ("for one in CASES.items(): assert one", False),
        ("for one in ('a', 'b'): assert one", False),
        ("found = ['a']\n    for one in found: assert one", False),
        ("with start() as it:\n        for one in it: assert one", True),
    ],
)
def test_what_may_assert_nothing_is_seen(body: str, nothing: bool) -> None:  # noqa: FBT001 (a case)
    (test,) = ast.parse(f"def test() -> None:\n    {body}\n").body
    assert isinstance(test, ast.FunctionDef)
    assert _may_assert_nothing(test) is nothing
