from datetime import UTC, datetime

from shoplink.core.disclosure import disclose, redact_for_stranger
from shoplink.core.reasons import CATALOGUE, Reason
from shoplink.wording import language_for, say_reason
from tests.core.link_scene import PLATFORM, SUPPORT, Scene, owner, seller

BIRTHDAY = datetime(2027, 3, 4, tzinfo=UTC)


def test_a_stranger_is_told_of_the_age_but_not_the_date() -> None:
    (redacted,) = redact_for_stranger([Reason("account.under_age", "clock", BIRTHDAY, {"age": 18})])
    assert redacted.possible_at is None
    assert redacted.params == {"age": 18, "private": True}
    for tag in ("en", "zh"):
        sentences = " ".join(say_reason(redacted, language_for(tag)))
        assert "2027" not in sentences
        assert "18" in sentences


def test_a_stranger_is_told_the_same_of_a_status_and_of_a_permission() -> None:
    redacted = redact_for_stranger(
        [
            Reason("account.status_not_normal", "creator"),
            Reason("account.commerce_permission_revoked", "creator"),
        ]
    )
    assert say_reason(redacted[0], language_for("en")) == say_reason(redacted[1], language_for("en"))
    assert "creator can see" in say_reason(redacted[0], language_for("en")).remedy


def test_all_other_reasons_are_told_as_they_are() -> None:
    others = [
        Reason(code, "nobody", BIRTHDAY, {"market": "GB"})
        for code in CATALOGUE
        if code
        not in {"account.under_age", "account.status_not_normal", "account.commerce_permission_revoked"}
    ]
    assert list(redact_for_stranger(others)) == others


def test_a_shop_learns_an_accounts_record_only_while_their_link_is_live() -> None:
    scene = Scene()
    told = (Reason("account.status_not_normal", "creator"),)
    assert disclose(seller("ding"), None, told).creator_can_see
    live = scene.linked("ding", "lin")
    assert disclose(seller("ding"), live, told).reasons == told
    scene.revoke("ding", "lin")
    ended = scene.link("ding", "lin")
    assert disclose(seller("ding"), ended, told) == disclose(seller("ding"), None, told)
    assert [disclose(reader, ended, told).reasons for reader in (owner("lin"), SUPPORT, PLATFORM)] == [
        told
    ] * 3
