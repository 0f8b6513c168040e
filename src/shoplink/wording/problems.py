"""The sentences of problems other than refusals: why a request fails, and what is malformed in it."""

from collections.abc import Mapping
from typing import NamedTuple

from shoplink.core.parse import FIELD_MISSING, FIELD_WRONG, Fault, MalformedError
from shoplink.core.values import WrongValueError
from shoplink.wording.input_errors import allowed_in_field
from shoplink.wording.language import Language
from shoplink.wording.mirror.lists import PROBLEMS as OF_LISTS
from shoplink.wording.text import N_


class ProblemType(NamedTuple):
    """A problem type (RFC 9457): its HTTP status, its title, and a sentence about the case."""

    status: int
    title: str
    detail: str


PROBLEMS: dict[str, ProblemType] = {
    "host.unknown": ProblemType(
        400, N_("Unknown host"), N_("The service is not called by the name in the header Host.")
    ),
    "key.unknown": ProblemType(
        401, N_("No valid API key"), N_("Send a key that is in force as “Authorization: Bearer …”.")
    ),
    "scope.missing": ProblemType(
        403, N_("The key may not do this"), N_("This needs the scope “{scope}”, which the key does not have.")
    ),
    "actor.not_allowed": ProblemType(
        403,
        N_("Not allowed on behalf of this actor"),
        N_("{actor} may not issue “{command}” here; allowed: {allowed}."),
    ),
    "not_found": ProblemType(404, N_("Not found"), N_("There is nothing at this address that you may see.")),
    "method.not_allowed": ProblemType(405, N_("Method not allowed"), N_("This address allows {allowed}.")),
    "refused": ProblemType(409, N_("Refused"), N_("This cannot be done now; every reason is in “reasons”.")),
    "precondition.failed": ProblemType(
        412,
        N_("It has changed"),
        N_(
            "Nothing was done: what the precondition states is not so now. “changes” has what came since; read it again."
        ),
    ),
    "idempotency.in_progress": ProblemType(
        409,
        N_("Still in progress"),
        N_("A request with this Idempotency-Key is still in progress; try again shortly."),
    ),
    "feed.beyond_end": ProblemType(
        409,
        N_("Beyond the end of the feed"),
        N_(
            "The newest event has position {newest}, so no answer has ever said {after}: this is another database,"
            " or one restored to an earlier state."
        ),
    ),
    "clock.passed": ProblemType(
        409,
        N_("The clock is past that"),
        N_("The clock of the sandbox says {now}, so it is not moved to {to}: it is never moved back."),
    ),
    "clock.nothing_due": ProblemType(
        409,
        N_("Nothing is due"),
        N_("There is nothing left that time alone will do; name an instant, or how far."),
    ),
    "body.too_large": ProblemType(
        413,
        N_("The body is too large"),
        N_("A body has at most {limit} bytes, unpacked; send many commands to /v1/commands."),
    ),
    "body.unsupported_type": ProblemType(
        415,
        N_("The body is of another type"),
        N_("Content-Type: found {found}; allowed: {allowed}, in UTF-8. Every body says what it is."),
    ),
    "body.unsupported_encoding": ProblemType(
        415,
        N_("The body is packed in another way"),
        N_("Content-Encoding: found {found}; allowed: {allowed}, or none."),
    ),
    "body.broken_gzip": ProblemType(
        400,
        N_("The body is not gzip"),
        N_("Content-Encoding says gzip, and the body is none, or it breaks off. Nothing was done."),
    ),
    "body.too_slow": ProblemType(
        408,
        N_("The body did not come in time"),
        N_("The body of the request came too slowly or broke off; nothing was done. Send it again."),
    ),
    "malformed": ProblemType(422, N_("Malformed"), N_("{problem}")),
    "idempotency.other_body": ProblemType(
        422,
        N_("The key was used for another request"),
        N_("This Idempotency-Key was sent with another request; a new attempt needs a new key."),
    ),
    "internal": ProblemType(
        500, N_("Something went wrong here"), N_("The fault is ours and was recorded; nothing was stored.")
    ),
    "rate.limited": ProblemType(
        429,
        N_("Too many requests"),
        N_("There are too many requests per second; try again in {seconds} s."),
    ),
    "look_ups.spent": ProblemType(
        429,
        N_("Too many accounts"),
        N_(
            "This key has asked about {allowed} accounts for this shop within an hour; try again in {seconds} s."
        ),
    ),
    "overloaded": ProblemType(
        503, N_("Too busy"), N_("Too many requests wait at this moment; nothing was done. Try again shortly.")
    ),
    "database.away": ProblemType(
        503, N_("The database is unavailable"), N_("The database cannot be reached now; try again shortly.")
    ),
    "database.read_only": ProblemType(
        503,
        N_("The database is read-only"),
        N_("The database takes no changes now, as while another one takes over; try again shortly."),
    ),
    "database.full": ProblemType(
        503,
        N_("The database is full"),
        N_("The database has no space left for changes; the operator of the service must make room."),
    ),
    "database.locked": ProblemType(
        503,
        N_("The data is in use"),
        N_("Something else holds what this needs, or it takes longer than a request may; try again shortly."),
    ),
    "database.too_many_connections": ProblemType(
        503,
        N_("The database is busy"),
        N_("The database takes no further connections now; try again shortly."),
    ),
}
"""The problem types. Append-only."""

