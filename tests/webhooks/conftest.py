"""Webhooks may reach this machine in these tests, and without TLS."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from django.test import override_settings

from tests.webhooks.receiver import Receiver, receiving

THIS_MACHINE = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def reachable() -> Iterator[None]:
    with override_settings(WEBHOOK_ALLOW=THIS_MACHINE, WEBHOOK_HTTP=True):
        yield


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one
