"""The edge of the API: what never reached an operation is answered with a problem document, too."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from shoplink.api.problem import CONTENT_TYPE, ProblemError, problem

PREFIX = "/v1/"
_KINDS = {400: "malformed", 404: "not_found", 405: "method.not_allowed", 500: "internal"}


class Edge:
    """Middleware: below `/v1/` an unknown address, a wrong method and a fault of ours are problem documents."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what answers requests."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual, in the API's form."""
        response = self._get_response(request)
        kind = _KINDS.get(response.status_code)
        if kind is None or not request.path.startswith(PREFIX) or response["Content-Type"] == CONTENT_TYPE:
            return response
        allowed = response.headers.get("Allow", "")
        headers = {"Allow": allowed} if allowed else {}
        what = "the request line or a header cannot be read"
        return problem(request, ProblemError(kind, headers=headers, allowed=allowed, problem=what))
