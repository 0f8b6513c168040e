"""For operators: whether the service is ready, and what Prometheus reads. Strangers learn only whether it is ready."""

import os
import secrets
from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address

import msgspec
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from shoplink.api.http.header import header_of
from shoplink.flows.clock import clock_problems
from shoplink.flows.health import TROUBLES, free_bytes, lag, troubles
from shoplink.network import address_of


def readyz(request: HttpRequest) -> HttpResponse:
    """200 if commands can be executed now; else 503. Operators learn why not, and what speaks against the clock."""
    found = troubles()
    problems: list[dict[str, str]] = [{"code": one, "detail": TROUBLES[one]} for one in found]
    if not found:
        problems += [{"code": one.code, "detail": one.detail} for one in clock_problems()]
    details = {"problems": problems} if _is_for_operator(request) else {}
    answer = {"ready": not found, **details}
    return HttpResponse(
        msgspec.json.encode(answer), status=503 if found else 200, content_type="application/json"
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """What is counted in this process, or in all of them if PROMETHEUS_MULTIPROC_DIR is set, and what waits.

    For strangers there is nothing here.
    """
    if not _is_for_operator(request):
        return HttpResponseNotFound("not found\n", content_type="text/plain")
    counted: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    waits = CollectorRegistry()
    waits.register(_Waits())
    text = generate_latest(counted) + generate_latest(waits)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _is_for_operator(request: HttpRequest) -> bool:
    """Whether a request has the operators' token, or comes from one of their networks."""
    kind, _, token = header_of(request, "Authorization").partition(" ")
    expected = settings.METRICS_TOKEN
    if expected and kind.lower() == "bearer" and secrets.compare_digest(token.encode(), expected.encode()):
        return True
    try:
        address = ip_address(address_of(request))
    except ValueError:  # unknown, or not what a proxy should write
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in settings.METRICS_NETWORKS)


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
            yield GaugeMetricFamily(
                "shoplink_webhook_lag_events",
                "Events that the platform's webhook endpoint that is furthest behind waits for.",
                late.webhook_events,
            )
            yield GaugeMetricFamily(
                "shoplink_webhook_failing_endpoints",
                "Webhook endpoints whose last request failed, or that are stopped by that.",
                late.failing_webhooks,
            )
