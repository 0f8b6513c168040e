"""Problem documents (RFC 9457): the answer to a request that is not carried out, in the caller's language."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header
from msgspec import Meta, Struct

from shoplink.api.http.header import header_of
from shoplink.api.http.schema import EventBody, ParamsBody
from shoplink.api.http.vocabulary import TYPE, ProblemType
from shoplink.core import Event, Reason, wire
from shoplink.core.facts import Enrolment, LinkStatus, Role
from shoplink.core.parse import MalformedError
from shoplink.core.people.facts import Place
from shoplink.core.reasons import NextActor, Subject
from shoplink.core.wire_format import read_reason
from shoplink.wording import Language, Tag, language_for, say_event, say_reason
from shoplink.wording.problems import NO_SLASH, PROBLEMS, say_allowed, say_fault, say_malformed

PREFIX = "/v1/"
CONTENT_TYPE = "application/problem+json"
_API = re.compile(r"/+v\d+(/|$)", re.IGNORECASE)
_KINDS = {400: "malformed", 404: "not_found", 405: "method.not_allowed", 500: "internal"}

Instant = Annotated[datetime, Meta(tz=True)]


class ReasonParams(Struct, frozen=True):
    """The values of a case: those that the reason's sentence names. Further ones may be added."""

    age: int | None = None
    code: str | None = None
    content_id: str | None = None
    creator_can_see: bool | None = None
    days: int | None = None
    effective_from: Instant | None = None
    ended_at: Instant | None = None
    enrolment: Enrolment | None = None
    expired_at: Instant | None = None
    followers: int | None = None
    happened_at: Instant | None = None
    hours: int | None = None
    limit: int | None = None
    link_status: LinkStatus | None = None
    linked_at: Instant | None = None
    market: str | None = None
    minimum: int | None = None
    name: str | None = None
    network_region: str | None = None
    pending: int | None = None
    place: Place | None = None
    private: bool | None = None
    product_id: str | None = None
    region: str | None = None
    registered_in: str | None = None
    requested_at: Instant | None = None
    role: Role | None = None
    shop_id: str | None = None
    since: Instant | None = None
    slots: int | None = None
    subject: Subject | None = None
    taken: int | None = None
    unlinked_at: Instant | None = None
    used: int | None = None


"""The same as plain values."""


class SaidReason(Struct, frozen=True):
    """Why something is refused or held: what is wrong (`detail`) and what to do (`remedy`), said for the caller."""

    code: str
    next_actor: NextActor
    possible_at: Instant | None
    params: ParamsBody
    detail: str
    remedy: str


class FieldError(Struct, frozen=True):
    """One thing that is wrong with an input, said for the caller in `detail`.

    `field` is null where no field is at fault; `found` is null where the field is missing, and `allowed` where there is
    nothing that it may hold.
    """

    field: str | None
    found: str | None
    allowed: str | None
    detail: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """A problem document (RFC 9457). `errors` is everything that is malformed, `field` where the first of it is.

    A refusal has `reasons`.

    `creator_can_see`: there is another reason, which the shop is not told and the creator is. `newest` is the
    position of the newest event, where the feed was asked for something later. `changes` are the events since the ETag
    in `If-Match` was given, the newest last; none if time alone changed something, or if there never was such a state.
    """

    type: ProblemType
    title: str
    status: int
    detail: str
    field: str | None = None
    errors: list[FieldError] | None = None
    reasons: list[SaidReason] | None = None
    creator_can_see: bool = False
    newest: int | None = None
    changes: list[EventBody] | None = None


class ProblemError(Exception):
    """A request that is not carried out, and the type of its problem; answered with a problem document."""

    def __init__(self, kind: str, *, headers: dict[str, str] | None = None, **params: Any) -> None:
        """`kind` is a key of PROBLEMS, `params` fill its sentences."""
        super().__init__(kind)
        self.kind = kind
        self.headers = headers or {}
        self.params = params


