"""On whose behalf a caller acts: the header `Shoplink-Actor`, checked against who may issue what."""

import re

from django.http import HttpRequest

from shoplink.api.key import needs_scope
from shoplink.api.problem import ProblemError
from shoplink.core import Command, roles
from shoplink.core.facts import Actor
from shoplink.core.parse import MalformedError
from shoplink.core.roles import ISSUERS, Issuer

HEADER = "Shoplink-Actor"
ALLOWED = "shop:ID, account:ID, support:ID or platform:ID"
_FORM = re.compile(r"(shop|account|creator|support|platform):([A-Za-z0-9_.:-]{1,64})")
_KINDS: dict[str, Issuer] = {
    "shop": "shop",
    "account": "creator",
    "creator": "creator",
    "support": "support",
    "platform": "platform",
}


def actor_of(request: HttpRequest) -> Actor:
    """Who the header says is acting. Raises MalformedError if it is missing or of another form."""
    text = request.headers.get(HEADER)
    if text is None:
        raise MalformedError.wrong(HEADER, ALLOWED)
    return read_actor(text, HEADER)


def read_actor(text: str, field: str) -> Actor:
    """The actor in a text like `shop:S1`; an account stands for its creator. Raises MalformedError."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise MalformedError.wrong(field, ALLOWED, repr(text))
    return Actor(_KINDS[found[1]], found[2])


def may_issue(request: HttpRequest, command: Command) -> None:
    """Hold that the command's actor may issue it, for itself only, and the key act for such an actor.

    Raises ProblemError (scope.missing, actor.not_allowed).
    """
    actor = command.by
    assert actor is not None, "a command over the API says by whom"
    needs_scope(request, actor.kind)
    if roles.may_issue(actor, command):
        return
    raise ProblemError(
        "actor.not_allowed",
        actor=written(actor.kind, actor.id),
        command=command.__struct_config__.tag,
        allowed=", ".join(sorted(written(kind, _own(command, kind)) for kind in ISSUERS[type(command)])),
    )


def _own(command: Command, kind: Issuer) -> str:
    name = {"shop": "shop_id", "creator": "account_id"}.get(kind, "")
    return getattr(command, name, None) or "ID"


def written(kind: str, actor_id: str) -> str:
    """An actor as the header names it: `shop:S1`, `account:A1`."""
    return f"{'account' if kind == 'creator' else kind}:{actor_id}"
