"""A person with a browser, who signs in through the pages."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.test import Client

from shoplink.core.facts import Actor
from shoplink.core.people.facts import Place
from shoplink.flows.people import membership
from shoplink.store.database.owner import writing
from shoplink.store.models import Person
from shoplink.store.people.sessions import SessionStore

PASSWORD = "correct horse battery staple"  # noqa: S105 (a test's own)


def person(email: str = "lin@example.com", *places: tuple[Place, str], name: str = "Lin") -> Person:
    """A person with a password, a confirmed address, and these places."""
    found = Person(email=email, name=name)
    found.set_password(PASSWORD)
    found.save()
    with writing():
        EmailAddress.objects.create(user=found, email=email, verified=True, primary=True)
    for place, subject_id in places:
        membership.add(Actor("platform", "test"), found.person_id, place, subject_id)
    return found


class Browser(Client):
    """A client with the CSRF check turned on, which sends the tokens of the pages' forms."""

    def __init__(self, language: str = "en") -> None:
        super().__init__(
            enforce_csrf_checks=True, headers={"Accept-Language": language}, SERVER_NAME="localhost"
        )

    def look(self, path: str, status: int = 200) -> str:
        """The page at an address, with the expected status."""
        response = self.get(_path(path))
        assert response.status_code == status, (path, response.status_code, response.headers.get("Location"))
        return response.content.decode()

    def send(self, path: str, **fields: Any) -> Any:
        """Send a form with the CSRF token of this client."""
        if "csrftoken" not in self.cookies:
            self.get("/sign-in/")
        token = self.cookies["csrftoken"].value
        return self.post(_path(path), {"csrfmiddlewaretoken": token, **fields})

    def sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> Any:
        """Sign in with address and password."""
        return self.send("/sign-in/", login=email, password=password, **more)

    def reauthenticate(self, password: str = PASSWORD) -> None:
        """Reauthenticate with the password, as the security pages require."""
        answer = self.send("/sign-in/again/", password=password, next="/settings/")
        assert answer.status_code == 302, answer.content.decode()

    @property
    def signed_in(self) -> bool:
        """Whether a person is signed in."""
        return self.get("/settings/").status_code == 200


def let_in(client: Client, person: Person) -> None:
    """Sign a person in without the pages."""
    request = HttpRequest()
    request.session = session = SessionStore()
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.secret


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
