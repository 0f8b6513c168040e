"""One service per process of the tests and database; each test makes shops and accounts of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.service import Caller, Service, running
from tests.databases import KINDS


@pytest.fixture(scope="session", params=KINDS)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(request.param, tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture
def call(service: Service) -> Caller:
    return service.caller


@pytest.fixture(params=KINDS)
def untouched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Caller]:
    """The caller of a service on which nothing has happened yet, in a sandbox."""
    with running(request.param, tmp_path, sandbox=True) as service:
        yield service.caller
