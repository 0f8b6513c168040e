"""Who calls, on whose behalf, and whom a request is about: the API key, the actor, the idempotency key, the subject."""

import math
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from shoplink.api.http.body import refuse_fields
from shoplink.api.http.header import has_header, header_of
from shoplink.api.http.problem import ProblemError
from shoplink.core import Command, Invite, roles
from shoplink.core.facts import LIVE, Actor, is_reserved
from shoplink.core.parse import MalformedError, is_id
from shoplink.core.roles import ISSUERS, Issuer
from shoplink.core.values import shown
from shoplink.flows.look import look_at_pair
from shoplink.flows.people.lookup import look_up_by_key
from shoplink.flows.people.sign_in_link import Subject
from shoplink.store.people import keys
from shoplink.store.people.keys import Key
from shoplink.wording.input_errors import ID

ACTOR_HEADER = "Shoplink-Actor"
ACTORS = "shop:ID, account:ID, support:ID or platform:ID"
UNRESERVED = "platform:ID, but not demo, sandbox or shoplink, which are reserved"
ACTOR_PATTERN = r"^(shop|account|creator|support|platform):[A-Za-z0-9_.:-]{1,64}$"
KEY_HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 200
KEY_PATTERN = "^[!-+.-~-]([ -+.-~-]*[!-+.-~-])?$"
"""Printable ASCII without a comma, which is what a server puts between two headers of one name."""

KEY_ALLOWED = "one key of 1 to {} printable ASCII characters, without a comma"

_KEY = re.compile(KEY_PATTERN)
_ACTOR = re.compile(r"(shop|account|creator|support|platform):([A-Za-z0-9_.:-]{1,64})")
_KINDS: dict[str, Issuer] = {
    "shop": "shop",
    "account": "creator",
    "creator": "creator",
    "support": "support",
    "platform": "platform",
}
_SUBJECTS: dict[str, Subject] = {"shop_id": "shop", "account_id": "creator"}


def authenticate(request: HttpRequest) -> None:
    """Let a request in with its key (`Authorization: Bearer …`). Raises ProblemError (key.unknown)."""
    kind, _, secret = header_of(request, "Authorization").partition(" ")
    key = keys.find_key(secret) if kind.lower() == "bearer" else None
    if key is None:
        raise ProblemError("key.unknown", headers={"WWW-Authenticate": "Bearer"})
    keys.note_use(key.key_id)
    request.key = key  # type: ignore[attr-defined]


def key_of(request: HttpRequest) -> Key:
    """The key that a request was let in with."""
    key: Key = request.key  # type: ignore[attr-defined]
    return key


def require_scope(request: HttpRequest, scope: str) -> None:
    """Raises ProblemError (scope.missing) if the request's key does not have a scope."""
    if scope not in key_of(request).scopes:
        raise ProblemError("scope.missing", scope=scope)


def idempotency_key(request: HttpRequest, length_max: int = KEY_LENGTH_MAX) -> str | None:
    """The idempotency key of a request, if it has one.

    Raises MalformedError if it is of another form, or there are two.
    """
    key = _header(request, KEY_HEADER)
    if key is not None and not (len(key) <= length_max and _KEY.fullmatch(key)):
        raise MalformedError.wrong(KEY_HEADER, KEY_ALLOWED.format(length_max), shown(key))
    return key


