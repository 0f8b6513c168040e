"""A command decided and not carried out: whether it would be allowed now, and every reason why not."""

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.body import plain, read_object, respond
from shoplink.api.http.command import with_network_region
from shoplink.api.http.disclosure import disclose_to_key
from shoplink.api.http.operation import Operations
from shoplink.api.http.problem import SaidReason, language_of, show_reasons
from shoplink.api.http.request import actor_of, require_issuer
from shoplink.api.http.schema import reference
from shoplink.api.product import ProductOutcomeBody
from shoplink.core import Accepted, Reason
from shoplink.flows import dry_run
from shoplink.flows.command import read_command_now
from shoplink.wording import say_warning

operations = Operations("checks")

_PROBLEMS = ("key.unknown", "scope.missing", "actor.not_allowed", "body.too_large", "malformed")


class CheckBody(Struct, frozen=True):
    """What would come of a command now, and of each product that it names; nothing was done.

    `creator_can_see`: there is another reason or warning, which the shop is not told and the creator is.
    """

    allowed: bool
    reasons: list[SaidReason]
    warnings: list[str]
    warning_details: list[str]
    products: list[ProductOutcomeBody]
    creator_can_see: bool


@operations.post("/checks", CheckBody, problems=_PROBLEMS, body=lambda: reference("Command"))
def check(request: HttpRequest) -> HttpResponse:
    """Whether a command would be allowed now, why not, and from when at the earliest; nothing is done.

    Nothing is stored, but that a key which only acts for a shop has looked up an account.
    """
    body, by = read_object(request), actor_of(request)
    fields, faults = with_network_region(body.get("command"), body)
    command = read_command_now(fields, {"by": plain(by), "key": None}, faults=faults)
    require_issuer(request, command)
    language = language_of(request)
    decision = dry_run.dry_run_command(command)
    products = [
        ProductOutcomeBody(
            one.product_id, "refused" if one.reasons else "added", show_reasons(one.reasons, language)
        )
        for one in decision.outcomes
    ]
    reasons, codes = ((), decision.warnings) if isinstance(decision, Accepted) else (decision.reasons, ())
    told = disclose_to_key(request, command, reasons)
    warned = disclose_to_key(request, command, [Reason(code, "creator") for code in codes])
    warnings = [each.code for each in warned.reasons]
    return respond(
        CheckBody(
            allowed=isinstance(decision, Accepted),
            reasons=show_reasons(told.reasons, language),
            warnings=warnings,
            warning_details=[say_warning(code, language) for code in warnings],
            products=products,
            creator_can_see=told.creator_can_see or warned.creator_can_see,
        )
    )
