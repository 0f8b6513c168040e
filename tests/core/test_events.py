"""The events of each command: in exact order, at the command's instant and by its actor."""

from datetime import date

import pytest
from msgspec.structs import replace

from shoplink.core import Account, Shop, wire
from tests.core.link_scene import (
    DAY,
    GUIDE,
    HOUR,
    NOON,
    SELLER_UNIVERSITY,
    Role,
    Scene,
    event_lines,
    refused_for,
    rulebook,
)
from tests.rule import rule


@rule("R8", "R23")
def test_confirming_one_of_several_invitations_supersedes_the_others_in_the_order_recorded() -> None:
    scene = Scene(SELLER_UNIVERSITY)
    for shop_id in ("wang", "pu", "ding"):
        scene.invite(shop_id, "lin")
    scene.invite("ding", "mei")
    assert event_lines(scene.accept("pu", "lin").own) == [
        "link.accepted pu lin",
        "link.superseded wang lin",
        "link.superseded ding lin",
        "link.established pu lin",
    ]
    assert scene.link("ding", "mei").status == "invited"


@rule("R8", "R31")
def test_confirming_supersedes_though_the_link_is_then_held_in_review() -> None:
    scene = Scene()
    scene.creator("lin", registered_in="FR")
    scene.invite("wang", "lin")
    scene.invite("ding", "lin")
    assert event_lines(scene.accept("ding", "lin").own) == [
        "link.accepted ding lin",
        "link.superseded wang lin",
    ]


@rule("R8")
@pytest.mark.parametrize("own_first", [True, False])
def test_importing_a_standing_link_supersedes_every_invitation_its_own_included(*, own_first: bool) -> None:
    scene = Scene()
    order = ["ding", "wang"] if own_first else ["wang", "ding"]
    for shop_id in order:
        scene.invite(shop_id, "lin")
    assert event_lines(scene.import_link("ding", "lin", NOON - DAY).own) == [
        "link.imported ding lin",
        *[f"link.superseded {shop_id} lin" for shop_id in order],
    ]
    assert scene.link("ding", "lin").status == "linked"


def test_importing_a_link_that_has_ended_supersedes_nothing() -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    scene.invite("wang", "lin")
    assert event_lines(scene.import_link("ding", "lin", NOON - DAY, NOON).own) == ["link.imported ding lin"]
    assert event_lines(scene.accept("ding", "lin").own) == [
        "link.accepted ding lin",
        "link.superseded wang lin",
        "link.established ding lin",
    ]


@rule("R31", "R42")
def test_once_support_has_corrected_the_registration_the_link_goes_on_without_a_new_invitation() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    done = scene.later(30 * DAY).correct("lin", registered_in="GB")
    assert event_lines(done.own) == ["account.corrected lin", "link.established ding lin"]
    assert scene.link("ding", "lin").linked_at == NOON + 30 * DAY


@rule("R31", "R32")
def test_a_correction_that_leaves_something_in_the_way_establishes_nothing() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    scene.creator("lin", registered_in="FR", commerce_permission="revoked")
    assert event_lines(scene.correct("lin", registered_in="GB").own) == ["account.corrected lin"]
    assert event_lines(scene.creator("lin").own) == ["account.recorded lin", "link.established ding lin"]


@rule("R37", "R42")
def test_recording_a_shop_reviews_its_links_in_the_order_recorded() -> None:
    scene = Scene()
    for account_id in ("mei", "bo", "lin"):
        scene.held("ding", account_id)
    scene.shop("ding", status="abnormal")
    for account_id in ("bo", "mei"):
        assert event_lines(scene.correct(account_id, registered_in="GB").own) == [
            f"account.corrected {account_id}"
        ]
    assert event_lines(scene.shop("ding").own) == [
        "shop.recorded ding",
        "link.established ding mei",
        "link.established ding bo",
    ]


def test_recording_reviews_no_invitation() -> None:
    scene = Scene()
    scene.shop("ding", status="abnormal")
    scene.shop("ding")
    scene.invite("ding", "lin")
    assert event_lines(scene.shop("ding", name="Ding's").own) == ["shop.recorded ding"]
    assert event_lines(scene.creator("lin", followers=7).own) == ["account.recorded lin"]


@rule("R35")
def test_a_review_asks_for_neither_network_nor_slots_nor_quota_again() -> None:
    tight = rulebook(slots_invited=rulebook().parameters.slots_open)
    scene = Scene(others=[tight])
    scene.held("ding", "lin")
    scene.activate(tight.name, NOON)
    assert event_lines(scene.correct("lin", registered_in="GB").own)[1:] == ["link.established ding lin"]


def test_recording_what_is_recorded_already_is_no_event() -> None:
    scene = Scene()
    for done in (scene.shop("ding"), scene.creator("lin"), scene.correct("lin", region="GB")):
        assert (refused_for(done), done.own) == ([], ())


def test_recording_replaces_and_what_is_omitted_takes_its_default() -> None:
    scene = Scene()
    scene.shop("ding", name="Ding's", status="abnormal")
    scene.creator(
        "lin",
        region="FR",
        registered_in="GB",
        status="abnormal",
        commerce_permission="revoked",
        followers=900,
        handle="@lin",
    )
    scene.shop("ding")
    scene.creator("lin", region="US", birth_date=None)
    assert scene.world.shops["ding"].facts == Shop("ding", "", "GB", "invited", "normal")
    assert scene.world.accounts["lin"].facts == Account("lin", "", "US", "US", None, "normal", "granted", 0)


