"""A request that carries a command: its body becomes the command, the command's answer becomes the response."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from shoplink.api.http.body import plain, read_object, respond
from shoplink.api.http.disclosure import disclose_to_key
from shoplink.api.http.problem import ProblemError, changed_response, problem_response, refusal_response
from shoplink.api.http.request import actor_of, idempotency_key, key_of, require_issuer
from shoplink.core import COMMANDS, Command, wire
from shoplink.core.parse import Fault, wrong
from shoplink.core.values import shown
from shoplink.core.wire_format import read_reason
from shoplink.flows.answer import Answer
from shoplink.flows.command import read_command_now
from shoplink.flows.execute import execute
from shoplink.flows.look import look
from shoplink.flows.precondition import Precondition, what_changed
from shoplink.flows.state import state_after, write_state
from shoplink.network import country_of
from shoplink.store.read.link import one_link, snapshot
from shoplink.store.write.load import LoadKeys

ADDRESS = "an IPv4 or IPv6 address"


def read_command(request: HttpRequest, kind: str, **named: str) -> Command:
    """The command of this kind in a request's body; `named` are the fields that the path gives.

    Raises MalformedError and ProblemError (scope.missing, actor.not_allowed).
    """
    by, key = actor_of(request), idempotency_key(request)
    fields, faults = with_network_region(kind, read_object(request))
    command = read_command_now(fields, {**named, "command": kind, "by": plain(by), "key": key}, faults=faults)
    require_issuer(request, command)
    return command


def read_command_on_link(request: HttpRequest, link_id: str, kind: str) -> Any:
    """The command of this kind on the shop and the account of a link. Raises also ProblemError (not_found)."""
    link = one_link(link_id)
    if link is None:
        raise ProblemError("not_found")
    return read_command(request, kind, shop_id=link.shop_id, account_id=link.account_id)


def with_network_region(kind: object, fields: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """A command's fields with `client_ip` replaced by the `network_region` that it is in, and what is wrong with it.

    Only the country goes on from here, null if it is unknown; the address is stored nowhere.
    """
    command = COMMANDS.get(kind) if isinstance(kind, str) else None
    if "client_ip" not in fields or command is None or "network_region" not in command.__struct_fields__:
        return fields, []
    others = {name: value for name, value in fields.items() if name != "client_ip"}
    if "network_region" in fields:
        names = "client_ip, network_region"
        return others, [Fault("exactly one of {names} must be given", "client_ip", {"names": names})]
    address = fields["client_ip"]
    try:
        return {**others, "network_region": country_of(str(address))}, []
    except ValueError:
        return {**others, "network_region": None}, [wrong("client_ip", ADDRESS, shown(address))]


_TRY_AGAIN = {"Retry-After": "1"}


def carry_out(  # noqa: PLR0913 (a command, and how it is answered)
    request: HttpRequest,
    command: Command,
    show: Callable[[Answer], Any],
    *,
    with_state: bool = False,
    status: int = 200,
    link_id: str | None = None,
    seen: Precondition | None = None,
) -> HttpResponse:
    """Execute a command and answer it with the body that `show` makes of an accepted answer, or with the problem.

    `seen`: its precondition; once that fails, the answer is 412 with what has changed.
    `with_state`: the answer has the state that the command left, for `read_state`; a repeated request gets the same.
    """
    scope = key_of(request).key_id
    answer = execute(command, scope=scope, link_id=link_id, with_state=with_state, seen=seen)
    match answer["outcome"]:
        case "accepted":
            if with_state and "state" not in answer:
                # The key was first used for the same command in a stream, which keeps no states.
                with snapshot():
                    world = look(LoadKeys.of([command])).world
                    answer["state"] = write_state(state_after(world, command))
            response = respond(show(answer), status)
        case "stale":
            assert seen is not None, "only what was made from something is stale"
            response = changed_response(request, what_changed(seen))
        case "refused":
            told = disclose_to_key(request, command, map(read_reason, answer["reasons"]))
            response = refusal_response(
                request, [wire(each) for each in told.reasons], creator_can_see=told.creator_can_see
            )
        case _:
            headers = _TRY_AGAIN if answer["error"] == "idempotency.in_progress" else {}
            response = problem_response(request, ProblemError(answer["error"], headers=headers))
    if answer.get("replayed"):
        response["Idempotent-Replayed"] = "true"
    return response
