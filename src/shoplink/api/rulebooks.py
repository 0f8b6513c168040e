"""Rulebooks: which there are, where each is in force, and their activation in a market."""

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from msgspec.structs import asdict
from ninja import Router

from shoplink.api import examples
from shoplink.api.ask import carry_out, read_command
from shoplink.api.body import answered
from shoplink.api.document import FIND, READ, WRITE, command_body, documented
from shoplink.api.key import needs_scope
from shoplink.api.page import Id
from shoplink.api.problem import ProblemError
from shoplink.api.schema import (
    ActivationBody,
    Page,
    Parameter,
    RulebookBody,
    RulebookInFullBody,
    Start,
)
from shoplink.core import Rulebook
from shoplink.flows.execute import Answer
from shoplink.flows.look import look_at
from shoplink.flows.rulebooks import default_rulebook, installed_rulebooks
from shoplink.store.read.link import snapshot
from shoplink.store.read.refusal import activations

router = Router(tags=["rulebooks"])


@router.post(
    "/{name}/activations",
    **documented(
        "activate_rulebook",
        ActivationBody,
        status=201,
        problems=WRITE,
        body=command_body("activate_rulebook", "name", example=examples.ACTIVATE),
        example=examples.ACTIVATION,
        acts=True,
        keyed=True,
    ),
)
def activate_rulebook(request: HttpRequest, name: Id) -> HttpResponse:
    """Put a rulebook in force in a market from an instant on, which is now or later."""

    def finish(answer: Answer) -> dict[str, Any]:
        event = next(event for event in answer["events"] if event["type"] == "rulebook.activated")
        return {field: event[field] for field in ActivationBody.__struct_fields__}

    return carry_out(
        request, read_command(request, "activate_rulebook", name=name), finish=finish, status=201
    )


@router.get("", **documented("list_rulebooks", Page[RulebookBody], problems=READ, example=examples.RULEBOOKS))
def list_rulebooks(request: HttpRequest) -> HttpResponse:
    """Every rulebook that is installed, and where each is or will be in force."""
    needs_scope(request, "read")
    with snapshot():
        rulebooks, in_force = installed_rulebooks(), _InForce()
    return answered(Page([in_force.body(rulebook) for rulebook in rulebooks.values()], None))


@router.get(
    "/{name}",
    **documented("get_rulebook", RulebookInFullBody, problems=FIND, example=examples.RULEBOOK_IN_FULL),
)
def get_rulebook(request: HttpRequest, name: Id) -> HttpResponse:
    """A rulebook with every parameter and the sentence that it comes from."""
    needs_scope(request, "read")
    with snapshot():
        rulebook, in_force = installed_rulebooks().get(name), _InForce()
    if rulebook is None:
        raise ProblemError("not_found")
    values = asdict(rulebook.parameters)
    parameters = {key: Parameter(_listed(value), rulebook.sources[key]) for key, value in values.items()}
    body = asdict(in_force.body(rulebook))
    return answered(RulebookInFullBody(**body, parameters=parameters))


def _listed(value: Any) -> Any:
    """A set as a list that is always in the same order."""
    return sorted(value) if isinstance(value, frozenset) else value


class _InForce:
    """Where rulebooks are in force now, and where they will be."""

    def __init__(self) -> None:
        """Read it."""
        world = look_at().world
        self._default = default_rulebook().name
        self._markets: defaultdict[str, set[str]] = defaultdict(set)
        self._starts: defaultdict[str, list[Start]] = defaultdict(list)
        for activation in activations():
            self._markets[world.rulebook(activation.market).name].add(activation.market)
            if activation.effective_from > world.now:
                self._starts[activation.name].append(Start(activation.market, activation.effective_from))

    def body(self, rulebook: Rulebook) -> RulebookBody:
        """What is answered about a rulebook."""
        return RulebookBody(
            name=rulebook.name,
            digest=rulebook.digest,
            default=rulebook.name == self._default,
            in_force=sorted(self._markets[rulebook.name]),
            starts=self._starts[rulebook.name],
        )
