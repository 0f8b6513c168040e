"""The routes of the API, the consoles and the health checks."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from shoplink.api import v1
from shoplink.api.health import metrics, readyz
from shoplink.web.routes import routes


def healthz(_request: HttpRequest) -> HttpResponse:
    """Liveness: the process answers requests."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("v1/", include(v1)),
    *routes(),
]

handler400 = "shoplink.web.page.errors.bad_request"
handler403 = "shoplink.web.page.errors.forbidden"
handler404 = "shoplink.web.page.errors.not_found"
handler500 = "shoplink.config.database_errors.server_error_or_unavailable"
handler429 = "shoplink.web.page.errors.too_many"