NO_SLASH = N_("There is nothing at this address; addresses of the API end without a slash.")

MALFORMED = (
    *OF_LISTS.values(),
    N_("unknown field {name}; it is not part of this body"),
    N_("unknown field {name}; {what} has {known}"),
    N_("unknown parameter {name}; this address takes {known}"),
    N_("unknown parameter {name}; this address takes none"),
    N_("text: missing; say why the ticket is resolved while this still stands: {codes}"),
    N_("{name}: this request has no state to compare with, so it is not carried out under a condition"),
    N_("{name}: it is not looked at here, and what it asks for would not be done"),
    N_("{name}: given {count} times; it can be given once"),
    N_("{name} is empty, or has characters other than ASCII"),
    N_("unknown command {found}; one of {known}"),
    N_("command: missing; one of {known}"),
    N_("exactly one of {names} must be given"),
    N_("{what} is not JSON; the error is at byte {byte}"),
    N_("this request takes no body; what it asks for is in its address"),
    N_("the line is longer than {bytes} bytes"),
    N_("unknown field {name}; only a console knows who is signed in"),
    N_("{what} is not a JSON object"),
    N_("{name}: found {found}; allowed: at least {ge}"),
    N_("{name}: found {found}; allowed: at most {le}"),
    N_("{name}: found {found}; allowed: a whole number"),
    N_("{name}: found {found}; allowed: true or false"),
    N_("there are {most} endpoints already, which is the limit"),
    N_("{most} messages wait already, which is the limit"),
)
"""The sentences of malformed bodies, exactly as the raising code writes them."""

WHAT = (N_("the body"), N_("this body"), N_("the line"), N_("the order"), N_("an order"))

VALUE_WRONG = N_("Found {found}; allowed: {allowed}")

FIELDS = (N_("{field}: missing; allowed: {allowed}"), N_("{field}: found {found}; allowed: {allowed}"))
"""FIELD_MISSING and FIELD_WRONG of the core, to be translated."""


def say_malformed(error: MalformedError, language: Language, titles: Mapping[str, str] = {}) -> str:
    """Everything that is malformed, in a language. `titles`: what the reader knows a field by, where not by its name."""
    stop = "。" if language.tag == "zh" else ". "
    return stop.join(say_fault(fault, language, titles) for fault in error.faults)


def say_fault(fault: Fault, language: Language, titles: Mapping[str, str] = {}) -> str:
    """One thing that is wrong, in a language; its own English text if there is no translation. `titles`: as above."""
    if fault.allowed is not None:
        text = language.text(FIELD_MISSING if fault.found is None else FIELD_WRONG)
        field = titles.get(fault.field or "", fault.field)
        return text.format(field=field, found=fault.found, allowed=say_allowed(fault, language))
    if fault.sentence not in MALFORMED:
        return str(fault)
    params = {name: language.text(str(it)) if it in WHAT else it for name, it in fault.params.items()}
    return language.text(fault.sentence).format_map(params)


def say_wrong(error: WrongValueError, language: Language) -> str:
    """What is wrong with a value where the reader sees which field it stands in."""
    allowed = allowed_in_field(error.allowed, error.params).say(language.tag)
    return language.text(VALUE_WRONG).format(found=error.found, allowed=allowed)


def say_allowed(fault: Fault, language: Language) -> str:
    """What the field of a fault may hold, in a language; '' if the fault is no value of a field."""
    return "" if fault.allowed is None else allowed_in_field(fault.allowed, fault.params).say(language.tag)
