"""A request that carries a command: its body becomes the command, the command's answer becomes the response."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from shoplink.api.http.body import plain, read_object, respond, unknown_field
from shoplink.api.http.problem import ProblemError, problem_response, refusal_response
from shoplink.api.http.request import actor_of, idempotency_key, key_of, require_issuer
from shoplink.core import COMMANDS, Command, World, parse_command
from shoplink.core.parse import MalformedError
from shoplink.flows.execute import Answer, execute
from shoplink.flows.look import look
from shoplink.network import country_of
from shoplink.store.read.link import one_link, snapshot
from shoplink.store.write.load import Touched

ADDRESS = "an IPv4 or IPv6 address"

WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for a command's instant until the write path reads the clock."""

NOT_IN_A_BODY = ("at", "by", "key")


def read_command(request: HttpRequest, kind: str, **named: str) -> Command:
    """The command of this kind in a request's body; `named` are the fields that the path gives.

    Raises MalformedError and ProblemError (body.too_large, scope.missing, actor.not_allowed).
    """
    fields = read_object(request)
    for name in ("command", *NOT_IN_A_BODY, *named):
        if name in fields:
            raise unknown_field(name)
    by, key = actor_of(request), idempotency_key(request)
    given = with_network_region({**fields, **named, "command": kind})
    command = parse_command({**given, "at": WHENEVER, "by": plain(by), "key": key})
    require_issuer(request, command)
    return command


def read_command_on_link(request: HttpRequest, link_id: str, kind: str) -> Any:
    """The command of this kind on the shop and the account of a link. Raises also ProblemError (not_found)."""
    link = one_link(link_id)
    if link is None:
        raise ProblemError("not_found")
    return read_command(request, kind, shop_id=link.shop_id, account_id=link.account_id)


def with_network_region(fields: dict[str, Any]) -> dict[str, Any]:
    """A command's fields with `client_ip` replaced by the `network_region` that it is in; null if unknown.

    Only the country goes on from here; the address is stored nowhere. Raises MalformedError.
    """
    kind = COMMANDS.get(str(fields.get("command")))
    if "client_ip" not in fields or kind is None or "network_region" not in kind.__struct_fields__:
        return fields
    if "network_region" in fields:
        raise MalformedError(
            "exactly one of {names} must be there", "client_ip", names="client_ip, network_region"
        )
    others = {name: value for name, value in fields.items() if name != "client_ip"}
    address = fields["client_ip"]
    try:
        return {**others, "network_region": country_of(str(address))}
    except ValueError:
        raise MalformedError.wrong("client_ip", ADDRESS, repr(address)) from None


def carry_out(  # noqa: PLR0913 (a command, and how it is answered)
    request: HttpRequest,
    command: Command,
    show: Callable[[World], Any] | None = None,
    *,
    finish: Callable[[Answer], Any] = lambda answer: answer["shown"],
    status: int = 200,
    link_id: str | None = None,
) -> HttpResponse:
    """Execute a command and answer it with the body that it led to, or with the problem.

    `show` makes the body of the World that the command leaves; it is kept with the answer, so a repeated request
    gets the same. `finish` makes the response's body of the whole answer.
    """
    shown = None if show is None else lambda world: plain(show(world))
    answer = execute([command], scope=key_of(request).key_id, show=shown, link_id=link_id)[0]
    if show is not None and answer["outcome"] == "accepted" and "shown" not in answer:
        # The key was first used for the same command in a stream, which shows nothing.
        with snapshot():
            answer["shown"] = plain(show(look(Touched.by([command])).world))
    match answer["outcome"]:
        case "accepted":
            return respond(finish(answer), status)
        case "refused":
            return refusal_response(request, answer["reasons"])
        case _:
            return problem_response(request, ProblemError(answer["error"]))
