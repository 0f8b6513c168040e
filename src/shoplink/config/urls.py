"""The routes of every surface."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from shoplink.api.health import metrics, readyz
from shoplink.api.v1 import api


def healthz(_request: HttpRequest) -> HttpResponse:
    """That the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("v1/", api.urls),
]
