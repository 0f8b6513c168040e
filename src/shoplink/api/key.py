"""Who calls: an API key as `Authorization: Bearer …`, and what it may do."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from shoplink.api.problem import ProblemError
from shoplink.store.people import keys
from shoplink.store.people.keys import Key


class ApiKey(HttpBearer):
    """The key that a request carries, if it is one that is in force."""

    def authenticate(self, request: HttpRequest, token: str) -> Key | None:  # noqa: ARG002 (ninja's signature)
        """The key of a secret."""
        key = keys.find(token)
        if key is not None:
            keys.note_use(key.key_id)
        return key


def key_of(request: HttpRequest) -> Key:
    """The key that a request was let in with."""
    key: Key = request.auth  # type: ignore[attr-defined]
    return key


def needs_scope(request: HttpRequest, scope: str) -> None:
    """Raises ProblemError (scope.missing) if the request's key does not have a scope."""
    if scope not in key_of(request).scopes:
        raise ProblemError("scope.missing", scope=scope)
