"""The small faults that can be planted in a module: each is one change of its syntax tree."""

import ast
import re
from collections.abc import Iterator
from copy import copy, deepcopy
from itertools import pairwise
from typing import Any, NamedTuple


class Mutant(NamedTuple):
    """A module with one fault.

    `where` is the function, class or table that has the fault, `change` the text before and after, without a line
    number: the two together name the fault also when the lines around it move.
    """

    file: str
    line: int
    where: str
    change: str
    source: str


_COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
}
_OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.FloorDiv(),
    ast.FloorDiv: ast.Mult(),
}
_CALLS = {"min": "max", "max": "min", "sorted": "list", "any": "all", "all": "any"}
_SQL = (
    (r"<=", "<"),
    (r">=", ">"),
    (r"<(?![=>])", "<="),
    (r"(?<!<)>(?!=)", ">="),
    (r"(?<![<>])=", "<>"),
    (r"\bAND\b", "OR"),
    (r"\bOR\b", "AND"),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bmax\(", "min("),
    (r" DESC\b", ""),
    (r" ORDER BY [\w.]+", ""),
    (r" FOR UPDATE\b", ""),
    (r"'\w+', ", ""),
    (r" LIMIT \d+", ""),
)
_IS_SQL = re.compile(r"\b(SELECT|FROM|WHERE|AND|ORDER BY|FOR UPDATE|IN \()")
_PLACEHOLDER = re.compile(r"\{\w+\}")
_NO_BEHAVIOUR = {"annotation", "returns", "decorator_list", "bases", "slice", "format_spec", "msg"}
_DROPPED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Delete, ast.Continue, ast.For)
_SHOWN = 90


def mutants_of(file: str, text: str) -> list[Mutant]:
    """Every fault that can be planted in a module, in the order of its lines."""
    tree = ast.parse(text)
    plain = [ast.unparse(statement) for statement in tree.body]
    found = []
    for index, statement in enumerate(tree.body):
        for line, where in _below(statement, _name(statement, ""), statement.lineno):
            changed = ast.unparse(ast.fix_missing_locations(statement))
            source = "\n".join([*plain[:index], changed, *plain[index + 1 :], ""])
            found.append(Mutant(file, line, where, _change(plain[index], changed), source))
    return found


def _below(parent: ast.AST, where: str, line: int) -> Iterator[tuple[int, str]]:
    """Make one change after the other; each is in place when it is yielded, and undone afterwards."""
    if isinstance(parent, ast.Assert | ast.Import | ast.ImportFrom):
        return
    for field, value in ast.iter_fields(parent):
        if field in _NO_BEHAVIOUR or (isinstance(parent, ast.ClassDef) and field == "keywords"):
            continue
        if isinstance(value, ast.AST):
            for new in _replacements(parent, field, value):
                setattr(parent, field, new)
                yield getattr(value, "lineno", line), where
            setattr(parent, field, value)
            yield from _below(value, _name(value, where), getattr(value, "lineno", line))
        elif isinstance(value, list):
            yield from _in_list(parent, field, value, where, line)


def _in_list(
    parent: ast.AST, field: str, items: list[Any], where: str, line: int
) -> Iterator[tuple[int, str]]:
    for index, item in enumerate(list(items)):
        if not isinstance(item, ast.AST) or _is_docstring(item):
            continue
        at = getattr(item, "lineno", line)
        for new in _replacements(parent, field, item):
            items[index] = new
            yield at, where
        items[index] = item
        if _may_go(parent, field, item):
            items[index : index + 1] = [ast.Pass()] if isinstance(item, ast.stmt) else []
            yield at, where
            items[index : index + (1 if isinstance(item, ast.stmt) else 0)] = [item]
        yield from _below(item, _name(item, where), at)


def _may_go(parent: ast.AST, field: str, item: ast.AST) -> bool:
    """Whether an element of a list may be left out: a statement, an operand, an element, a condition, a case."""
    match parent, item:
        case ((ast.BoolOp() | ast.Set() | ast.List(ctx=ast.Load()) | ast.Tuple(ctx=ast.Load())), ast.expr()):
            return field in {"values", "elts"}
        case (ast.comprehension(), ast.expr()) | (ast.Match(cases=[_, _, *_]), ast.match_case()):
            return field in {"ifs", "cases"}
        case (
            (_, ast.Assign(targets=[ast.Attribute() | ast.Subscript()]))
            | (_, ast.AnnAssign(target=ast.Attribute(), value=ast.expr()))
            | (_, ast.Return(value=None | ast.Constant(value=None)))
        ):
            return True
    return isinstance(item, _DROPPED)


def _replacements(parent: ast.AST, field: str, node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901, PLR0912 (a table)
    """What a node may be replaced by."""
    if field == "test" and isinstance(parent, ast.If | ast.IfExp | ast.While):
        yield ast.Constant(value=False)
        if not isinstance(parent, ast.While):
            yield ast.Constant(value=True)
    match node:
        case ast.Compare(ops=ops):
            for index, op in enumerate(ops):
                new = copy(node)
                new.ops = [*ops[:index], _COMPARISONS[type(op)], *ops[index + 1 :]]
                yield new
        case ast.BoolOp(op=ast.And(), values=values):
            yield ast.BoolOp(ast.Or(), values)
        case ast.BoolOp(values=values):
            yield ast.BoolOp(ast.And(), values)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            yield ast.BinOp(left, _OPERATORS[type(op)], right)
        case ast.Constant(value=bool() as flag):
            yield ast.Constant(value=not flag)
        case ast.Constant(value=int() as number):
            yield from (ast.Constant(value=number + 1), ast.Constant(value=number - 1))
        case ast.Constant(value=str() as text):
            yield from (ast.Constant(value=new) for new in _texts(text))
        case ast.Call(func=ast.Name(id=name), args=args) if name in _CALLS:
            keywords = [] if name == "sorted" else node.keywords
            yield ast.Call(ast.Name(_CALLS[name]), args, keywords)
        case ast.Dict(keys=keys, values=values):
            yield from _tables(keys, values)


def _texts(text: str) -> Iterator[str]:
    changes = _SQL if _IS_SQL.search(text) else ((_PLACEHOLDER.pattern, ""),)
    for pattern, new in changes:
        for found in re.finditer(pattern, text):
            yield text[: found.start()] + new + text[found.end() :]


def _tables(keys: list[ast.expr | None], values: list[ast.expr]) -> Iterator[ast.Dict]:
    """The table without one of its entries, and with the values of two neighbours swapped.

    Of entries that are calls with the same number of arguments, as the wordings of reasons, each argument is swapped.
    """
    for index in range(len(values)):
        yield ast.Dict([*keys[:index], *keys[index + 1 :]], [*values[:index], *values[index + 1 :]])
    for index, (one, other) in enumerate(pairwise(values)):
        for first, second in _swapped(one, other):
            if ast.dump(first) != ast.dump(one):
                yield ast.Dict(keys, [*values[:index], first, second, *values[index + 2 :]])


def _swapped(one: ast.expr, other: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    match one, other:
        case ast.Call(args=[_, *_] as mine), ast.Call(args=[_, *_] as theirs) if len(mine) == len(theirs):
            for index in range(len(mine)):
                first, second = deepcopy(one), deepcopy(other)
                assert isinstance(first, ast.Call)
                assert isinstance(second, ast.Call)
                first.args[index], second.args[index] = second.args[index], first.args[index]
                yield first, second
        case _:
            yield other, one


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _name(node: ast.AST, where: str) -> str:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return f"{where}.{name}" if where else name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if not where:
            return name
    return where


def _change(old: str, new: str) -> str:
    """The lines that differ, before and after, cut around what differs if they are long."""
    before, after = old.splitlines(), new.splitlines()
    same = _same(before, after)
    before, after = before[same:], after[same:]
    same = _same(before[::-1], after[::-1])
    one = " ".join(line.strip() for line in before[: len(before) - same])
    other = " ".join(line.strip() for line in after[: len(after) - same])
    if max(len(one), len(other)) > _SHOWN:
        start = max(_same(one, other) - _SHOWN // 3, 0)
        end = max(_same(one[::-1], other[::-1]) - _SHOWN // 3, 0)
        one, other = (_shortened(text[start : len(text) - end]) for text in (one, other))
    return f"{one} → {other or '(nothing)'}"


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * _SHOWN else f"{text[:_SHOWN]}…{text[-_SHOWN:]}"


def _same(one: Any, other: Any) -> int:
    """The length of the common beginning."""
    length = min(len(one), len(other))
    return next((index for index in range(length) if one[index] != other[index]), length)
