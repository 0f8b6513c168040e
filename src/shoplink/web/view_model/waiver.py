"""What granting or ending a waiver would do, in words, for the look before the step."""

from django.utils.translation import gettext as _
from msgspec import Struct

from shoplink.core import World
from shoplink.core.commands import EndWaiver, WaiverCommand
from shoplink.flows.foresight.waiver import Refusal, Use, WaiverEffect, waiver_effect
from shoplink.web.request.visit import Visit
from shoplink.wording import say_reason
from shoplink.wording.names import isolated


class WaiverLook(Struct, frozen=True):
    """Whom the waiver is for, what is used now, and what would pass or be refused afterwards.

    `nothing`: the step lets nothing pass and refuses nothing now, in words; else empty.
    """

    name: str
    url: str
    use: list[str]
    let_through: list[str]
    refused_again: list[str]
    nothing: str
    bound: str


def look_at_waiver(visit: Visit, world: World, command: WaiverCommand) -> WaiverLook:
    """The effect of an accepted command on a World that was read with its subject; the World is used up."""
    name, url = _subject(visit, world, command)
    effect = waiver_effect(world, command)
    nothing = ""
    if not effect.let_through and not effect.refused_again:
        nothing = (
            _("Nothing is refused again by this now.")
            if isinstance(command, EndWaiver)
            else _("Nothing is refused for this reason now.")
        )
    return WaiverLook(
        name=name,
        url=url,
        use=_say_use(visit, effect.use) if effect.use else [],
        let_through=[_say(visit, world, command, each) for each in effect.let_through],
        refused_again=[_say(visit, world, command, each) for each in effect.refused_again],
        nothing=nothing,
        bound=_say_bound(effect),
    )


def _subject(visit: Visit, world: World, command: WaiverCommand) -> tuple[str, str]:
    """The name of the waiver's subject, and the address of its page for support or the platform."""
    place = f"/{visit.by.kind}"
    if command.shop_id is not None:
        facts = world.shops[command.shop_id].facts
        return facts.name or command.shop_id, f"{place}/shops/{command.shop_id}"
    account_id = command.account_id or ""
    return _handle(world, account_id), f"{place}/accounts/{account_id}"


def _handle(world: World, account_id: str) -> str:
    handle = world.accounts[account_id].facts.handle
    return f"@{handle}" if handle else account_id


def _say(visit: Visit, world: World, command: WaiverCommand, refusal: Refusal) -> str:
    """A refusal; one that is about a link names the link's other side."""
    problem = say_reason(refusal.reason, visit.language, visit.zone).problem
    if (link := refusal.link) is None:
        return problem
    of_shop = command.shop_id is not None
    other = (
        _handle(world, link.account_id) if of_shop else world.shops[link.shop_id].facts.name or link.shop_id
    )
    at = refusal.reason.possible_at
    assert at is not None, "a link that is too young is old enough at some instant"
    return _("{name} ({id}): {problem} Without a waiver, unlinking is possible from {at}.").format(
        name=isolated(other),
        id=link.account_id if of_shop else link.shop_id,
        problem=problem,
        at=visit.language.instant(at, visit.zone),
    )


def _say_use(visit: Visit, use: Use) -> list[str]:
    """How much of the quota is used, and when the next unit returns."""
    if use.limit is None:
        return [_("The rulebook sets no limit.")]
    if use.days is None:
        return [_("{used} of {limit} used in the whole history.").format(used=use.used, limit=use.limit)]
    said = [_("{used} of {limit} used in {days} days.").format(used=use.used, limit=use.limit, days=use.days)]
    if use.returns_at is not None:
        at = visit.language.instant(use.returns_at, visit.zone)
        said.append(_("The next unit returns on {at}.").format(at=at))
    return said


def _say_bound(effect: WaiverEffect) -> str:
    """What still bounds a shop's invitations once the link quota does not."""
    if effect.slots is None:
        return ""
    free = max(effect.slots.total - effect.slots.used, 0)
    return _(
        "Of the shop’s own limits only its slots count then: {free} of {total} marketing slots are free."
    ).format(free=free, total=effect.slots.total)
