"""What a platform let happen that the rulebook believed to be its own forbids, asked again with everything known now.

An event says what was against it when it was recorded; a later record of an earlier link changes that (mirror.md section 2).
"""

from datetime import datetime, timedelta

from msgspec import Struct

from shoplink.core import Link, World
from shoplink.core.case import Case
from shoplink.core.events import LinkEndRecorded, LinkImported, LinkInvitationRecorded, UnlinkRequestRecorded
from shoplink.core.facts import Role
from shoplink.core.instant import END, shift
from shoplink.core.mirror.hindsight import Broken, broken_by_a_link, broken_by_an_end
from shoplink.flows.look import look
from shoplink.store.read.history import recorded_steps
from shoplink.store.write.load import LoadKeys

Step = LinkInvitationRecorded | LinkImported | UnlinkRequestRecorded | LinkEndRecorded
"""The events that a rulebook may have something against."""

_JUST_BEFORE = timedelta(microseconds=1)


class Discrepancy(Struct, frozen=True):
    """A step that was recorded, the number that it broke, and in which rulebook; `role` is that of its link then."""

    step: Step
    at: datetime
    role: Role
    market: str
    enrolment: str
    rulebook: str
    broken: Broken


class Discrepancies(Struct, frozen=True):
    """Those among some recorded steps, the newest record first.

    `asked` is the number of these steps, `explained` that of the steps against which nothing is known any more.
    `next_before` is where the next ones begin, None at the end.
    """

    items: list[Discrepancy]
    asked: int
    explained: int
    next_before: int | None


def discrepancies(limit: int, before: int | None = None) -> Discrepancies:
    """What the rulebooks have against the newest recorded steps, before the event with the number `before`.

    Only shops that are decided elsewhere now are looked at. The number of statements is fixed.
    """
    found = recorded_steps(limit + 1, before)
    steps = [(step, at) for _, event in found[:limit] for step, at in [_step(event)] if at is not None]
    world = _world([step for step, _ in steps], min((at for _, at in steps), default=END))
    items, explained = [], 0
    for step, at in steps:
        broken = _asked_again(world, step, at)
        items += broken
        explained += bool(step.against) and not broken
    more = found[limit - 1][0] if len(found) > limit else None
    return Discrepancies(items, len(steps), explained, more)


def _step(event: object) -> tuple[Step, datetime | None]:
    """A recorded step with its true instant; None for one that no rulebook has anything against."""
    match event:
        case LinkInvitationRecorded():
            return event, event.invited_at
        case LinkImported():
            return event, event.linked_at
        case UnlinkRequestRecorded():
            return event, event.requested_at
        case LinkEndRecorded():
            return event, event.ended_at if event.how == "unlinked" else None
        case _:
            raise AssertionError(f"no recorded step: {event!r}")


def _world(steps: list[Step], since: datetime) -> World:
    """Both sides of these steps as they are known now, with every link that was live at one of their instants."""
    shop_ids = {step.shop_id for step in steps}
    keys = LoadKeys(shop_ids, {step.account_id for step in steps}, set(), set(), END)
    keys.recorded_since, keys.mirrored = shift(since, -_JUST_BEFORE), shop_ids
    return look(keys).world


def _asked_again(world: World, step: Step, at: datetime) -> list[Discrepancy]:
    shop, account = world.shops[step.shop_id], world.accounts[step.account_id]
    links = (*shop.live.values(), *shop.ended)
    own: Link = next(link for link in links if link.link_id == step.link_id)
    rulebook = world.rulebook_at(shop.facts.market, at)
    role = own.role
    if isinstance(step, LinkInvitationRecorded | LinkImported):
        role = step.role
        broken = broken_by_a_link(world, Case(at, rulebook, shop, account, role, link=own), at)
    else:
        broken = broken_by_an_end(world, shop, own, at)
    facts = shop.facts
    return [Discrepancy(step, at, role, facts.market, facts.enrolment, rulebook.name, one) for one in broken]
