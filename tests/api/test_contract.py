"""What the document is made of besides the operations: who causes an event, and the values of a reason."""

import ast

from msgspec.structs import fields

from shoplink.api.http.problem import ReasonParams
from shoplink.core.events import AnyEvent
from shoplink.core.roles import CAUSED_BY
from tests.traceability import ROOT


def test_every_event_says_who_causes_it() -> None:
    assert CAUSED_BY.keys() == set(AnyEvent.__args__)


def test_the_values_of_a_reason_are_all_described() -> None:
    given = {
        key.value
        for path in (ROOT / "src" / "shoplink" / "core").rglob("*.py")
        if "Reason" in path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for values in _params(node)
        for key in values.keys
        if isinstance(key, ast.Constant)
    }
    assert len(given) > 25
    assert given == {one.name for one in fields(ReasonParams)}


def _params(node: ast.AST) -> list[ast.Dict]:
    """The objects that are written for the values of a reason."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
        return [
            one for one in [*node.args, *(word.value for word in node.keywords)] if isinstance(one, ast.Dict)
        ]
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AnnAssign)
        else []
    )
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    value = getattr(node, "value", None)
    if names & {"params", "PRIVATE"}:
        return [one for one in ast.walk(value) if isinstance(one, ast.Dict)] if value is not None else []
    return []
