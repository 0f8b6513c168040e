"""The catalogue of reasons: its order, which every refusal keeps, and where support can help."""

from collections.abc import Callable
from datetime import date

import pytest

from shoplink.core import CATALOGUE, Reason, Transition, support_can_help
from shoplink.core.events import LinkInvited
from shoplink.core.rulebook import Quota, Slots
from tests.core.link_scene import DAY, HOUR, NOON, TICK, Scene, refused_for, rulebook
from tests.rule import rule

IN_ORDER = [
    "shop.not_found",
    "account.not_found",
    "link.not_found",
    "rulebook.not_found",
    "waiver.not_found",
    "rulebook.activation_not_found",
    "shop.decided_elsewhere",
    "shop.decided_here",
    "link.invitation_expired",
    "link.wrong_state",
    "shop.market_fixed",
    "shop.enrolment_fixed",
    "link.date_out_of_order",
    "account.links_overlap",
    "waiver.not_allowed",
    "rulebook.date_in_past",
    "unlink.already_requested",
    "unlink.not_requested",
    "unlink.needs_creator_request",
    "link.younger_than_minimum",
    "shop.status_not_normal",
    "account.status_not_normal",
    "account.age_unknown",
    "account.under_age",
    "account.region_mismatch",
    "account.registration_mismatch",
    "account.commerce_permission_revoked",
    "network.region_mismatch",
    "account.already_linked",
    "link.already_invited",
    "shop.role_not_available",
    "shop.slots_full",
    "shop.link_quota_spent",
    "account.link_quota_spent",
    "shop.unlink_quota_spent",
    "product.not_found",
    "content.not_found",
    "product.shop_fixed",
    "content.fixed",
    "showcase.not_official",
    "account.followers_below_minimum",
    "role.other_shops_not_allowed",
    "product.of_linked_shop",
    "product.off_sale",
    "item.not_there",
    "item.synced",
    "item.already_there",
    "member.invitation_not_found",
    "member.not_found",
    "person.not_found",
    "member.already",
    "member.other_address",
    "member.too_many_invited",
    "member.last",
    "member.inviter_without_address",
    "ticket.not_found",
    "ticket.ended",
    "ticket.not_needed",
    "ticket.beyond_support",
    "ticket.reopen_period_over",
    "ticket.already_open",
    "ticket.assignee_not_in_team",
]
"""The table of section 5, copied by hand, followed by the reasons of commerce, people and tickets (append-only)."""


def test_the_catalogue_is_the_table_of_the_specification_in_its_order() -> None:
    assert list(CATALOGUE) == IN_ORDER
    assert [entry.code for entry in CATALOGUE.values()] == IN_ORDER


def test_the_gate_comes_first_and_is_what_the_specification_says() -> None:
    assert [code for code, entry in CATALOGUE.items() if entry.gate] == [
        *IN_ORDER[:10],
        "product.not_found",
        "content.not_found",
        "member.invitation_not_found",
        "member.not_found",
        "person.not_found",
        "ticket.not_found",
    ]


def everything_wrong(*, slots: int, birth_date: date | None) -> Scene:
    """Everything that can be wrong about `ding` and `lin`, who has an open invitation from `ding`.

    No command leads to an open invitation of a linked account, so the event is forged.
    """
    one = Quota(limit=1, days=180)
    tight = rulebook(
        slots_invited=Slots(official=1, marketing=slots),
        marketing_links_per_shop=one,
        marketing_links_per_account=one,
    )
    scene = Scene(others=[tight])
    scene.import_link("wang", "lin", NOON - DAY)
    scene.linked("ding", "mei")
    scene.world.apply(
        LinkInvited(
            at=NOON,
            link_id="forged",
            shop_id="ding",
            account_id="lin",
            role="marketing",
            rulebook=tight.name,
            expires_at=NOON + 48 * HOUR,
        )
    )
    scene.activate(tight.name, NOON)
    scene.shop("ding", status="abnormal")
    scene.creator("lin", status="abnormal", birth_date=birth_date, region="FR", commerce_permission="revoked")
    return scene


STANDING_WRONG = [
    "shop.status_not_normal",
    "account.status_not_normal",
    "account.under_age",
    "account.region_mismatch",
]


@pytest.mark.parametrize(
    ("birth_date", "age"), [(None, "account.age_unknown"), (date(2020, 1, 1), "account.under_age")]
)
@pytest.mark.parametrize(("slots", "room"), [(0, "shop.role_not_available"), (1, "shop.slots_full")])
@rule("R22", "R37")
def test_an_invitation_is_refused_for_everything_at_once_in_order(
    slots: int, room: str, birth_date: date | None, age: str
) -> None:
    scene = everything_wrong(slots=slots, birth_date=birth_date)
    assert refused_for(scene.invite("ding", "lin", network="FR")) == [
        "shop.status_not_normal",
        "account.status_not_normal",
        age,
        "account.region_mismatch",
        "network.region_mismatch",
        "account.already_linked",
        "link.already_invited",
        room,
        "shop.link_quota_spent",
        "account.link_quota_spent",
    ]


