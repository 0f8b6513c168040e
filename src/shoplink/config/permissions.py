"""The permission table: every route of the pages and the API, with its methods and who may use them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from shoplink.api import v1
from shoplink.api.http.openapi import WHO
from shoplink.web.page.declare import PAGES

_OPERATORS = "SHOPLINK_METRICS_TOKEN, or an address in SHOPLINK_METRICS_NETWORKS"
_OTHERS = {
    ("GET", "/healthz"): "anyone",
    ("GET", "/readyz"): f"anyone; its problems: {_OPERATORS}",
    ("GET", "/metrics"): _OPERATORS,
    ("GET", "/v1/openapi.json"): "anyone",
    ("GET", "/v1/docs"): "anyone",
}


class Permission(NamedTuple):
    """A route with a method, and who may use it."""

    route: str
    method: str
    who: str


def table() -> list[Permission]:
    """Every route with each of its methods, sorted."""
    assert get_resolver().url_patterns, "importing the routes declares the pages"
    rows = [Permission(route, method, who) for (method, route), who in _OTHERS.items()]
    for page in PAGES.values():
        rows += [Permission(f"/{page.route}", method, page.access.who) for method in page.methods]
    for route, operations in v1.document()["paths"].items():
        rows += [
            Permission(route, method.upper(), operation[WHO]) for method, operation in operations.items()
        ]
    return sorted(rows)


def undeclared() -> list[str]:
    """The routes that Django serves but the table does not contain; a test expects none."""
    named = {row.route for row in table()}
    return [route for route in _routes(get_resolver().url_patterns, "/") if route not in named]


def _routes(patterns: list[Any], before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern), "a URL configuration contains only these two types"
            yield _as_the_api_writes_it(route) if route.startswith("/v1/") else route


def _as_the_api_writes_it(route: str) -> str:
    return route.replace("<", "{").replace(">", "}")
