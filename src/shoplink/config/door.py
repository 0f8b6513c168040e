"""What the front door has to know of the API and the pages: limits, probes, streams, and how a request is refused."""

import signal
import time

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolve

from shoplink.api import v1
from shoplink.api.http.problem import PREFIX, ProblemError, problem_response
from shoplink.config.host import PROBES
from shoplink.flows import health
from shoplink.flows.order_run import job
from shoplink.server.answer import Answer, Application, headers_of
from shoplink.server.environ import Environ, Scope
from shoplink.server.front import Front, Rules
from shoplink.web.page import errors
from shoplink.web.page.declare import body_bytes_max
from shoplink.web.request.upload import is_permitted, may_permit

_RETRY_AFTER = {"overloaded": "1"}


def front(application: Application, *, threads: int) -> Front:
    """The front door before the WSGI application of the API and the pages, with this many threads for requests."""
    resolve("/")  # imports every page, which the first request would otherwise wait for
    rules = Rules(
        health="/healthz",
        probes=PROBES,
        streams=v1.STREAMS,
        limit=_limit,
        refuse=_refuse,
        idle_seconds=settings.BODY_IDLE_SECONDS,
        upload_limit=_upload_limit,
    )
    return Front(application, rules, threads=threads, waiting_max=settings.WAITING_MAX)


def leave(front: Front, number: int) -> None:
    """Before the process stops because of a signal: balancers are told and, after SIGTERM, given time; streams end."""
    health.leave()
    job.stop()
    if number == signal.SIGTERM:
        time.sleep(settings.LAME_DUCK_SECONDS)
    front.stop()


def _limit(scope: Scope) -> int:
    """How many bytes the body of a request may have."""
    path: str = scope["path"]
    return v1.body_bytes_max(path) if path.startswith(PREFIX) else body_bytes_max(path)


def _upload_limit(scope: Scope) -> int:
    """How many bytes a request that sends a file may have; 0 unless a page has permitted it to somebody who is signed in."""
    query: bytes = scope["query_string"]
    if scope["method"] != "POST" or not may_permit(query):
        return 0
    return settings.UPLOAD_BYTES_MAX if is_permitted(scope["path"], query.decode("latin-1")) else 0


def _refuse(environ: Environ, kind: str, most: int) -> Answer:
    """A problem document or a page for a request that is not let in."""
    request = WSGIRequest(environ)
    if request.path.startswith(PREFIX):
        response = problem_response(request, ProblemError(kind, limit=most))
    else:
        response = errors.refused(request, kind, most)
    if retry_after := _RETRY_AFTER.get(kind):
        response.headers["Retry-After"] = retry_after
    # What is left of the body would be read as the next request.
    response.headers["Connection"] = "close"
    return Answer(response.status_code, headers_of(response.items()), response.content)
