"""A platform's lists of current links: compared with what is recorded, and taken over."""

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from shoplink.api.http.body import read_object, respond
from shoplink.api.http.operation import WRITE, Operations
from shoplink.api.http.problem import Instant, ProblemError, SaidReason, language_of, with_sentences
from shoplink.api.http.request import acting_with_scope, actor_not_allowed, idempotency_key, key_of
from shoplink.api.mirror.read import BODY, ListsReader
from shoplink.core import wire
from shoplink.core.disclosure import redact_for_stranger
from shoplink.core.facts import Actor, Ending, Role
from shoplink.core.instant import format_instant
from shoplink.core.mirror.compare import Difference, Kind, ListedState
from shoplink.core.parse import Fault, MalformedError
from shoplink.core.wire_format import read_reason
from shoplink.flows.mirror import take
from shoplink.flows.mirror.outcome import write_outcome
from shoplink.wording import Language
from shoplink.wording.mirror.lists import problem_of_list, say_difference

operations = Operations("mirrors")

_FIELDS = {"in_future": "as_of", "older": "as_of", "not_asked": "replies"}
"""The field that a problem of lists is about, where it is not `shops`."""


class ListedBody(Struct, frozen=True):
    """A link as the list shows it; `is_day`: `since` is 00:00 UTC of a day."""

    account_id: str | None
    handle: str | None
    role: Role
    state: ListedState
    since: Instant | None
    is_day: bool


class AskedBody(Struct, frozen=True):
    """When it happened: not before `earlier` (null: nothing says so), not after `later`."""

    earlier: Instant | None
    later: Instant


class DifferenceBody(Struct, frozen=True):
    """How a pair of shop and account stands in the list (`theirs`) and here, where that differs.

    `asked`: the instant that must be told, null if it is known; `ways`: how a link may have ended. `detail` says what differs,
    `remedy` what is asked or to be done. `reasons`: why recording it was refused.
    """

    kind: Kind
    shop_id: str
    account_id: str | None
    theirs: ListedBody | None
    link_id: str | None
    ours: ListedState | None
    role: Role | None
    since: Instant | None
    asked: AskedBody | None
    ways: list[Ending]
    detail: str
    remedy: str
    reasons: list[SaidReason]


class MirroredShop(Struct, frozen=True):
    """How many steps of a shop were recorded, and how many differences are left."""

    shop_id: str
    recorded: int
    left: int


class MirrorBody(Struct, frozen=True):
    """What was recorded of lists, or would be after a dry run (`stored` is false), and what is left as open questions."""

    at: Instant
    as_of: Instant
    stored: bool
    shops: list[MirroredShop]
    recorded: list[DifferenceBody]
    left: list[DifferenceBody]


@operations.post(
    "/mirrors", MirrorBody, body=lambda: BODY, problems=WRITE, keyed=True, body_bytes_max=4 << 20
)
def mirror_links(request: HttpRequest) -> HttpResponse:
    """Compare what a platform that decides shows of shops with what is recorded, and take over what needs no question.

    A link of ours that is not in its shop's list counts as ended; a shop that is not named is not touched. What is left
    stays an open question of its shop, to be answered by `replies` with the same lists or on the shop's page.
    """
    by, key = acting_with_scope(request), idempotency_key(request)
    given, replies, dry_run = ListsReader(read_object(request)).read(by)
    _require_own(by, given)
    language = language_of(request)
    try:
        if dry_run:
            answer = write_outcome(take.dry_run(given, replies))
        elif key is None:
            answer = write_outcome(take.take_over(given, replies))
        else:
            answer = take.take_over_once(given, replies, (key_of(request).key_id, key))
    except take.UnusableListError as error:
        raise MalformedError([_fault(one) for one in error.problems]) from None
    if answer["outcome"] == "rejected":
        headers = {"Retry-After": "1"} if answer["error"] == "idempotency.in_progress" else {}
        raise ProblemError(answer["error"], headers=headers)
    response = respond(_shown(answer, by, language, stored=not dry_run))
    if answer.get("replayed"):
        response["Idempotent-Replayed"] = "true"
    return response


def _require_own(by: Actor, given: take.GivenLists) -> None:
    """Require that the lists are of shops whose links the actor records. Raises ProblemError (actor.not_allowed)."""
    if by.kind == "platform" or (by.kind == "shop" and {*given.shops} == {by.id}):
        return
    shops = sorted(f"shop:{shop_id}" for shop_id in given.shops)
    allowed = ", ".join([*(shops if len(shops) == 1 else []), "platform:ID"])
    raise actor_not_allowed(by, "mirror_links", allowed)


def _fault(one: take.ListProblem) -> Fault:
    """What is wrong with lists, as that of the body's field."""
    params: dict[str, Any] = {
        "shop_id": one.shop_id,
        "account_id": one.account_id,
        "compared": format_instant(one.compared) if one.compared else None,
        "earlier": format_instant(one.asked.earlier) if one.asked and one.asked.earlier else None,
        "later": format_instant(one.asked.later) if one.asked else None,
    }
    return Fault(problem_of_list(one.code, one.asked), _FIELDS.get(one.code, "shops"), params)


def _shown(answer: dict[str, Any], by: Actor, language: Language, *, stored: bool) -> MirrorBody:
    return MirrorBody(
        at=_instant(answer["at"]),
        as_of=_instant(answer["as_of"]),
        stored=stored,
        shops=msgspec.convert(answer["shops"], list[MirroredShop]),
        recorded=[_difference(one["difference"], [], by, language) for one in answer["recorded"]],
        left=[_difference(one["difference"], one["reasons"], by, language) for one in answer["left"]],
    )


def _difference(
    plain: dict[str, Any], reasons: list[dict[str, Any]], by: Actor, language: Language
) -> DifferenceBody:
    one = msgspec.convert(plain, Difference)
    if by.kind == "shop" and one.link_id is None:
        reasons = [wire(each) for each in redact_for_stranger(map(read_reason, reasons))]
    text, row = say_difference(one, language), one.theirs
    return DifferenceBody(
        kind=one.kind,
        shop_id=one.shop_id,
        account_id=one.account_id,
        theirs=ListedBody(row.account_id, row.handle, row.role, row.state, row.since, row.is_day)
        if row
        else None,
        link_id=one.link_id,
        ours=one.ours,
        role=one.role,
        since=one.since,
        asked=AskedBody(one.asked.earlier, one.asked.later) if one.asked else None,
        ways=[*one.ways],
        detail=text.found,
        remedy=text.to_do,
        reasons=[SaidReason(**each) for each in with_sentences(reasons, language)],
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
