"""What is answered where there is no page: in the reader's language and the same look, and alike for everybody.

Nothing in it depends on the address or on who asks, so that what is not somebody's cannot be told from what is not.
"""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from shoplink.web.request.reader import CODES, language_now, tag_of_browser


def not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 (Django's signature)
    """404: nothing is at this address, for this reader."""
    return _error(404, _("There is nothing here"), _("Check the address, or go back to the start."))


def forbidden(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 (as above)
    """403: this may not be done."""
    return _error(403, _("This may not be done"), _("Go back to the start and try again from there."))


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 (as above)
    """400: what was sent cannot be read."""
    return _error(400, _("This could not be read"), _("Go back and send it again."))


def broken(_request: HttpRequest) -> HttpResponse:
    """500: a fault of ours."""
    return _error(
        500, _("Something went wrong here"), _("The fault is ours and was recorded; nothing was stored.")
    )


def away(request: HttpRequest) -> HttpResponse:
    """503: the database cannot be reached, so nobody can be looked up: in the language that the browser asks for."""
    with translation.override(CODES[tag_of_browser(request)]):
        return _error(
            503, _("The database is away"), _("The database cannot be reached now; try again shortly.")
        )


def too_many(_request: HttpRequest) -> HttpResponse:
    """429: too many attempts to sign in, or the like."""
    return _error(429, _("Too many attempts"), _("Wait a few minutes and try again."))


def forged(_request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (Django's signature)
    """403: a form that did not come from our pages, or from one that stood open for too long."""
    return _error(
        403,
        _("This form could not be accepted"),
        _(
            "It did not come from this site, or the page was open for too long. Reload the page and send it again."
        ),
    )


def wrong_method(response: HttpResponse) -> HttpResponse:
    """405: the address answers other methods."""
    page = _error(405, _("This cannot be asked here"), _("Go back to the start and try again from there."))
    page.headers["Allow"] = response.headers["Allow"]
    return page


def _error(status: int, title: str, text: str) -> HttpResponse:
    context = {"status": status, "title": title, "text": text, "language": CODES[language_now().tag]}
    response = HttpResponse(render_to_string("web/error.html", context), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
