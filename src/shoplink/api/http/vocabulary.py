"""The closed vocabularies of the API by name: a component of the document each, wherever their values stand."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, get_args

from msgspec import Meta

from shoplink.core.commerce.facts import ContentKind, ProductStatus
from shoplink.core.events import AnyEvent
from shoplink.core.facts import (
    Actor,
    Decided,
    Ending,
    Enrolment,
    LinkStatus,
    Permission,
    Role,
    Settlement,
    Side,
    Status,
)
from shoplink.core.mirror.compare import Kind, ListedState
from shoplink.core.reasons import CATALOGUE, NextActor
from shoplink.core.ticket import facts as ticket
from shoplink.wording.problems import PROBLEMS

TYPE = "urn:shoplink:problem:"
"""What the type of every problem begins with."""

EVENT_TYPES = tuple(str(kind.__struct_config__.tag) for kind in get_args(AnyEvent))
"""The types of events, as the feed has them."""

_ACTORS = get_args(Actor.__annotations__["kind"])

VOCABULARIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "ReasonCode": ("Why something is refused, or held in review; also a warning of it.", tuple(CATALOGUE)),
    "ProblemType": ("What kind of problem it is.", tuple(f"{TYPE}{kind}" for kind in PROBLEMS)),
    "EventType": ("What kind of event it is.", EVENT_TYPES),
    "NextActor": ("Who must act next; `nobody`: there is nothing to be done.", get_args(NextActor)),
    "ActorKind": (
        "Who acted. A creator, whom the header `Shoplink-Actor` names by their `account`, is `creator` in answers.",
        tuple(kind for kind in _ACTORS if kind != "account"),
    ),
    "Role": ("The role that an account is linked in.", get_args(Role)),
    "LinkStatus": ("Where a link is in its life.", get_args(LinkStatus)),
    "Standing": ("Whether a shop or an account is in good standing.", get_args(Status)),
    "CommercePermission": ("Whether an account may sell.", get_args(Permission)),
    "Enrolment": ("How a shop was admitted.", get_args(Enrolment)),
    "Decided": (
        "Who has the last word about a shop’s links: this service, or another platform.",
        get_args(Decided),
    ),
    "Ending": ("How a link ended at the platform that decides.", get_args(Ending)),
    "ListedState": ("In which state a platform’s list shows a link.", get_args(ListedState)),
    "DifferenceKind": ("How a platform’s list differs from what is recorded.", get_args(Kind)),
    "Settlement": ("How a shop settles with its creators.", get_args(Settlement)),
    "Side": ("One of the two sides of a link.", get_args(Side)),
    "TicketStatus": ("Where a ticket is in its life.", get_args(ticket.Status)),
    "TicketCause": ("Why a ticket ended without support.", get_args(ticket.Cause)),
    "ProductStatus": ("Whether a product is on sale.", get_args(ProductStatus)),
    "ContentKind": ("What kind of content it is.", get_args(ContentKind)),
}
"""Per name what it tells, and its values."""

_OPEN = "Values may be added within /v1: accept one that you do not know."

ProblemType = Annotated[str, Meta(extra_json_schema={"enum": [f"{TYPE}{kind}" for kind in PROBLEMS]})]
"""The type of a problem, always one of the vocabulary."""

EventType = Annotated[
    str,
    Meta(
        pattern=rf"\A({'|'.join(map(re.escape, EVENT_TYPES))})\Z",
        extra_json_schema={"enum": [*EVENT_TYPES]},
    ),
]
"""The type of an event, one of the vocabulary."""

_NAMES = {frozenset(values): name for name, (_, values) in VOCABULARIES.items()}
_NAMES[frozenset(_ACTORS)] = "ActorKind"


def name_of(values: Iterable[Any]) -> str | None:
    """The vocabulary that has just these values, or None."""
    return _NAMES.get(frozenset(values))


def schemas() -> dict[str, dict[str, Any]]:
    """The component of each vocabulary."""
    return {
        name: {"type": "string", "description": f"{about} {_OPEN}", "enum": list(values)}
        for name, (about, values) in VOCABULARIES.items()
    }
