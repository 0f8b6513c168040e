"""Taken accounts and slots: which links exclude one another, and how many a shop may have."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shoplink.core import Reason, Transition
from shoplink.core.events import LinkInvited
from shoplink.core.rulebook import Slots
from tests.core.link_scene import (
    DAY,
    GUIDE,
    HOUR,
    NOON,
    SELLER_UNIVERSITY,
    Role,
    Scene,
    at_boundary,
    reasons,
    refused_for,
    rulebook,
)
from tests.rule import rule

TAKEN_ELSEWHERE = Reason("account.already_linked", "creator")
TAKEN_BY_DING = Reason("account.already_linked", "creator", params={"shop_id": "ding"})


@rule("R8", "R38")
@pytest.mark.parametrize("role", ["official", "marketing"])
@pytest.mark.parametrize("asked", ["official", "marketing"])
def test_a_linked_account_is_taken_for_every_shop_in_whatever_role(role: Role, asked: Role) -> None:
    scene = Scene()
    scene.linked("ding", "lin", role)
    assert reasons(scene.invite("wang", "lin", asked)) == [TAKEN_ELSEWHERE]


@rule("R8", "R38")
def test_an_account_in_review_is_taken_too() -> None:
    scene = Scene()
    scene.held("ding", "lin")
    assert reasons(scene.invite("wang", "lin")) == [TAKEN_ELSEWHERE]
    assert reasons(scene.invite("ding", "lin")) == [TAKEN_BY_DING]


@rule("R8", "R9", "R38")
def test_only_the_shop_itself_is_named_as_the_one_that_has_the_account() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    assert reasons(scene.invite("ding", "lin", "official")) == [TAKEN_BY_DING]
    assert reasons(scene.invite("wang", "lin", "official")) == [TAKEN_ELSEWHERE]


@rule("R8")
def test_an_account_that_is_only_invited_elsewhere_is_free() -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    assert refused_for(scene.invite("wang", "lin")) == []


@rule("R8")
def test_a_taken_account_cannot_accept_an_invitation_that_should_have_ended() -> None:
    """No command leads to an open invitation of a taken account, so the event is forged."""
    scene = Scene()
    scene.linked("ding", "lin")
    forged = LinkInvited(
        at=NOON,
        link_id="forged",
        shop_id="wang",
        account_id="lin",
        role="marketing",
        rulebook=GUIDE,
        expires_at=NOON + DAY,
    )
    scene.world.apply(forged)
    assert reasons(scene.accept("wang", "lin")) == [TAKEN_ELSEWHERE]


@rule("R10")
def test_once_unlinked_the_account_is_free_for_other_shops_at_once() -> None:
    scene = Scene()
    scene.linked("ding", "lin")
    scene.later(DAY).request_unlink("ding", "lin")
    assert reasons(scene.invite("wang", "lin")) == [TAKEN_ELSEWHERE]
    scene.approve_unlink("ding", "lin")
    scene.linked("wang", "lin")


@rule("R9")
@pytest.mark.parametrize("role", ["official", "marketing"])
@pytest.mark.parametrize("asked", ["official", "marketing"])
def test_a_shop_invites_an_account_once_at_a_time_in_whatever_role(role: Role, asked: Role) -> None:
    scene = Scene(rulebook(slots_invited=Slots(official=2, marketing=2)))
    scene.invite("ding", "lin", role)
    done = scene.later(HOUR).invite("ding", "lin", asked)
    assert reasons(done) == [
        Reason("link.already_invited", "creator", NOON + 48 * HOUR, {"role": role}),
    ]


@rule("R9", "R23")
@at_boundary(before=["link.already_invited"], at=[], after=[])
def test_an_invitation_can_be_repeated_from_the_instant_it_expires(
    late: timedelta, expected: list[str]
) -> None:
    scene = Scene()
    scene.invite("ding", "lin")
    assert refused_for(scene.at(NOON + 48 * HOUR + late).invite("ding", "lin")) == expected


@rule("R7", "R9")
def test_an_invitation_of_the_same_account_fills_the_slot_of_its_role_as_well() -> None:
    scene = Scene()
    scene.invite("ding", "lin", "official")
    assert reasons(scene.invite("ding", "lin", "official")) == [
        Reason("link.already_invited", "creator", NOON + 48 * HOUR, {"role": "official"}),
        Reason("shop.slots_full", "shop", NOON + 48 * HOUR, {"role": "official", "slots": 1, "taken": 1}),
    ]


@rule("R5")
def test_a_shop_admitted_as_open_has_no_marketing_accounts() -> None:
    assert reasons(Scene().invite("pu", "lin", "marketing")) == [
        Reason("shop.role_not_available", "nobody", params={"role": "marketing", "enrolment": "open"})
    ]


SLOTS = [
    (GUIDE, "pu", "official", 1),
    (GUIDE, "pu", "marketing", 0),
    (GUIDE, "ding", "official", 1),
    (GUIDE, "ding", "marketing", 4),
    (SELLER_UNIVERSITY, "pu", "official", 1),
    (SELLER_UNIVERSITY, "pu", "marketing", 4),
    (SELLER_UNIVERSITY, "ding", "official", 1),
    (SELLER_UNIVERSITY, "ding", "marketing", 4),
]


@rule("R5", "R6", "R7")
@pytest.mark.parametrize(("name", "shop_id", "role", "slots"), SLOTS)
def test_a_shop_can_invite_as_many_as_it_has_slots_and_no_more(
    name: str, shop_id: str, role: Role, slots: int
) -> None:
    scene = Scene(name)
    answers = [refused_for(scene.invite(shop_id, one, role)) for one in scene.creators(slots + 1)]
    code = "shop.slots_full" if slots else "shop.role_not_available"
    assert answers == [[]] * slots + [[code]]


@rule("R6", "R7")
def test_the_slots_of_the_two_roles_are_counted_apart() -> None:
    scene = Scene()
    for one in scene.creators(4):
        scene.linked("ding", one)
    assert refused_for(scene.invite("ding", "lin", "official")) == []
    assert refused_for(scene.invite("ding", "mei", "marketing")) == ["shop.slots_full"]


@rule("R7")
def test_full_slots_are_free_when_the_first_reserving_invitation_expires() -> None:
    scene = Scene()
    one, two, three, four = scene.creators(4)
    scene.linked("ding", one)
    scene.held("ding", two)
    scene.at(NOON + HOUR).invite("ding", three)
    scene.at(NOON + 2 * HOUR).invite("ding", four)
    assert reasons(scene.invite("ding", "lin")) == [
        Reason("shop.slots_full", "shop", NOON + 49 * HOUR, {"role": "marketing", "slots": 4, "taken": 4})
    ]


@rule("R7", "R23")
@at_boundary(before=["shop.slots_full"], at=[], after=[])
def test_a_slot_is_free_from_the_instant_its_invitation_expires(late: timedelta, expected: list[str]) -> None:
    scene = Scene()
    scene.invite("pu", "lin", "official")
    assert refused_for(scene.at(NOON + 48 * HOUR + late).invite("pu", "mei", "official")) == expected


@rule("R7")
def test_slots_that_links_hold_do_not_come_back_by_themselves() -> None:
    scene = Scene()
    for one in scene.creators(3):
        scene.linked("ding", one)
    scene.held("ding", "bo")
    assert reasons(scene.invite("ding", "lin")) == [
        Reason("shop.slots_full", "shop", params={"role": "marketing", "slots": 4, "taken": 4})
    ]


def shrunk_to_two_slots(*, linked: int, invited: int) -> Scene:
    """A shop with more invitations, sent an hour apart, than the two slots of a new rulebook."""
    tight = rulebook(slots_invited=Slots(official=1, marketing=2))
    scene = Scene(others=[tight])
    creators = scene.creators(linked + invited)
    for one in creators[:linked]:
        scene.linked("ding", one)
    for one in creators[linked:]:
        scene.later(HOUR).invite("ding", one)
    scene.activate(tight.name, scene.now)
    return scene


@rule("R7")
def test_where_several_slots_must_come_back_the_last_one_needed_counts() -> None:
    scene = shrunk_to_two_slots(linked=1, invited=3)
    third = NOON + 3 * HOUR + 48 * HOUR
    assert reasons(scene.invite("ding", "lin")) == [
        Reason("shop.slots_full", "shop", third, {"role": "marketing", "slots": 2, "taken": 4})
    ]


@rule("R7")
@at_boundary(before=["shop.slots_full"], at=[], after=[])
def test_a_slot_is_free_when_the_last_one_needed_has_come_back(late: timedelta, expected: list[str]) -> None:
    scene = shrunk_to_two_slots(linked=1, invited=3)
    third = NOON + 3 * HOUR + 48 * HOUR
    assert refused_for(scene.at(third + late).invite("ding", "lin")) == expected


@rule("R7")
def test_where_too_few_invitations_can_expire_no_instant_is_named() -> None:
    scene = shrunk_to_two_slots(linked=2, invited=2)
    assert reasons(scene.invite("ding", "lin")) == [
        Reason("shop.slots_full", "shop", params={"role": "marketing", "slots": 2, "taken": 4})
    ]


@rule("R7")
def test_confirming_does_not_count_the_invitation_against_itself() -> None:
    scene = Scene()
    scene.invite("pu", "lin", "official")
    assert refused_for(scene.accept("pu", "lin")) == []
    assert scene.link("pu", "lin").status == "linked"


@rule("R7")
def test_confirming_asks_for_room_under_the_rulebook_of_that_instant() -> None:
    tight = rulebook(slots_invited=Slots(official=1, marketing=1))
    scene = Scene(others=[tight])
    scene.linked("ding", "mei")
    scene.invite("ding", "lin")
    scene.activate(tight.name, NOON + HOUR)
    done = scene.at(NOON + HOUR).accept("ding", "lin")
    assert reasons(done) == [
        Reason("shop.slots_full", "shop", params={"role": "marketing", "slots": 1, "taken": 1})
    ]


@rule("R5")
def test_confirming_is_refused_where_the_role_is_not_available_any_more() -> None:
    scene = Scene(SELLER_UNIVERSITY)
    scene.invite("pu", "lin", "marketing")
    scene.activate(GUIDE, NOON)
    assert reasons(scene.accept("pu", "lin")) == [
        Reason("shop.role_not_available", "nobody", params={"role": "marketing", "enrolment": "open"})
    ]


@rule("R11", "R48")
def test_an_unlinked_slot_is_free_for_another_account_at_once() -> None:
    scene = Scene()
    scene.linked("pu", "lin", "official")
    scene.later(DAY).request_unlink("pu", "lin")
    assert refused_for(scene.invite("pu", "mei", "official")) == ["shop.slots_full"]
    scene.approve_unlink("pu", "lin")
    scene.linked("pu", "mei", "official")


@rule("R7", "R11")
@pytest.mark.parametrize("ending", [Scene.decline, Scene.withdraw, Scene.revoke])
def test_an_invitation_that_has_ended_reserves_nothing(
    ending: Callable[[Scene, str, str], Transition],
) -> None:
    scene = Scene()
    scene.invite("pu", "lin", "official")
    ending(scene, "pu", "lin")
    assert refused_for(scene.invite("pu", "mei", "official")) == []
