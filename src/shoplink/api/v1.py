"""The API `/v1` as a whole: its operations, what answers errors, and its OpenAPI document."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from shoplink import api as package
from shoplink.api import (
    accounts,
    attributions,
    checks,
    links,
    members,
    permissions,
    products,
    records,
    rulebooks,
    shops,
    showcases,
    sign_in_links,
    stream,
    tickets,
    waivers,
)
from shoplink.api.document import components
from shoplink.api.key import ApiKey
from shoplink.api.page import wrong_parameter
from shoplink.api.pages import Pages
from shoplink.api.problem import ProblemError, language_of, problem
from shoplink.core.parse import MalformedError
from shoplink.wording.problems import say_malformed


class Api(NinjaAPI):
    """The operations, with the schemas of what they answer in their document."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """The OpenAPI document."""
        document = super().get_openapi_schema(**options)
        document["components"]["schemas"].update(components())
        return document


api = Api(
    title="shoplink",
    version="1",
    description=package.DESCRIPTION,
    urls_namespace="v1",
    auth=ApiKey(),
    docs=Pages(),
)
for prefix, router in (
    ("", records.router),  # the feed first: routes are tried in turn, and it is asked for the most
    ("/shops", shops.router),
    ("/accounts", accounts.router),
    ("/accounts", showcases.accounts),
    ("/links", links.router),
    ("/links", showcases.links),
    ("/products", products.router),
    ("/contents", showcases.contents),
    ("/checks", checks.router),
    ("/attributions", attributions.router),
    ("/commands", stream.router),
    ("/permissions", permissions.router),
    ("/waivers", waivers.router),
    ("/rulebooks", rulebooks.router),
    ("/members", members.router),
    ("/sign-in-links", sign_in_links.router),
    ("/tickets", tickets.router),
):
    api.add_router(prefix, router)


@api.exception_handler(ProblemError)
def on_problem(request: HttpRequest, error: ProblemError) -> HttpResponse:
    """What was found not to be possible, as a problem document."""
    return problem(request, error)


@api.exception_handler(MalformedError)
def on_malformed(request: HttpRequest, error: MalformedError) -> HttpResponse:
    """What is no command, naming the field."""
    more = {} if error.field is None else {"field": error.field}
    sentence = say_malformed(error, language_of(request))
    return problem(request, ProblemError("malformed", problem=sentence), **more)


@api.exception_handler(ValidationError)
def on_invalid_parameter(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A parameter of the path or the query that is not what it may be, naming it."""
    return on_malformed(request, wrong_parameter(request, error.errors[0]))


@api.exception_handler(AuthenticationError)
def on_unknown_key(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    """A request without a key that is in force."""
    return problem(request, ProblemError("key.unknown", headers={"WWW-Authenticate": "Bearer"}))


@api.exception_handler(Http404)
def on_not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    """An address at which there is nothing."""
    return problem(request, ProblemError("not_found"))
