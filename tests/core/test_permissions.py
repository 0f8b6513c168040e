"""What an account may do, cell by cell against the table of the specification (domain.md section 7, commerce.md section 1)."""

from typing import Any

import pytest

from shoplink.core.commerce.permissions import ACTIONS, Action, as_affiliate, permissions
from shoplink.core.facts import Role
from shoplink.core.reasons import CATALOGUE
from tests.core.commerce_scene import CommerceScene
from tests.core.link_scene import NOON, rulebook
from tests.rule import rule

NO_LINK = "link.not_found"
OFFICIAL, MARKETING, AFFILIATE = "official", "marketing", None
TABLE: dict[str | None, dict[Action, str | None]] = {
    OFFICIAL: {**dict.fromkeys(ACTIONS), "promote_other_shops": "role.other_shops_not_allowed"},
    MARKETING: {**dict.fromkeys(ACTIONS), "sync_showcase": "showcase.not_official"},
    AFFILIATE: {
        "sync_showcase": NO_LINK,
        "add_to_showcase": NO_LINK,
        "add_to_video": NO_LINK,
        "add_to_live": NO_LINK,
        "sell_in_video": None,
        "sell_in_live": None,
        "promote_other_shops": None,
    },
}
"""By role, for an account and a shop in good standing: None if the action is allowed, else the reason against it."""

MONEY = {OFFICIAL: (0, "none"), MARKETING: (0, "none"), AFFILIATE: (1_000, "due")}
"""The followers needed to sell, and the commission on the shop's orders, by role."""

SELLING: set[Action] = {"sell_in_video", "sell_in_live", "promote_other_shops"}
STANDING: dict[str, tuple[str, dict[str, Any]]] = {
    "shop.status_not_normal": ("ding", {"status": "abnormal"}),
    "account.status_not_normal": ("lin", {"status": "abnormal"}),
    "account.age_unknown": ("lin", {"birth_date": None}),
    "account.under_age": ("lin", {"birth_date": NOON.date()}),
    "account.region_mismatch": ("lin", {"region": "US"}),
    "account.commerce_permission_revoked": ("lin", {"commerce_permission": "revoked"}),
    "account.followers_below_minimum": ("lin", {"followers": 999}),
}
"""Each other reason, with the side and the facts that cause it."""


def expected(role: str | None, action: Action, broken: str | None) -> list[str]:
    """Every reason of a cell, in the catalogue's order, with one fact changed."""
    reasons = {TABLE[role][action]} - {None}
    needs_link_only = role is AFFILIATE and action not in SELLING
    holds = {
        "account.commerce_permission_revoked": action in SELLING,
        "account.followers_below_minimum": role is AFFILIATE and action in SELLING,
    }
    if broken is not None and not needs_link_only and holds.get(broken, True):
        reasons.add(broken)
    return [code for code in CATALOGUE if code in reasons]


@pytest.fixture(params=["official", "marketing", None])
def role(request: pytest.FixtureRequest) -> Role | None:
    return request.param  # type: ignore[no-any-return]


def floor(role: Role | None) -> CommerceScene:
    scene = CommerceScene(rulebook())
    if role is not None:
        scene.linked("ding", "lin", role)
    return scene


@rule("R3", "R4", "R13", "R14", "R15", "R16", "R17", "R32")
@pytest.mark.parametrize("broken", [None, *STANDING])
def test_every_cell_of_the_table_is_allowed_or_says_every_reason(
    role: Role | None, broken: str | None
) -> None:
    scene = floor(role)
    if broken is not None:
        side, facts = STANDING[broken]
        (scene.shop if side == "ding" else scene.creator)(
            side, **{**({} if side == "ding" else {"followers": 1_000}), **facts}
        )
    found = permissions(scene.world, "ding", "lin")
    codes = {action: [reason.code for reason in found.why_not[action]] for action in ACTIONS}
    assert codes == {action: expected(role, action, broken) for action in ACTIONS}
    assert (found.followers_minimum, found.commission) == MONEY[role]
    if role is AFFILIATE and broken != "shop.status_not_normal":
        alone = as_affiliate(scene.world, "lin")
        here = {} if broken != "account.region_mismatch" else {broken}
        assert {action: alone.why_not[action] for action in SELLING} == {
            action: tuple(reason for reason in found.why_not[action] if reason.code not in here)
            for action in SELLING
        }, "as for a shop of its own country"


@rule("R3", "R4")
def test_everything_that_is_out_of_order_is_told_together(role: Role | None) -> None:
    scene = floor(role)
    scene.shop("ding", status="abnormal")
    scene.creator(
        "lin", status="abnormal", birth_date=None, region="US", commerce_permission="revoked", followers=0
    )
    found = permissions(scene.world, "ding", "lin")
    for action in ACTIONS:
        codes = {code for broken in STANDING for code in expected(role, action, broken)} - {
            "account.under_age"
        }
        assert [reason.code for reason in found.why_not[action]] == [
            code for code in CATALOGUE if code in codes
        ]


@rule("R49")
def test_with_the_link_its_permissions_end(role: Role | None) -> None:
    if role is None:
        return
    scene = floor(role)
    scene.revoke("ding", "lin")
    found = permissions(scene.world, "ding", "lin")
    codes = {action: [reason.code for reason in found.why_not[action]] for action in ACTIONS}
    ended = {action: [] if action in SELLING else ["link.wrong_state"] for action in ACTIONS}
    assert codes == ended
    assert (found.link, found.followers_minimum, found.commission) == (None, 1_000, "due")
