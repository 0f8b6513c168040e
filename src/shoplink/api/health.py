"""For operators: whether the service is ready, and what Prometheus reads. No personal data, so no key."""

import os
from collections.abc import Iterator

import msgspec
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shoplink.flows.health import AHEAD, TROUBLES, clock_is_behind, free_bytes, lag, troubles


def readyz(_request: HttpRequest) -> HttpResponse:
    """200 if commands can be executed now; else 503, and why not. A clock that is behind is named, too."""
    found = troubles()
    problems = [{"code": one, "detail": TROUBLES[one]} for one in found]
    if not found and clock_is_behind():
        problems.append({"code": "clock_behind", "detail": AHEAD})
    answer = {"ready": not found, "problems": problems}
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
        yield GaugeMetricFamily(
            "shoplink_free_bytes",
            "What is free on the disk of the SQLite file or of the own folder.",
            free_bytes(),
        )
        if set(found) <= {"read_only", "full"}:
            try:
                late = lag()
            except DatabaseError:  # locked, for example, which must not hide what is counted here
                return
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
