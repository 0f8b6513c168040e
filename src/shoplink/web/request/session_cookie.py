"""The session cookie, which holds a secret; the database holds only its digest."""

from weakref import WeakKeyDictionary

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse

from shoplink.store.people.sessions import SessionStore

_given: WeakKeyDictionary[HttpRequest, SessionStore] = WeakKeyDictionary()
"""The store that each request in progress was given. allauth replaces it by another one with the same key."""


class SecretSessionMiddleware(SessionMiddleware):
    """Django's sessions, found by the digest of the cookie. Everything behind it sees the digest as the session's key."""

    def process_request(self, request: HttpRequest) -> None:
        """Give the request the session of its cookie."""
        session = SessionStore.of_secret(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        request.session = _given[request] = session

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Store the session, and set the cookie if it is new or changed."""
        answered = super().process_response(request, response)
        cookie = answered.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value:
            answered.cookies[settings.SESSION_COOKIE_NAME] = _secret_of(request)
        return answered


def _secret_of(request: HttpRequest) -> str:
    key = request.session.session_key
    stores = (request.session, _given[request])
    return next(store.secret for store in stores if isinstance(store, SessionStore) and store.has_secret(key))
