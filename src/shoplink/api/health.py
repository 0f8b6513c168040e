"""For operators: whether the service is ready, and what Prometheus reads. No personal data, so no key."""

import os
from collections.abc import Iterator

import msgspec
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shoplink.flows.health import TROUBLES, lag, troubles


def readyz(_request: HttpRequest) -> HttpResponse:
    """200 if commands can be executed now; else 503, and why not."""
    found = troubles()
    answer = {"ready": not found, "problems": [{"code": one, "detail": TROUBLES[one]} for one in found]}
    return HttpResponse(
        msgspec.json.encode(answer), status=503 if found else 200, content_type="application/json"
    )


def metrics(_request: HttpRequest) -> HttpResponse:
    """What is counted in this process, or in all of them if PROMETHEUS_MULTIPROC_DIR is set, and what waits."""
    counted: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    waits = CollectorRegistry()
    waits.register(_Waits())
    text = generate_latest(counted) + generate_latest(waits)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


class _Waits(Collector):
    """What the timer has not done yet, asked of the database; nothing while it is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("shoplink_ready", "1 if commands can be executed now.")
        found = troubles()
        up.add_metric([], 0 if found else 1)
        yield up
        if set(found) <= {"read_only"}:
            late = lag()
            yield GaugeMetricFamily(
                "shoplink_due_lag_seconds",
                "How long the oldest due change waits to be stored.",
                late.due_seconds,
            )
            yield GaugeMetricFamily(
                "shoplink_unnumbered_events", "Events that the feed does not show yet.", late.unnumbered
            )
            yield GaugeMetricFamily(
                "shoplink_untold_events", "Events that nobody was told about yet.", late.unnotified_events
            )
            yield GaugeMetricFamily(
                "shoplink_mail_lag_seconds", "How long the oldest due e-mail waits.", late.mail_seconds
            )
