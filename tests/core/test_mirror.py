"""Shops whose links another platform decides about: what is refused, what is recorded, and what the rulebook says of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shoplink.core import Accepted, Transition, decide
from shoplink.core import commands as c
from shoplink.core.events import RecordedLater
from shoplink.core.facts import Ending
from tests.core.link_scene import (
    DAY,
    HOUR,
    NOON,
    PLATFORM,
    SELLER_UNIVERSITY,
    TICK,
    Role,
    Scene,
    owner,
    refused_for,
    seller,
)
from tests.rule import rule

LIFETIME = 48 * HOUR
WINDOW = 180 * DAY


@pytest.fixture
def scene() -> Scene:
    """The shop `ding` is decided elsewhere; a year has passed."""
    scene = Scene()
    scene.shop("ding", decided="elsewhere")
    return scene.later(365 * DAY)


def record(scene: Scene, kind: type[c.PairCommand], account_id: str = "lin", **fields: Any) -> Transition:
    pair = {"shop_id": "ding", "account_id": account_id}
    return scene.do(kind(at=scene.now, by=fields.pop("by", seller("ding")), **pair, **fields))


def invited(scene: Scene, at: datetime, account_id: str = "lin", role: Role = "marketing") -> Transition:
    return record(scene, c.RecordInvitation, account_id, role=role, invited_at=at)


def established(
    scene: Scene,
    at: datetime,
    end: datetime | None = None,
    account_id: str = "lin",
    role: Role = "marketing",
) -> Transition:
    return record(scene, c.ImportLink, account_id, role=role, linked_at=at, unlinked_at=end)


def ended(scene: Scene, at: datetime, how: Ending = "unlinked", account_id: str = "lin") -> Transition:
    return record(scene, c.RecordEnd, account_id, ended_at=at, how=how)


def against(done: Transition) -> list[str]:
    """What the rulebook has against what was recorded."""
    assert isinstance(done.decision, Accepted), done.decision
    event = done.decision.events[0]
    assert isinstance(event, RecordedLater)
    return [*event.against]


DECIDING = {
    c.Invite: {"role": "marketing", "network_region": "GB"},
    c.Accept: {"network_region": "GB"},
    c.Decline: {},
    c.Withdraw: {},
    c.RequestUnlink: {"network_region": "GB"},
    c.WithdrawUnlinkRequest: {},
    c.RefuseUnlink: {},
    c.ApproveUnlink: {},
    c.Unlink: {},
    c.Revoke: {"note": "fraud"},
}


@pytest.mark.parametrize("kind", DECIDING)
def test_what_the_platform_decides_is_refused_by_the_gate_and_advised(
    scene: Scene, kind: type[c.PairCommand]
) -> None:
    established(scene, scene.now - DAY)
    command = kind(at=scene.now, shop_id="ding", account_id="lin", **DECIDING[kind])  # type: ignore[arg-type]
    assert refused_for(scene.do(command)) == ["shop.decided_elsewhere"]
    scene.world.advises = True
    advice = decide(scene.world, command)
    assert "shop.decided_elsewhere" not in [reason.code for reason in getattr(advice, "reasons", ())]


def test_what_is_not_found_comes_before_who_decides(scene: Scene) -> None:
    assert refused_for(scene.invite("ding", "nobody")) == ["account.not_found"]
    assert refused_for(scene.accept("ding", "lin")) == ["link.not_found"]
    assert refused_for(scene.accept("ding", "nobody")) == ["link.not_found"]


def test_nothing_is_recorded_of_a_shop_that_is_decided_here() -> None:
    scene = Scene()
    assert refused_for(invited(scene, NOON)) == ["shop.decided_here"]
    scene.linked("ding", "lin")
    assert refused_for(ended(scene, NOON)) == ["shop.decided_here"]
    assert refused_for(established(scene, NOON, account_id="mei")) == ["shop.decided_here"]
    assert refused_for(scene.import_link("ding", "mei", NOON)) == []


@rule("R23")
@pytest.mark.parametrize(
    ("ago", "refused"),
    [
        (LIFETIME, ["link.invitation_expired"]),
        (LIFETIME - TICK, []),
        (timedelta(0), []),
        (-TICK, ["link.date_out_of_order"]),
    ],
)
def test_an_invitation_is_recorded_until_it_expires(scene: Scene, ago: timedelta, refused: list[str]) -> None:
    assert refused_for(invited(scene, scene.now - ago)) == refused
    if not refused:
        expires_at = scene.now - ago + LIFETIME
        scene.at(expires_at).time_passes()
        link = scene.link("ding", "lin")
        assert (link.status, link.expires_at, link.ended_at) == ("expired", expires_at, expires_at)


@rule("R23")
def test_an_invitation_expires_by_the_rulebook_in_force_when_it_was_sent(scene: Scene) -> None:
    scene.activate(SELLER_UNIVERSITY, scene.now)
    done = invited(scene, scene.now - HOUR)
    assert isinstance(done.decision, Accepted)
    assert scene.link("ding", "lin").rulebook == "guide-2024-11"


@rule("R8", "R9")
def test_what_cannot_be_true_is_refused(scene: Scene) -> None:
    invited(scene, scene.now)
    assert refused_for(invited(scene, scene.now)) == ["link.already_invited"]
    assert refused_for(record(scene, c.RecordAcceptance, accepted_at=scene.now - TICK)) == [
        "link.date_out_of_order"
    ]
    scene.linked("wang", "mei")
    assert refused_for(invited(scene, scene.now, "mei")) == ["account.already_linked"]
    assert refused_for(established(scene, scene.now - DAY, account_id="mei")) == [
        "account.links_overlap",
        "account.already_linked",
    ]
    assert refused_for(established(scene, scene.now - DAY, scene.now, "mei")) == []


@rule("R31", "R46")
def test_time_ends_nothing_but_invitations_there(scene: Scene) -> None:
    scene.activate(SELLER_UNIVERSITY, scene.now)
    scene.creator("mei", registered_in="FR")
    invited(scene, scene.now, "mei")
    record(scene, c.RecordAcceptance, "mei", accepted_at=scene.now)
    established(scene, scene.now - 9 * DAY)
    record(scene, c.RecordUnlinkRequest, requested_at=scene.now - 8 * DAY, by=owner("lin"))
    scene.creator("mei")
    assert scene.later(100 * DAY).time_passes() == []
    assert scene.link("ding", "mei").status == "in_review"
    back = scene.shop("ding", decided="here")
    assert [event.__struct_config__.tag for event in back.own] == [
        "shop.recorded",
        "link.established",
        "link.unlinked",
    ]
    assert scene.link("ding", "lin").ended_at == scene.link("ding", "mei").linked_at == scene.now


def test_an_invitation_that_was_accepted_there_becomes_the_link_that_is_found(scene: Scene) -> None:
    invited(scene, scene.now - 40 * HOUR)
    link_id = scene.link("ding", "lin").link_id
    record(scene, c.RecordAcceptance, accepted_at=scene.now - 30 * HOUR, by=owner("lin"))
    assert refused_for(established(scene, scene.now - 30 * HOUR - TICK)) == ["link.date_out_of_order"]
    assert refused_for(established(scene, scene.now - 30 * HOUR, role="official")) == []
    link = scene.link("ding", "lin")
    assert (link.link_id, link.status, link.role) == (link_id, "linked", "official")
    assert refused_for(established(scene, scene.now)) == ["account.links_overlap", "account.already_linked"]


@pytest.mark.parametrize(
    ("status", "ways"),
    [
        ("invited", {"declined", "withdrawn", "expired", "revoked"}),
        ("in_review", {"declined", "withdrawn", "expired", "revoked"}),
        ("linked", {"unlinked", "revoked"}),
    ],
)
def test_how_a_link_may_have_ended(status: str, ways: set[str]) -> None:
    every: tuple[Ending, ...] = ("unlinked", "declined", "withdrawn", "expired", "revoked")
    for how in every:
        scene = Scene()
        scene.shop("ding", decided="elsewhere")
        invited(scene, NOON)
        if status != "invited":
            record(scene, c.RecordAcceptance, accepted_at=NOON)
        if status == "linked":
            established(scene, NOON)
        scene.later(HOUR)
        assert refused_for(ended(scene, NOON + HOUR + TICK, how)) == (
            ["link.date_out_of_order"] if how in ways else ["link.wrong_state"]
        )
        assert refused_for(ended(scene, NOON + HOUR / 2, how)) == (
            [] if how in ways else ["link.wrong_state"]
        )
        if how in ways:
            assert (scene.link("ding", "lin").status, scene.link("ding", "lin").ended_at) == (
                how,
                NOON + HOUR / 2,
            )


@rule("R24", "R26")
def test_an_end_counts_in_the_quota_from_its_own_instant(scene: Scene) -> None:
    for number, account_id in enumerate(scene.creators(4)):
        start = scene.now - (200 - 10 * number) * DAY
        assert against(established(scene, start, account_id=account_id, role="official")) == []
        end = start + (DAY if number else DAY - TICK)
        spent = ["shop.unlink_quota_spent"] if number == 3 else []
        young = [] if number else ["link.younger_than_minimum"]
        assert against(ended(scene, end, account_id=account_id)) == young + spent
    assert scene.world.shops["ding"].official_unlinks == 4


@rule("R25")
@pytest.mark.parametrize(("ago", "codes"), [(WINDOW, []), (WINDOW - TICK, ["shop.link_quota_spent"])])
def test_what_the_platform_let_through_is_said_by_the_numbers_of_then(
    scene: Scene, ago: timedelta, codes: list[str]
) -> None:
    first = scene.now - ago
    names = scene.creators(11)
    for number, account_id in enumerate(names[:10]):
        start = first + number * DAY
        assert against(established(scene, start, start + HOUR, account_id)) == []
    assert against(established(scene, scene.now, account_id=names[10])) == codes


@rule("R5", "R6", "R7")
def test_slots_are_asked_of_the_links_that_were_live_then(scene: Scene) -> None:
    start = scene.now - 100 * DAY
    scene.shop("pu", enrolment="open", decided="elsewhere")
    for account_id in scene.creators(4):
        assert against(established(scene, start, start + 10 * DAY, account_id)) == []
    assert against(established(scene, start + 10 * DAY - TICK, scene.now, "mei")) == ["shop.slots_full"]
    assert against(established(scene, start + 10 * DAY, start + 11 * DAY, "lin")) == []
    open_shop = c.ImportLink(
        at=scene.now, by=PLATFORM, shop_id="pu", account_id="bo", role="marketing", linked_at=start
    )
    assert against(scene.do(open_shop)) == ["shop.role_not_available"]


@rule("R27")
def test_a_waiver_is_ours_and_not_the_platforms(scene: Scene) -> None:
    scene.waive("link.younger_than_minimum", shop_id="ding")
    established(scene, scene.now - DAY)
    assert against(ended(scene, scene.now - TICK)) == ["link.younger_than_minimum"]
