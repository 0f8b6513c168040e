"""Problem documents (RFC 9457): what a request is answered with when it is not done, in the caller's language."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header

from shoplink.core.wire_format import read_reason
from shoplink.wording import Language, Tag, language_for, say_reason
from shoplink.wording.problems import PROBLEMS

TYPE = "urn:shoplink:problem:"
CONTENT_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A request that is not done, and of what type the problem is; becomes a problem document."""

    def __init__(self, kind: str, *, headers: dict[str, str] | None = None, **params: Any) -> None:
        """`kind` is a key of PROBLEMS, `params` fill its sentences."""
        super().__init__(kind)
        self.kind = kind
        self.headers = headers or {}
        self.params = params


def language_of(request: HttpRequest) -> Language:
    """The language that a request prefers of the two there are; English if it names neither."""
    tags: dict[str, Tag] = {"zh": "zh", "en": "en"}
    for name, quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if quality > 0 and (tag := tags.get(name.split("-")[0])):
            return language_for(tag)
    return language_for("en")


def problem(request: HttpRequest, error: ProblemError, **more: Any) -> HttpResponse:
    """The problem document of an error; `more` are its further members."""
    said = language_of(request)
    wording = PROBLEMS[error.kind]
    document = {
        "type": TYPE + error.kind,
        "title": said.text(wording.title),
        "status": wording.status,
        "detail": said.text(wording.detail).format_map(error.params),
        **more,
    }
    headers = {"Content-Language": said.tag, "Vary": "Accept-Language", **error.headers}
    return HttpResponse(
        msgspec.json.encode(document), status=wording.status, content_type=CONTENT_TYPE, headers=headers
    )


def refusal(request: HttpRequest, reasons: list[dict[str, Any]]) -> HttpResponse:
    """The problem document of a refused command, with every reason said."""
    return problem(request, ProblemError("refused"), reasons=said_reasons(reasons, language_of(request)))


def said_reasons(reasons: list[dict[str, Any]], said: Language) -> list[dict[str, Any]]:
    """Reasons as they were written for others, with what is wrong and what to do."""
    spoken = []
    for reason in reasons:
        sentence = say_reason(read_reason(reason), said)
        spoken.append({**reason, "detail": sentence.problem, "remedy": sentence.remedy})
    return spoken
