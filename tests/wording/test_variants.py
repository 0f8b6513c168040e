"""The values of a reason choose among its wordings: each wording, with the values that lead to it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shoplink.core.reasons import NextActor, Reason
from shoplink.wording import language_for, say_reason
from shoplink.wording import say as saying
from shoplink.wording import sentences as source
from tests.rule import rule

AT = datetime(2025, 3, 1, 12, tzinfo=UTC)
THEN = datetime(2025, 5, 19, 19, tzinfo=UTC)
PERIOD: dict[str, Any] = {"linked_at": AT, "unlinked_at": THEN}
OTHER: dict[str, Any] = {"linked_at": AT, "ended_at": THEN}
COUNTRIES: dict[str, Any] = {"market": "GB", "region": "ID", "registered_in": "US", "network_region": "SE"}
SLOTS: dict[str, Any] = {"role": "marketing", "slots": 4, "taken": 4}
QUOTA: dict[str, Any] = {"limit": 10, "days": 180, "used": 10, "pending": 0}
PRIVATE: dict[str, Any] = {"private": True}

TABLE: dict[str, tuple[NextActor, datetime | None, dict[str, Any], str]] = {
    "link.date_out_of_order": ("nobody", None, PERIOD, "A link from Sat 1 Mar 2025"),
    "link.date_out_of_order/current": ("nobody", None, {**PERIOD, "unlinked_at": None}, "cannot have begun on"),
    "link.date_out_of_order/step": ("nobody", None, {"happened_at": AT, "since": THEN}, "last step before it was on"),
    "link.date_out_of_order/future": ("nobody", None, {"happened_at": AT, "since": None}, "happened on Sat 1 Mar 2025 12:00 UTC: that"),
    "account.links_overlap": ("nobody", None, OTHER, "was already linked from Sat 1 Mar 2025"),
    "account.links_overlap/current": ("nobody", None, {**OTHER, "ended_at": None}, "has been linked since Sat 1"),
    "account.status_not_normal": ("creator", None, {}, "status is abnormal"),
    "account.status_not_normal/private": ("creator", None, PRIVATE, "the account’s own standing"),
    "account.commerce_permission_revoked": ("creator", None, {}, "permission was revoked"),
    "account.commerce_permission_revoked/private": ("creator", None, PRIVATE, "the account’s own standing"),
    "account.under_age": ("clock", THEN, {"age": 18}, "possible from 19 May 2025"),
    "account.under_age/private": ("clock", None, {"age": 18, **PRIVATE}, "once the user is 18; the creator can"),
    "account.region_mismatch": ("support", None, COUNTRIES, "(Indonesia) is not the shop’s market (United Kingdom). Open"),
    "account.region_mismatch/uncorrectable": ("nobody", None, COUNTRIES, "market (United Kingdom). Support cannot"),
    "account.registration_mismatch": ("support", None, COUNTRIES, "registration (United States) is not the shop’s market (United Kingdom). Open"),
    "account.registration_mismatch/uncorrectable": ("nobody", None, COUNTRIES, "Kingdom). Support cannot"),
    "network.region_mismatch": ("shop", None, COUNTRIES, "network’s country (Sweden) is not"),
    "network.region_mismatch/unknown": ("shop", None, {**COUNTRIES, "network_region": None}, "is unknown"),
    "account.already_linked": ("creator", None, {}, "to another shop"),
    "account.already_linked/own": ("creator", None, {"shop_id": "S"}, "to this shop"),
    "shop.slots_full": ("shop", THEN, SLOTS, "an expiring invitation frees a place on Mon 19 May 2025"),
    "shop.slots_full/undated": ("shop", None, SLOTS, "Link TikTok account first."),
    "shop.link_quota_spent": ("clock", THEN, QUOTA, "it can link a new one from 19 May 2025"),
    "shop.link_quota_spent/pending": ("clock", THEN, {**QUOTA, "pending": 3}, "linked 7 marketing accounts in the last 180 days and is linking 3 more, of 10 allowed; it can invite a new one from 19 May 2025"),
    "shop.link_quota_spent/undated": ("shop", None, {**QUOTA, "pending": 3}, "is linking 3 more, of 10 allowed. In"),
    "member.last": ("nobody", None, {"place": "shop"}, "The last member cannot be removed"),
    "member.last/staff": ("nobody", None, {"place": "platform"}, "The last of the platform’s staff"),
    "ticket.beyond_support": ("nobody", None, {}, "Each of the other reasons says who can"),
    "ticket.beyond_support/hidden": ("nobody", None, {"creator_can_see": True}, "the creator can see what"),
}  # fmt: skip


@rule("R25", "R40")
@pytest.mark.parametrize("key", TABLE)
def test_the_values_of_a_reason_choose_its_wording(key: str) -> None:
    code = key.partition("/")[0]
    next_actor, possible_at, params, _ = TABLE[key]
    text = " ".join(say_reason(Reason(code, next_actor, possible_at, params), language_for("en")))
    of_the_code = {one: row[3] for one, row in TABLE.items() if one.partition("/")[0] == code}
    assert [one for one, part in of_the_code.items() if part in text] == [key]


def test_the_table_has_every_wording_of_a_reason_that_has_several() -> None:
    assert set(TABLE) == {key for key in source.REASONS if key.split("/")[0] in saying._VARIANTS}
