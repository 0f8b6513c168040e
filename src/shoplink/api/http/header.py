"""One header of a request. Django's `request.headers` copies all of them first, which costs more than the few that are read."""

from functools import cache

from django.http import HttpRequest
from django.http.request import HttpHeaders


def header_of(request: HttpRequest, name: str, default: str = "") -> str:
    """The text of a header, `default` if the request has none of this name."""
    text: str = request.META.get(_variable(name), default)
    return text


def has_header(request: HttpRequest, name: str) -> bool:
    """Whether a request has a header of this name, be it empty."""
    return _variable(name) in request.META


@cache
def _variable(name: str) -> str:
    """The key of a header in `META`; the names are ours, so there are few."""
    return HttpHeaders.to_wsgi_name(name)
