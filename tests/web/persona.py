"""The demo world with its personas, and a client for one of them, for tests of pages with Django's client."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shoplink.demo import personas
from shoplink.store.models import Person
from tests.browser.tour import Stop
from tests.web.form_client import FormClient
from tests.web.visitor import let_in


def browser_of(
    persona: str | None, *, network: str = "GB", language: str = "en", csrf: bool = False
) -> FormClient:
    """A client in which a persona is signed in (None: nobody). `csrf` turns on the CSRF check, which clients skip."""
    client = FormClient(
        enforce_csrf_checks=csrf, headers={"Accept-Language": language}, SERVER_NAME="localhost"
    )
    client.cookies["network"] = network
    client.cookies["zone"] = "UTC"
    if persona is not None:
        person = Person.objects.get(person_id=personas.person_id(persona))
        let_in(client, person)
    return client


def seen(stop: Stop, language: str = "en") -> str:
    """The page at a stop of the tour."""
    client = browser_of(stop.persona, network=stop.network, language=language)
    if stop.before is not None:
        path, typed = stop.before
        client.post(path, dict(parse_qsl(typed)))
    response = client.get(stop.address())
    assert response.status_code == 200, (stop, response.status_code)
    return response.content.decode()


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The SQL statements of the block, after it has ended."""
    statements: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield statements
    statements += [query["sql"] for query in captured.captured_queries]


def statements_of(client: Client, path: str) -> int:
    """The number of SQL statements of a page, after one request that fills the caches."""
    assert client.get(path).status_code == 200, path
    with counted_statements() as statements:
        client.get(path)
    return len(statements)
