"""One service per module and database; each test makes shops and accounts of its own."""

from collections.abc import Iterator

import pytest

from tests.api.service import Caller, Service, running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(request.param, tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture
def call(service: Service) -> Caller:
    return service.caller