def _header(request: HttpRequest, name: str) -> str | None:
    """The text of a header, if it is there. Raises MalformedError if it has none.

    What is not ASCII arrives as an empty text.
    """
    if not has_header(request, name):
        return None
    text = header_of(request, name)
    if not text:
        raise MalformedError("{name} is empty, or has characters other than ASCII", name, name=name)
    return text


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, by the header `Shoplink-Actor`. Raises MalformedError if it is missing or of another form."""
    text = _header(request, ACTOR_HEADER)
    if text is None:
        raise MalformedError.wrong(ACTOR_HEADER, ACTORS)
    return read_issuer(text, ACTOR_HEADER)


def acting_with_scope(request: HttpRequest) -> Actor:
    """Who acts, for whom the key may act. Raises MalformedError and ProblemError (scope.missing)."""
    by = actor_of(request)
    require_scope(request, by.kind)
    return by


def read_actor(text: str, field: str) -> Actor:
    """The actor in a text like `shop:S1`; an account stands for its creator. Raises MalformedError."""
    found = _ACTOR.fullmatch(text)
    if found is None:
        raise MalformedError.wrong(field, ACTORS, shown(text))
    return Actor(_KINDS[found[1]], found[2])


def read_issuer(text: str, field: str) -> Actor:
    """The actor in a text, who is not one that only the service itself acts as. Raises MalformedError."""
    actor = read_actor(text, field)
    if is_reserved(actor):
        raise MalformedError.wrong(field, UNRESERVED, shown(text))
    return actor


def write_actor(kind: str, actor_id: str) -> str:
    """An actor as the header names it: `shop:S1`, `account:A1`."""
    return f"{'account' if kind == 'creator' else kind}:{actor_id}"


def actor_not_allowed(by: Actor, command: str, allowed: str) -> ProblemError:
    """The problem of an actor who may not do this; `allowed` names who may."""
    return ProblemError(
        "actor.not_allowed", actor=write_actor(by.kind, by.id), command=command, allowed=allowed
    )


def require_issuer(request: HttpRequest, command: Command) -> None:
    """Require that the command's actor may issue it, for itself only, and that the key may act for such an actor.

    An account that a key asks about for a shop alone is looked up thereby, as on the shop's pages: it is recorded, and
    limited. A key with the scope `read` may read every account anyway.

    Raises ProblemError (scope.missing, actor.not_allowed, look_ups.spent).
    """
    actor = command.by
    assert actor is not None, "a command over the API says by whom"
    require_scope(request, actor.kind)
    if not roles.may_issue(actor, command):
        own_ids = {kind: _own_id(command, kind) for kind in ISSUERS[type(command)]}
        issuers = (write_actor(kind, own_id) for kind, own_id in own_ids.items() if own_id is not None)
        raise actor_not_allowed(actor, str(command.__struct_config__.tag), ", ".join(sorted(issuers)))
    # The one command by which a shop asks about an account that it has no live link with.
    if isinstance(command, Invite) and "read" not in key_of(request).scopes:
        _look_up(request, command, actor)


def _look_up(request: HttpRequest, command: Invite, by: Actor) -> None:
    """Record that a key asks about an account, unless the shop has a live link with it. Raises ProblemError."""
    pair = command.shop_id, command.account_id
    link = look_at_pair(*pair).world.link(*pair)
    if link is not None and link.status in LIVE:
        return
    wait = look_up_by_key(by, key_of(request).key_id, command.account_id)
    if wait:
        seconds = math.ceil(wait.total_seconds())
        headers = {"Retry-After": str(seconds)}
        raise ProblemError(
            "look_ups.spent", headers=headers, allowed=settings.LOOK_UPS_PER_HOUR, seconds=seconds
        )


def _own_id(command: Command, kind: Issuer) -> str | None:
    """The id of an actor of this kind who may issue the command; None if it is about no shop or account of theirs."""
    name = {"shop": "shop_id", "creator": "account_id"}.get(kind, "")
    found: str | None = getattr(command, name, "ID")
    return found


def read_subject(fields: dict[str, Any], *others: str) -> tuple[Subject, str]:
    """The kind and the id of whom a body is about; `others` are the fields it may have besides. Raises MalformedError."""
    refuse_fields(fields, other_than=(*_SUBJECTS, *others))
    given = [name for name in _SUBJECTS if fields.get(name) is not None]
    if len(given) != 1:
        raise MalformedError("exactly one of {names} must be given", "account_id", names=", ".join(_SUBJECTS))
    subject_id = fields[given[0]]
    if not isinstance(subject_id, str) or not is_id(subject_id):
        raise MalformedError.wrong(given[0], ID.en, shown(subject_id))
    return _SUBJECTS[given[0]], subject_id
