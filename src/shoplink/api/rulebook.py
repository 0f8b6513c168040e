"""Rulebooks: which there are, where each is in force, what a start would do, and their activation in a market."""

from collections import defaultdict
from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from msgspec.structs import asdict

from shoplink.api.http.body import Page, respond
from shoplink.api.http.command import carry_out, read_command
from shoplink.api.http.operation import FIND, READ, Operations, SentInstant
from shoplink.api.http.precondition import precondition_of, respond_with_tag
from shoplink.api.http.problem import (
    Instant,
    ProblemError,
    SaidReason,
    language_of,
    refusal_response,
    show_reasons,
)
from shoplink.api.http.request import require_scope
from shoplink.core import Refused, Rulebook, wire
from shoplink.core.facts import Id, Market, Role
from shoplink.core.precondition.subjects import Activations
from shoplink.flows.answer import Answer
from shoplink.flows.foresight.compare import (
    AccountOverQuota,
    ChangedPermissions,
    EndingLink,
    EstablishedLink,
    OfLink,
    OverLimit,
)
from shoplink.flows.foresight.effects import Effects, Listed, effects_of_start
from shoplink.flows.look import look_at
from shoplink.flows.precondition import newest_instant, token_of_states
from shoplink.flows.rulebooks import default_rulebook, installed_rulebooks
from shoplink.store.read.foresight import EndingShowcases, IdleWaiver
from shoplink.store.read.link import snapshot
from shoplink.store.read.refusal import activations
from shoplink.wording import Language

operations = Operations("rulebooks")


class Start(Struct, frozen=True):
    """Where and when a rulebook will come into force."""

    market: str
    effective_from: Instant


class RulebookBody(Struct, frozen=True):
    """A rulebook, and where it is in force; `default` is in force in every market in which none was activated."""

    name: str
    digest: str
    default: bool
    in_force: list[str]
    starts: list[Start]


class Parameter(Struct, frozen=True):
    """A number or list that is policy, and the sentence it comes from."""

    value: Any
    source: str


class RulebookInFullBody(RulebookBody, frozen=True):
    """A rulebook with every parameter."""

    parameters: dict[str, Parameter]


class ActivationBody(Struct, frozen=True):
    """A rulebook put in force in a market."""

    name: str
    digest: str
    market: str
    effective_from: Instant


class CancelledActivationBody(Struct, frozen=True):
    """An activation that never starts."""

    name: str
    market: str
    effective_from: Instant
    note: str


@operations.command(
    "POST",
    "/rulebooks/{name}/activations",
    ActivationBody,
    status=201,
    location="/v1/rulebooks/{name}",
    conditional=True,
)
def activate_rulebook(request: HttpRequest, name: Id) -> HttpResponse:
    """Put a rulebook in force in a market from an instant on, which is now or later."""
    command = read_command(request, "activate_rulebook", name=name)
    show = _event_as(ActivationBody, "rulebook.activated")
    return carry_out(request, command, show, status=201, seen=precondition_of(request, Activations()))


@operations.command("POST", "/rulebooks/{name}/activations/cancel", CancelledActivationBody, conditional=True)
def cancel_activation(request: HttpRequest, name: Id) -> HttpResponse:
    """Take back an activation before its start: it never starts."""
    command = read_command(request, "cancel_activation", name=name)
    show = _event_as(CancelledActivationBody, "rulebook.activation_cancelled")
    return carry_out(request, command, show, seen=precondition_of(request, Activations()))


def _event_as(body: type[Struct], kind: str) -> Callable[[Answer], dict[str, Any]]:
    """What shows the event of a kind in an answer, with the fields of a body."""

    def show(answer: Answer) -> dict[str, Any]:
        event = next(event for event in answer["events"] if event["type"] == kind)
        return {field: event[field] for field in body.__struct_fields__}

    return show


@operations.get("/rulebooks", Page[RulebookBody], conditional=True)
def list_rulebooks(request: HttpRequest) -> HttpResponse:
    """Every rulebook that is installed, and where each is or will be in force."""
    require_scope(request, "read")
    with snapshot():
        rulebooks, in_force = installed_rulebooks(), _InForce()
    body = Page([in_force.body(rulebook) for rulebook in rulebooks.values()], None)
    return respond_with_tag(request, body, in_force.token)


@operations.get("/rulebooks/{name}", RulebookInFullBody, problems=FIND, conditional=True)
def get_rulebook(request: HttpRequest, name: Id) -> HttpResponse:
    """A rulebook with every parameter and the sentence that it comes from."""
    require_scope(request, "read")
    with snapshot():
        rulebook, in_force = installed_rulebooks().get(name), _InForce()
    if rulebook is None:
        raise ProblemError("not_found")
    values = asdict(rulebook.parameters)
    parameters = {key: Parameter(_ordered(value), rulebook.sources[key]) for key, value in values.items()}
    body = asdict(in_force.body(rulebook))
    return respond_with_tag(request, RulebookInFullBody(**body, parameters=parameters), in_force.token)