@rule("R40", "R42")
def test_a_correction_changes_and_names_only_what_is_given_and_new() -> None:
    scene = Scene()
    scene.creator("lin", region="FR", registered_in="FR", handle="@lin", followers=900)
    before = scene.world.accounts["lin"].facts
    done = scene.correct("lin", region="GB", registered_in="FR")
    assert [wire(event) for event in done.own] == [
        {
            "type": "account.corrected",
            "at": "2024-11-11T12:00:00Z",
            "by": {"kind": "support", "id": "sam"},
            "account_id": "lin",
            "note": "seen papers",
            "region": "GB",
        }
    ]
    assert scene.world.accounts["lin"].facts == replace(before, region="GB")
    scene.correct("lin", birth_date=date(2001, 2, 3))
    assert scene.world.accounts["lin"].facts == replace(before, region="GB", birth_date=date(2001, 2, 3))


@rule("R2", "R23")
@pytest.mark.parametrize("settlement", ["own", "offline", None])
def test_an_invitation_records_its_role_its_deadline_and_what_was_agreed(settlement: str | None) -> None:
    scene = Scene()
    done = scene.invite("ding", "lin", "official", settlement=settlement, reference="contract 12")
    agreed = {"settlement": settlement} if settlement else {}
    assert [wire(event) for event in done.own] == [
        {
            "type": "link.invited",
            "at": "2024-11-11T12:00:00Z",
            "by": {"kind": "shop", "id": "ding"},
            "link_id": "L1",
            "shop_id": "ding",
            "account_id": "lin",
            "role": "official",
            "rulebook": GUIDE,
            "expires_at": "2024-11-13T12:00:00Z",
            "reference": "contract 12",
            **agreed,
        }
    ]
    scene.accept("ding", "lin")
    link = scene.link("ding", "lin")
    assert (link.status, link.settlement, link.reference) == ("linked", settlement, "contract 12")


@rule("R23")
def test_an_invitation_keeps_its_own_deadline_under_a_new_rulebook() -> None:
    brief = rulebook(invitation_hours=1)
    scene = Scene(others=[brief])
    scene.invite("ding", "lin")
    scene.activate(brief.name, NOON + HOUR)
    scene.at(NOON + HOUR).invite("ding", "mei")
    assert scene.link("ding", "lin").rulebook == GUIDE
    assert scene.link("ding", "mei").rulebook == brief.name
    expired = scene.at(NOON + 48 * HOUR).time_passes()
    assert [(text, event.at) for text, event in zip(event_lines(expired), expired, strict=True)] == [
        ("link.expired ding mei", NOON + 2 * HOUR),
        ("link.expired ding lin", NOON + 48 * HOUR),
    ]


@rule("R46", "R49")
@pytest.mark.parametrize("role", ["official", "marketing"])
def test_an_unlinking_is_one_event_after_the_request_and_keeps_the_history(role: Role) -> None:
    scene = Scene()
    before = scene.linked("ding", "lin", role)
    scene.later(DAY)
    assert event_lines(scene.request_unlink("ding", "lin").own) == ["unlink.requested ding lin"]
    assert event_lines(scene.approve_unlink("ding", "lin").own) == ["link.unlinked ding lin"]
    after = scene.link("ding", "lin")
    assert after == replace(before, status="unlinked", ended_at=NOON + DAY, touched_at=NOON + DAY)
    assert scene.world.accounts["lin"].established == [after]


def test_a_waiver_and_its_end_say_what_is_waived_for_whom_and_which() -> None:
    scene = Scene()
    code = "link.younger_than_minimum"
    granted = scene.waive(code, NOON + DAY, account_id="lin")
    scene.later(HOUR).waive(code, account_id="lin")
    ended = scene.later(HOUR).end_waiver(code, account_id="lin")
    told_by_support = {"by": {"kind": "support", "id": "sam"}, "code": code, "account_id": "lin"}
    assert [wire(event) for event in (*granted.own, *ended.own)] == [
        {
            "type": "waiver.granted",
            "at": "2024-11-11T12:00:00Z",
            "note": "ticket 7",
            "until": "2024-11-12T12:00:00Z",
            **told_by_support,
        },
        *(
            {
                "type": "waiver.ended",
                "at": "2024-11-11T14:00:00Z",
                "note": "ticket 8",
                "granted_at": granted_at,
                **told_by_support,
            }
            for granted_at in ("2024-11-11T12:00:00Z", "2024-11-11T13:00:00Z")
        ),
    ]


def test_an_activation_keeps_the_digest_of_the_rulebook_that_it_means() -> None:
    scene = Scene()
    book = scene.world.rulebooks[SELLER_UNIVERSITY]
    (event,) = scene.activate(SELLER_UNIVERSITY, NOON + DAY, "US").own
    assert wire(event) == {
        "type": "rulebook.activated",
        "at": "2024-11-11T12:00:00Z",
        "by": {"kind": "platform", "id": "ops"},
        "name": SELLER_UNIVERSITY,
        "digest": book.digest,
        "market": "US",
        "effective_from": "2024-11-12T12:00:00Z",
    }
