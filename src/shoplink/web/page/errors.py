"""Error pages, in the reader's language.

They depend neither on the address nor on the visitor: what a visitor may not see looks the same as what does not exist.
Making one asks the database nothing: it may be away, and a flood of refused requests shall cost it nothing.
"""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from shoplink.web.request.reader import CODES, tag_now, tag_of_browser
from shoplink.wording.problems import PROBLEMS


def not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 (Django's signature)
    """404: this address has no page that the reader may see."""
    return _error(404, _("Page not found"), _("Check the address, or go to the home page."))


def forbidden(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 (as above)
    """403: the request is not allowed."""
    return _error(403, _("Not allowed"), _("Go to the home page and try again from there."))


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 (as above)
    """400: the request cannot be read."""
    return _error(400, _("The request could not be read"), _("Go back and send it again."))


def server_error(_request: HttpRequest) -> HttpResponse:
    """500: an error of the service."""
    return _error(
        500, _("Something went wrong"), _("The error is ours and has been logged. Nothing was saved.")
    )


def database_unavailable(request: HttpRequest, kind: str) -> HttpResponse:
    """503: the database cannot be used. The person cannot be looked up either, so the browser chooses the language."""
    with translation.override(CODES[tag_of_browser(request)]):
        problem = PROBLEMS[f"database.{kind}"]
        return _error(503, _(problem.title), _(problem.detail))


def refused(request: HttpRequest, kind: str, most: int) -> HttpResponse:
    """413, 408 or 503: a request whose body is too large (more than `most` bytes) or too slow, or that finds no thread.

    Nobody is looked up for it, so the browser chooses the language.
    """
    with translation.override(CODES[tag_of_browser(request)]):
        if kind == "body.too_large":
            text = _("At most {most} KB can be sent here. Nothing was saved.").format(most=most // 1024)
            return _error(413, _("That is too large"), text)
        if kind == "body.too_slow":
            return _error(
                408, _("The form did not arrive in time"), _("Nothing was saved. Go back and send it again.")
            )
        return _error(503, _("Too busy"), _("Too many people ask at this moment. Try again shortly."))


def too_many(_request: HttpRequest) -> HttpResponse:
    """429: too many attempts, for example to sign in, or too many pages."""
    return _error(429, _("Too many attempts"), _("Wait a few minutes and try again."))


def csrf_failure(_request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (Django's signature)
    """403: a form that does not come from one of our pages, or from a page that was open for too long."""
    return _error(
        403,
        _("This form could not be accepted"),
        _(
            "It did not come from this site, or the page was open for too long. Go back, reload the page and send it again."
        ),
    )


def _error(status: int, title: str, text: str) -> HttpResponse:
    context = {"status": status, "title": title, "text": text, "language": CODES[tag_now()]}
    response = HttpResponse(render_to_string("web/error.html", context), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