def _ordered(value: Any) -> Any:
    """A set as a list that is always in the same order."""
    return sorted(value) if isinstance(value, frozenset) else value


class _InForce:
    """Where rulebooks are in force now, and where they will be."""

    def __init__(self) -> None:
        """Read it."""
        world = look_at().world
        self.token = token_of_states(newest_instant(), Activations().state(world))
        self._default = default_rulebook().name
        self._markets: defaultdict[str, set[str]] = defaultdict(set)
        self._starts: defaultdict[str, list[Start]] = defaultdict(list)
        for activation in activations():
            self._markets[world.rulebook(activation.market).name].add(activation.market)
            if activation.effective_from > world.now:
                self._starts[activation.name].append(Start(activation.market, activation.effective_from))

    def body(self, rulebook: Rulebook) -> RulebookBody:
        """The body of a rulebook."""
        return RulebookBody(
            name=rulebook.name,
            digest=rulebook.digest,
            default=rulebook.name == self._default,
            in_force=sorted(self._markets[rulebook.name]),
            starts=self._starts[rulebook.name],
        )


StartingAt = Annotated[SentInstant, Meta(description="The start that is looked at; now if it is not given.")]


class BlockedInvitationBody(OfLink, frozen=True):
    """An open invitation that its creator could no longer accept, and why."""

    expires_at: Instant | None
    reasons: list[SaidReason]


class ClosedRoleBody(Struct, frozen=True):
    """A role in which a shop could no longer invite, and why."""

    shop_id: str
    role: Role
    reasons: list[SaidReason]


class ChangedAffiliateBody(Struct, frozen=True):
    """An account without a link that may sell in videos and lives from the start on, or no longer, and why not.

    `shop_id`: the shop with which its link ends at the start.
    """

    account_id: str
    shop_id: str | None
    may_sell: bool
    reasons: list[SaidReason]


class EffectsBody(Struct, frozen=True):
    """What the start would do if nobody acted until then, with the first of each kind and how many there are.

    `before`: the rulebook that it follows. `ending`: links that end at once, because their unlink request is older than
    the rulebook allows. `established`: links in review that nothing holds any more. `over`: shops that have more than is
    allowed, and until when. `blocked` and `closed`: invitations that could no longer be accepted, and sent. `permissions`:
    accounts that may do more or less for their shop. `over_accounts`: accounts that have more marketing links in the window
    than is allowed. `affiliates`: accounts without a link that may sell in videos and lives, or may no longer. `idle_waivers`: waivers that no longer do anything. `showcases`: what
    leaves with the links that end. `seen` stays the same as long as the same would happen.
    """

    name: str
    market: str
    effective_from: Instant
    before: str
    shops: int
    ending: Listed[EndingLink]
    established: Listed[EstablishedLink]
    over: Listed[OverLimit]
    blocked: Listed[BlockedInvitationBody]
    closed: Listed[ClosedRoleBody]
    permissions: Listed[ChangedPermissions]
    over_accounts: Listed[AccountOverQuota]
    affiliates: Listed[ChangedAffiliateBody]
    idle_waivers: Listed[IdleWaiver]
    showcases: EndingShowcases
    seen: str


@operations.get("/rulebooks/{name}/effects", EffectsBody, problems=(*READ, "refused"))
def get_effects(
    request: HttpRequest, name: Id, market: Market, effective_from: StartingAt | None = None
) -> HttpResponse:
    """What activating a rulebook in a market would do at its start (now, if none is given); nothing is done or stored.

    It is refused for the reasons for which the activation would be.
    """
    require_scope(request, "read")
    effects = effects_of_start(name, market, effective_from)
    if isinstance(effects, Refused):
        return refusal_response(request, [wire(reason) for reason in effects.reasons])
    return respond(show_effects(effects, language_of(request)))


def show_effects(effects: Effects, language: Language) -> EffectsBody:
    """The effects, with the sentences of their reasons."""
    return EffectsBody(
        name=effects.name,
        market=effects.market,
        effective_from=effects.effective_from,
        before=effects.before,
        shops=effects.shops,
        ending=effects.ending,
        established=effects.established,
        over=effects.over,
        blocked=Listed(
            effects.blocked.count,
            [
                BlockedInvitationBody(
                    link_id=one.link_id,
                    shop_id=one.shop_id,
                    account_id=one.account_id,
                    role=one.role,
                    expires_at=one.expires_at,
                    reasons=show_reasons(one.reasons, language),
                )
                for one in effects.blocked.items
            ],
        ),
        closed=Listed(
            effects.closed.count,
            [
                ClosedRoleBody(one.shop_id, one.role, show_reasons(one.reasons, language))
                for one in effects.closed.items
            ],
        ),
        permissions=effects.permissions,
        over_accounts=effects.over_accounts,
        affiliates=Listed(
            effects.affiliates.count,
            [
                ChangedAffiliateBody(
                    one.account_id, one.shop_id, one.may_sell, show_reasons(one.reasons, language)
                )
                for one in effects.affiliates.items
            ],
        ),
        idle_waivers=effects.idle_waivers,
        showcases=effects.showcases,
        seen=effects.seen,
    )
