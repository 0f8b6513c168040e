"""Conditional requests (RFC 9110, 13): `ETag` on what can be changed, and `If-Match` on what changes it.

A tag is the token of the subject's state (`flows/precondition.py`) and a digest of the representation. `If-None-Match`
compares the whole tag. `If-Match` compares the state only: neither the language of the sentences nor what is merely
counted with it stands in the way of a change.
"""

import hashlib
import re
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from shoplink.api.http.body import plain, respond_as_is
from shoplink.api.http.header import has_header, header_of
from shoplink.core.parse import Fault, MalformedError
from shoplink.core.precondition.subjects import Subject
from shoplink.core.values import shown
from shoplink.flows.precondition import Precondition, all_of

IF_MATCH, IF_NONE_MATCH = "If-Match", "If-None-Match"
_ANY = "*"
_TAGS = re.compile(r'\s*(W/)?"([^"\x00-\x20\x7f]*)"\s*(?:,|$)')
_FORM = "ETags in double quotes, with commas between them, or *"
_UNMODIFIED_SINCE, _RANGE = "If-Unmodified-Since", "If-Range"
_PART_OF_A_BODY = "Content-Range"  # to be refused where it is not understood (RFC 9110, 14.5)
_OTHER_METHODS = ("X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override")
_NOT_LOOKED_AT = "{name}: it is not looked at here, and what it asks for would not be done"
_NOT_HONOURED = (
    "{name}: this request has no state to compare with, so it is not carried out under a condition"
)


def refuse_conditions(request: HttpRequest, *, conditional: bool) -> None:
    """Raises MalformedError for a condition, or what else a request's headers ask for, that would not be looked at.

    `conditional`: a write looks at `If-Match` and `If-None-Match`.
    """
    if request.method in {"GET", "HEAD"}:
        refused = [_UNMODIFIED_SINCE, IF_MATCH]
    elif conditional:
        refused = [_UNMODIFIED_SINCE, _RANGE]
    else:
        refused = [_UNMODIFIED_SINCE, _RANGE, IF_MATCH, IF_NONE_MATCH]
    faults = [Fault(_NOT_HONOURED, name, {"name": name}) for name in refused if has_header(request, name)]
    others = (_PART_OF_A_BODY, *_OTHER_METHODS)
    faults += [Fault(_NOT_LOOKED_AT, name, {"name": name}) for name in others if has_header(request, name)]
    if faults:
        raise MalformedError(faults)


def precondition_of(request: HttpRequest, *subjects: Subject) -> Precondition | None:
    """What a request that changes these subjects was made from, by its headers; None if it says nothing.

    Raises MalformedError.
    """
    found = []
    if has_header(request, IF_MATCH):
        text = header_of(request, IF_MATCH)
        tags = None if text.strip() == _ANY else _tags(IF_MATCH, text)
        # A weak tag never matches strongly; what is no tag of ours matches no state.
        strong = None if tags is None else tuple(tag.partition(".")[0] for weak, tag in tags if not weak)
        found.append(Precondition(subjects, strong))
    if has_header(request, IF_NONE_MATCH):
        text = header_of(request, IF_NONE_MATCH)
        if text.strip() != _ANY:
            raise MalformedError.wrong(IF_NONE_MATCH, _ANY, shown(text))
        found.append(Precondition(subjects, None, absent=True))
    return all_of(found) if found else None


def respond_with_tag(request: HttpRequest, body: Any, token: str) -> HttpResponse:
    """A representation with its ETag; 304 without it for a reader who has it already (`If-None-Match`)."""
    written = plain(body)
    digest = hashlib.blake2b(msgspec.json.encode(written), digest_size=12).hexdigest()
    tag = f"{token}.{digest}"
    known = header_of(request, IF_NONE_MATCH)
    if known.strip() == _ANY or any(
        each == tag for _, each in (_tags(IF_NONE_MATCH, known) if known else ())
    ):
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = respond_as_is(written)
    response["ETag"] = f'"{tag}"'
    return response


def _tags(name: str, text: str) -> list[tuple[bool, str]]:
    """The tags in a header, each with whether it is weak. Raises MalformedError."""
    tags, at = [], 0
    while at < len(text):
        match = _TAGS.match(text, at)
        if match is None:
            raise MalformedError.wrong(name, _FORM, shown(text))
        tags.append((match[1] is not None, match[2]))
        at = match.end()
    return tags
