"""A command decided and not done: whether it would be allowed now, and every reason why not."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from shoplink.api import examples
from shoplink.api.actor import actor_of, may_issue
from shoplink.api.ask import WHENEVER
from shoplink.api.body import answered, plain, read_object
from shoplink.api.document import any_command, documented, json_body
from shoplink.api.problem import language_of
from shoplink.api.schema import CheckBody, ProductOutcomeBody
from shoplink.api.show import show_reasons
from shoplink.api.visitor import with_network_region
from shoplink.core import Accepted, parse_command
from shoplink.core.parse import MalformedError
from shoplink.flows.dry_run import check
from shoplink.wording import say_warning

router = Router(tags=["checks"])

PROBLEMS = ("key.unknown", "scope.missing", "actor.not_allowed", "body.too_large", "malformed")


@router.post(
    "",
    **documented(
        "check",
        CheckBody,
        problems=PROBLEMS,
        body=json_body(any_command(), examples.CHECK),
        example=examples.CHECKED,
        acts=True,
    ),
)
def check_command(request: HttpRequest) -> HttpResponse:
    """Whether a command would be allowed now, why not, and from when at the earliest; nothing is done or stored."""
    fields = read_object(request)
    for name in ("at", "by", "key"):
        if name in fields:
            raise MalformedError("unknown field {name}; it is not part of this body", name, name=repr(name))
    command = parse_command({**with_network_region(fields), "at": WHENEVER, "by": plain(actor_of(request))})
    may_issue(request, command)
    said = language_of(request)
    decision = check(command)
    products = [
        ProductOutcomeBody(
            one.product_id, "refused" if one.reasons else "added", show_reasons(one.reasons, said)
        )
        for one in decision.outcomes
    ]
    warnings = decision.warnings if isinstance(decision, Accepted) else ()
    return answered(
        CheckBody(
            allowed=isinstance(decision, Accepted),
            reasons=[] if isinstance(decision, Accepted) else show_reasons(decision.reasons, said),
            warnings=[*warnings],
            warning_details=[say_warning(code, said) for code in warnings],
            products=products,
        )
    )
