"""A platform that follows our rulebook leaves no discrepancy; with one number changed, exactly what that number let through."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from shoplink.core import Command, Event, Rulebook, World, parse_command, step
from shoplink.core import commands as c
from shoplink.core import events as e
from shoplink.core.decisions import Accepted
from shoplink.core.rulebook import Quota, Slots
from shoplink.rulebooks import packaged
from tests.core.link_scene import rulebook
from tests.oracle.streams import random_stream
from tests.rule import rule

STREAMS, LENGTH = 25, 250
LEFT_OUT = {"activate_rulebook", "cancel_activation", "grant_waiver", "end_waiver", "import_link"}
"""Commands by which a platform's own staff goes beside its rules, or changes them."""
ENDS = {
    e.LinkDeclined: "declined",
    e.LinkWithdrawn: "withdrawn",
    e.LinkUnlinked: "unlinked",
    e.LinkRevoked: "revoked",
}
GUIDE, UNIVERSITY = packaged()["guide-2024-11"], packaged()["seller-university-2025"]


def as_seen(event: Event, there: World) -> Command | None:
    """The command that records a step of the platform's as it happens; None for what needs no record."""
    if not isinstance(event, e.LinkEvent):
        return None
    fields: dict[str, Any] = {"at": event.at, "shop_id": event.shop_id, "account_id": event.account_id}
    match event:
        case e.LinkInvited():
            return c.RecordInvitation(role=event.role, invited_at=event.at, **fields)
        case e.LinkAccepted():
            return c.RecordAcceptance(accepted_at=event.at, **fields)
        case e.LinkEstablished():
            link = there.link(event.shop_id, event.account_id)
            assert link is not None, "it was established"
            return c.ImportLink(role=link.role, linked_at=event.at, **fields)
        case e.UnlinkRequested():
            return c.RecordUnlinkRequest(requested_at=event.at, **fields)
    how: Any = ENDS.get(type(event))
    return c.RecordEnd(ended_at=event.at, how=how, **fields) if how else None


def discrepancies(theirs: Rulebook, ours: Rulebook, seed: int) -> Iterator[tuple[str, datetime]]:
    """What our rulebook has against a platform's life under another one, with the true instants, all seen as it happened."""
    there, here = World({theirs.name: theirs}, theirs), World({ours.name: ours}, ours)
    for fields in random_stream(random.Random(seed), LENGTH):
        if fields["command"] in LEFT_OUT:
            continue
        command = parse_command(fields)
        done = step(there, command)
        if isinstance(command, c.PutShop | c.PutAccount | c.ChangeShop | c.ChangeAccount | c.CorrectAccount):
            mirrored = command
            if isinstance(command, c.PutShop | c.ChangeShop):
                mirrored = replace(command, decided="elsewhere")
            step(here, replace(mirrored, at=max(here.now, command.at)))
        for event in (*done.due, *done.own):
            if (seen := as_seen(event, there)) is not None:
                recorded = step(here, replace(seen, at=max(here.now, event.at))).decision
                if isinstance(recorded, Accepted):
                    for each in recorded.events:
                        for code in each.against if isinstance(each, e.RecordedLater) else ():
                            yield code, event.at


@rule("R5", "R6", "R7", "R24", "R25", "R26")
@pytest.mark.parametrize("rules", [GUIDE, UNIVERSITY], ids=lambda one: one.name)
def test_a_platform_that_follows_our_rulebook_leaves_no_discrepancy(rules: Rulebook) -> None:
    recorded = Counter(code for seed in range(STREAMS) for code, _ in discrepancies(rules, rules, seed))
    assert not recorded


@rule("R6", "R24", "R25", "R26")
@pytest.mark.parametrize(
    ("ours", "codes"),
    [
        (rulebook(minimum_link_age_hours=25), {"link.younger_than_minimum"}),
        (rulebook(slots_invited=Slots(official=1, marketing=1)), {"shop.slots_full"}),
        (rulebook(marketing_links_per_shop=Quota(limit=2, days=180)), {"shop.link_quota_spent"}),
        (rulebook(official_unlinks_per_shop=0), {"shop.unlink_quota_spent"}),
    ],
    ids=["age", "slots", "links", "unlinks"],
)
def test_one_number_that_differs_shows_as_its_own_reason_and_no_other(
    ours: Rulebook, codes: set[str]
) -> None:
    found = Counter(code for seed in range(STREAMS) for code, _ in discrepancies(GUIDE, ours, seed))
    assert set(found) == codes
