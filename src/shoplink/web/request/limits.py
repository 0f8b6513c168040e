"""How many pages an address and a session may request."""

import hashlib
import math
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from shoplink.network import address_of
from shoplink.network.buckets import share_of_process, site_of

_OTHERS = ("/v1/", "/healthz", "/readyz", "/metrics")


class PageRateLimit:
    """Middleware: a page costs a token of the address, and one of the session if the request carries one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap the next handler."""
        self._get_response = get_response
        self._buckets = share_of_process(settings.PAGES_PER_SECOND, settings.PAGES_BURST)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual, or 429 and when to try again."""
        from shoplink.web.page.errors import too_many  # noqa: PLC0415 (its templates need the apps)
        from shoplink.web.request.reader import CODES, tag_of_browser  # noqa: PLC0415 (as above)

        if request.path.startswith(_OTHERS):
            return self._get_response(request)
        names = [f"address {site_of(address_of(request))}"]
        if session := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            names.append(f"session {hashlib.sha256(session.encode()).hexdigest()}")
        wait = self._buckets.take(*names)
        if wait == 0:
            return self._get_response(request)
        # Nobody is looked up for it, so the browser chooses the language.
        with translation.override(CODES[tag_of_browser(request)]):
            response = too_many(request)
        response.headers["Retry-After"] = str(math.ceil(wait))
        return response