def language_of(request: HttpRequest) -> Language:
    """The language that a request prefers of the two there are; English if it names neither."""
    tags: dict[str, Tag] = {"zh": "zh", "en": "en"}
    for name, quality in parse_accept_lang_header(header_of(request, "Accept-Language")):
        if quality > 0 and (tag := tags.get(name.split("-")[0])):
            return language_for(tag)
    return language_for("en")


def problem_response(request: HttpRequest, error: ProblemError, **more: Any) -> HttpResponse:
    """The problem document of an error; `more` are its further members."""
    language = language_of(request)
    wording = PROBLEMS[error.kind]
    document = {
        "type": TYPE + error.kind,
        "title": language.text(wording.title),
        "status": wording.status,
        "detail": language.text(wording.detail).format_map(error.params),
        **more,
    }
    headers = {"Content-Language": language.tag, "Vary": "Accept-Language", **error.headers}
    return HttpResponse(
        msgspec.json.encode(document), status=wording.status, content_type=CONTENT_TYPE, headers=headers
    )


def malformed_response(request: HttpRequest, error: MalformedError) -> HttpResponse:
    """The problem document of malformed input; it names every field at fault."""
    language = language_of(request)
    more: dict[str, Any] = {} if error.field is None else {"field": error.field}
    more["errors"] = [
        FieldError(one.field, one.found, say_allowed(one, language) or None, say_fault(one, language))
        for one in error.faults
    ]
    sentence = say_malformed(error, language)
    return problem_response(request, ProblemError("malformed", problem=sentence), **more)


def refusal_response(
    request: HttpRequest, reasons: list[dict[str, Any]], *, creator_can_see: bool = False
) -> HttpResponse:
    """The problem document of a refused command, with the sentences of every reason that its issuer may learn.

    `creator_can_see`: there are more, which the creator can see.
    """
    hides = creator_can_see or any(reason["params"].get("creator_can_see") for reason in reasons)
    more = {"creator_can_see": True} if hides else {}
    return problem_response(
        request, ProblemError("refused"), reasons=with_sentences(reasons, language_of(request)), **more
    )


def changed_response(request: HttpRequest, changes: list[Event]) -> HttpResponse:
    """The problem document of a command whose precondition failed, with what has changed."""
    language = language_of(request)
    told = [{**wire(event), "detail": say_event(event, language)} for event in changes]
    return problem_response(request, ProblemError("precondition.failed"), changes=told)


def with_sentences(reasons: list[dict[str, Any]], language: Language) -> list[dict[str, Any]]:
    """Reasons in their wire form, each with what is wrong and what to do."""
    found = []
    for reason in reasons:
        sentence = say_reason(read_reason(reason), language)
        found.append({**reason, "detail": sentence.problem, "remedy": sentence.remedy})
    return found


def show_reasons(reasons: tuple[Reason, ...], language: Language) -> list[SaidReason]:
    """Reasons with their sentences."""
    return [SaidReason(**reason) for reason in with_sentences([wire(one) for one in reasons], language)]


class ProblemMiddleware:
    """Unknown addresses, wrong methods and faults of ours are answered with problem documents where programs ask.

    That is below `/v1/` and below what looks like it: `/v1`, `/V1/`, `//v1/`, `/v2/`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what answers requests."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as usual, in the API's form."""
        response = self._get_response(request)
        kind = _KINDS.get(response.status_code)
        if kind is None or not _API.match(request.path) or response["Content-Type"] == CONTENT_TYPE:
            return response
        if kind == "not_found" and request.path.endswith("/"):
            return problem_response(request, ProblemError(kind), detail=language_of(request).text(NO_SLASH))
        allowed = response.headers.get("Allow", "")
        headers = {"Allow": allowed} if allowed else {}
        what = "the request line or a header cannot be read"
        return problem_response(request, ProblemError(kind, headers=headers, allowed=allowed, problem=what))