@rule("R35", "R36", "R37", "R38")
def test_a_confirmation_is_refused_for_everything_at_once_in_order() -> None:
    scene = everything_wrong(slots=1, birth_date=date(2020, 1, 1))
    assert refused_for(scene.accept("ding", "lin", network=None)) == [
        *STANDING_WRONG,
        "network.region_mismatch",
        "account.already_linked",
        "shop.slots_full",
        "shop.link_quota_spent",
        "account.link_quota_spent",
    ]


def test_a_review_is_held_by_everything_at_once_in_order() -> None:
    scene = everything_wrong(slots=1, birth_date=date(2020, 1, 1))
    assert [reason.code for reason in scene.held_by("ding", "lin")] == [
        *STANDING_WRONG,
        "account.registration_mismatch",
        "account.commerce_permission_revoked",
    ]


def young_official_link(*, asked: bool) -> Scene:
    """An official link established at NOON with an unlink request, an ended waiver and no unlinks left."""
    scene = Scene()
    for one in scene.creators(3):
        scene.import_link("ding", one, NOON - DAY, NOON, "official")
    scene.linked("ding", "lin", "official")
    if asked:
        for code in ("link.younger_than_minimum", "shop.unlink_quota_spent"):
            scene.waive(code, NOON + TICK, shop_id="ding")
        assert refused_for(scene.request_unlink("ding", "lin")) == []
    scene.creator("lin", region="FR", registered_in="GB")
    return scene.later(TICK)


AGE_AND_QUOTA = ["link.younger_than_minimum", "shop.unlink_quota_spent"]


@rule("R24", "R26", "R43", "R44")
def test_an_unlink_request_is_refused_for_everything_at_once_in_order() -> None:
    assert refused_for(young_official_link(asked=True).request_unlink("ding", "lin", network="FR")) == [
        "unlink.already_requested",
        "link.younger_than_minimum",
        "account.region_mismatch",
        "network.region_mismatch",
        "shop.unlink_quota_spent",
    ]


@rule("R24", "R26", "R46", "R47")
@pytest.mark.parametrize(
    ("command", "asked", "first"),
    [
        (Scene.approve_unlink, False, ["unlink.not_requested"]),
        (Scene.approve_unlink, True, []),
        (Scene.unlink, False, ["unlink.needs_creator_request"]),
        (Scene.unlink, True, []),
    ],
)
def test_unlinking_is_refused_for_everything_at_once_in_order(
    command: Callable[[Scene, str, str], Transition], first: list[str], *, asked: bool
) -> None:
    assert refused_for(command(young_official_link(asked=asked), "ding", "lin")) == [*first, *AGE_AND_QUOTA]


@rule("R5", "R8", "R38")
@pytest.mark.parametrize(("slots", "room"), [(0, "shop.role_not_available"), (1, "shop.slots_full")])
def test_an_import_is_refused_for_everything_at_once_in_order(slots: int, room: str) -> None:
    scene = everything_wrong(slots=slots, birth_date=None)
    assert refused_for(scene.import_link("ding", "lin", NOON + TICK)) == [
        "link.date_out_of_order",
        "account.links_overlap",
        "account.already_linked",
        room,
    ]


HELPED = {
    "account.not_found",
    "account.links_overlap",
    "account.age_unknown",
    "account.under_age",
    "account.region_mismatch",
    "account.registration_mismatch",
    "account.commerce_permission_revoked",
    "account.already_linked",
    "account.link_quota_spent",
    "shop.link_quota_spent",
    "shop.unlink_quota_spent",
    "link.younger_than_minimum",
    "account.followers_below_minimum",
}
"""Every `account.*` reason but an abnormal status, and every one that may be waived (section 8)."""


@rule("R27", "R40")
@pytest.mark.parametrize("code", IN_ORDER)
def test_support_can_help_with_an_account_but_its_status_and_with_what_may_be_waived(code: str) -> None:
    assert support_can_help(Reason(code, "support")) == (code in HELPED)


@rule("R40")
@pytest.mark.parametrize("code", ["account.region_mismatch", "account.registration_mismatch"])
@pytest.mark.parametrize(("registered_in", "helps"), [("FR", True), ("US", False)])
def test_support_cannot_help_an_account_registered_where_it_cannot_correct(
    code: str, registered_in: str, *, helps: bool
) -> None:
    scene = Scene()
    scene.held("ding", "lin")
    scene.creator("lin", region="FR", registered_in=registered_in)
    (reason,) = [reason for reason in scene.held_by("ding", "lin") if reason.code == code]
    assert support_can_help(reason) is helps


@rule("R40")
def test_support_helps_with_other_account_reasons_though_nobody_is_named_to_act() -> None:
    assert support_can_help(Reason("account.links_overlap", "nobody"))
    assert support_can_help(Reason("account.not_found", "nobody"))
