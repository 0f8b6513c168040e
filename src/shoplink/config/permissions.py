"""The one permission table: every route of every surface, by which method, and who may use it so."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from shoplink.api import v1
from shoplink.api.http.openapi import WHO
from shoplink.web.page.declare import PAGES

_OPERATORS = "anyone; for operators, without personal data"
_OTHERS = {
    ("GET", "/healthz"): _OPERATORS,
    ("GET", "/readyz"): _OPERATORS,
    ("GET", "/metrics"): _OPERATORS,
    ("GET", "/v1/openapi.json"): "anyone",
    ("GET", "/v1/docs"): "anyone",
}


class Row(NamedTuple):
    """One way to use one route, and who may."""

    route: str
    method: str
    who: str


def table() -> list[Row]:
    """Every route with each method it answers, in the order of the routes."""
    assert get_resolver().url_patterns, "importing the routes declares the pages"
    rows = [Row(route, method, who) for (method, route), who in _OTHERS.items()]
    for page in PAGES.values():
        rows += [Row(f"/{page.route}", method, page.access.who) for method in page.methods]
    for route, operations in v1.document()["paths"].items():
        rows += [Row(route, method.upper(), operation[WHO]) for method, operation in operations.items()]
    return sorted(rows)


def undeclared() -> list[str]:
    """The routes that Django answers and the table does not name; there are none."""
    named = {row.route for row in table()}
    return [route for route in _routes(get_resolver().url_patterns, "/") if route not in named]


def _routes(patterns: list[Any], before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern), "Django knows these two"
            yield _as_the_api_writes_it(route) if route.startswith("/v1/") else route


def _as_the_api_writes_it(route: str) -> str:
    return route.replace("<", "{").replace(">", "}")
