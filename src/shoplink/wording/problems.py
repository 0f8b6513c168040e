"""The sentences of problems that are no refusals: why a request is not done, and what is malformed in it."""

from typing import NamedTuple

from shoplink.core.parse import MalformedError
from shoplink.wording.input_errors import allowed_in_field
from shoplink.wording.language import Language
from shoplink.wording.text import N_


class ProblemType(NamedTuple):
    """A type of problem: its HTTP status, its title, and what is said of the case."""

    status: int
    title: str
    detail: str


PROBLEMS: dict[str, ProblemType] = {
    "key.unknown": ProblemType(
        401, N_("No valid API key"), N_("Send a key that is in force as “Authorization: Bearer …”.")
    ),
    "scope.missing": ProblemType(
        403, N_("The key may not do this"), N_("This needs the scope “{scope}”, which the key does not have.")
    ),
    "actor.not_allowed": ProblemType(
        403, N_("Not on this one’s behalf"), N_("{actor} may not issue “{command}” here; allowed: {allowed}.")
    ),
    "not_found": ProblemType(404, N_("Not found"), N_("There is nothing at this address for you.")),
    "method.not_allowed": ProblemType(405, N_("Method not allowed"), N_("This address answers {allowed}.")),
    "refused": ProblemType(409, N_("Refused"), N_("This cannot be done now; every reason is in “reasons”.")),
    "idempotency.in_progress": ProblemType(
        409,
        N_("Still being worked on"),
        N_("A request with this Idempotency-Key is being worked on; ask again shortly."),
    ),
    "body.too_large": ProblemType(
        413,
        N_("The body is too large"),
        N_("A body has at most {limit} bytes; send many commands to /v1/commands."),
    ),
    "malformed": ProblemType(422, N_("Malformed"), N_("{problem}")),
    "idempotency.other_body": ProblemType(
        422,
        N_("The key was used for something else"),
        N_("This Idempotency-Key was sent with another request; a new attempt needs a new key."),
    ),
    "ticket.beyond_support": ProblemType(
        409,
        N_("Support cannot help with this"),
        N_("No ticket can be filed about this; every reason in “reasons” says who can act."),
    ),
    "ticket.not_needed": ProblemType(
        409,
        N_("No ticket is needed"),
        N_("Nothing stands in the way of this now, or it is done already."),
    ),
    "ticket.ended": ProblemType(
        409,
        N_("The ticket has ended"),
        N_("Nothing can be added to it any more; if it comes up again, open a new ticket."),
    ),
    "member.already": ProblemType(409, N_("A member already"), N_("This person is a member already.")),
    "member.too_many_invited": ProblemType(
        409, N_("Too many open invitations"), N_("{limit} invitations are open; withdraw some first.")
    ),
    "member.last": ProblemType(
        409,
        N_("The last member"),
        N_("The last member is removed only by the platform; invite somebody else first."),
    ),
    "internal": ProblemType(
        500, N_("Something went wrong here"), N_("The fault is ours and was recorded; nothing was stored.")
    ),
    "rate.limited": ProblemType(
        429,
        N_("Too many requests"),
        N_("Only so many requests a second are answered; try again in {seconds} s."),
    ),
    "database.away": ProblemType(
        503, N_("The database is away"), N_("The database cannot be reached now; try again shortly.")
    ),
}
"""Per type of problem what is said about it. Types are append-only."""

MALFORMED = (
    N_("unknown field {name}; it is not part of this body"),
    N_("unknown field {name}; {command} has {known}"),
    N_("unknown field {name}; an order has {known}"),
    N_("unknown command {found}; one of {known}"),
    N_("command: missing; one of {known}"),
    N_("exactly one of {names} must be there"),
    N_("{what} is no JSON; byte {byte} is where it breaks"),
    N_("{what} is no JSON object"),
    N_("{name}: found {found}; allowed: at least {ge}"),
    N_("{name}: found {found}; allowed: at most {le}"),
    N_("{name}: found {found}; allowed: at most {max_length} characters"),
    N_("{name}: found {found}; allowed: a whole number"),
    N_("{name}: found {found}; allowed: true or false"),
)
"""The sentences of malformed bodies, as who finds them malformed writes them."""

WHAT = (N_("the body"), N_("the line"), N_("the order"))

FIELD_MISSING = N_("{field}: missing; allowed: {allowed}")
FIELD_WRONG = N_("{field}: found {found}; allowed: {allowed}")


def say_malformed(error: MalformedError, said: Language) -> str:
    """What is malformed, in a language; the error's own text where nobody translates it."""
    if error.allowed is None:
        if error.sentence not in MALFORMED:
            return str(error)
        params = {name: said.text(str(it)) if it in WHAT else it for name, it in error.params.items()}
        return said.text(error.sentence).format_map(params)
    allowed = allowed_in_field(error.allowed).say(said.tag)
    text = FIELD_MISSING if error.found is None else FIELD_WRONG
    return said.text(text).format(field=error.field, found=error.found, allowed=allowed)
