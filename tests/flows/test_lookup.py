"""Look-ups of accounts are recorded, limited, and deleted in time."""

from datetime import timedelta

import pytest
from django.test import override_settings

from shoplink.core import Actor, PutAccount
from shoplink.flows import clock
from shoplink.flows.execute import execute
from shoplink.flows.people.lookup import has_looked_up, look_up, look_up_by_key
from shoplink.flows.tick import tick
from shoplink.store.database.sql import query
from shoplink.store.read.lookup import page_of_look_ups

LIN, MAX = Actor("shop", "S", "person_lin"), Actor("shop", "S", "person_max")


@pytest.fixture(autouse=True)
def accounts(database: str) -> None:  # noqa: ARG001 (the database is in use)
    by = Actor("platform", "test")
    for account_id, handle in (("A1", "zhou"), ("A2", "mei"), ("A3", "mei")):
        execute(PutAccount(at=clock.now(), by=by, account_id=account_id, region="GB", handle=handle))


def test_an_account_is_found_by_its_handle_however_it_is_written() -> None:
    by = Actor("platform", "test")
    for number, handle in enumerate(("mei.lin_1", "Li.Hua", "tom", "caf\u00e9"), start=5):
        execute(PutAccount(at=clock.now(), by=by, account_id=f"A{number}", region="GB", handle=handle))
    asked = ["@Zhou ", "zhou", "mei", "nobody", "＠LI.hua", "ｔｏｍ", "cafe\u0301"]
    assert look_up(
        LIN, [*asked, "https://www.tiktok.com/@mei.lin_1?lang=en", "ＭＥＩ．ＬＩＮ＿１"]
    ).accounts == [
        ("Zhou", ["A1"]),
        ("mei", ["A2", "A3"]),
        ("nobody", []),
        ("LI.hua", ["A6"]),
        ("ｔｏｍ", ["A7"]),
        ("cafe\u0301", ["A8"]),
        ("mei.lin_1", ["A5"]),
    ]


def test_a_handle_that_passes_on_finds_its_new_owner() -> None:
    by = Actor("platform", "test")
    for account_id, handle in (("A1", "zhou.new"), ("A4", "ZHOU")):
        execute(PutAccount(at=clock.now(), by=by, account_id=account_id, region="GB", handle=handle))
    assert look_up(LIN, ["zhou", "Zhou.New"]).accounts == [("zhou", ["A4"]), ("Zhou.New", ["A1"])]


def test_what_was_looked_up_is_kept_with_who_asked_and_then_forgotten() -> None:
    look_up(LIN, ["zhou"])
    (kept,) = page_of_look_ups(10, "A1")
    assert (kept.person_id, kept.shop_id, kept.handle) == ("person_lin", "S", "zhou")
    tick(clock.now() + timedelta(days=91))
    assert query("SELECT count(*) FROM look_up") == [(0,)]


def test_only_who_found_an_account_may_see_what_stands_in_its_way_and_only_for_a_day() -> None:
    look_up(LIN, ["zhou"])
    assert has_looked_up(LIN, "A1")
    assert not has_looked_up(LIN, "A2")
    assert not has_looked_up(MAX, "A1")
    assert not has_looked_up(Actor("shop", "other", "person_lin"), "A1")
    assert not has_looked_up(LIN, "A1", lambda: clock.now() + timedelta(hours=25))


@override_settings(LOOK_UPS_PER_HOUR=3)
def test_a_person_may_look_up_so_many_an_hour_and_what_is_too_much_is_not_done_in_part() -> None:
    assert look_up(LIN, ["a", "b"]).accounts is not None
    assert look_up(LIN, ["c", "zhou"]).accounts is None
    assert not has_looked_up(LIN, "A1")
    assert look_up(MAX, ["c", "zhou"]).accounts is not None, "each person has an allowance of their own"
    assert look_up(LIN, ["c"], lambda: clock.now() + timedelta(minutes=61)).accounts is not None


@pytest.mark.parametrize("handle", ["", "@", "@\u3000", "\u3000", "@\u00a0", " @ "])
def test_no_handle_is_nobody_s_though_accounts_have_none(handle: str) -> None:
    by = Actor("platform", "test")
    execute(PutAccount(at=clock.now(), by=by, account_id="A4", region="GB"))
    assert look_up(LIN, [handle]).accounts == [("", [])]
    assert not has_looked_up(LIN, "A4")
    assert query("SELECT count(*) FROM look_up") == [(0,)]


def test_an_account_that_a_handle_has_come_to_name_is_kept_as_looked_up() -> None:
    look_up(LIN, ["new"])
    by = Actor("platform", "test")
    execute(PutAccount(at=clock.now(), by=by, account_id="A4", region="GB", handle="new"))
    assert look_up(LIN, ["new"]).accounts == [("new", ["A4"])]
    assert has_looked_up(LIN, "A4")


@override_settings(LOOK_UPS_PER_HOUR=3)
def test_what_was_looked_up_for_a_shop_within_the_hour_is_no_further_look_up() -> None:
    for _ in range(3):
        assert look_up(LIN, ["zhou", "a", "b"]).accounts == [("zhou", ["A1"]), ("a", []), ("b", [])]
    assert query("SELECT count(*) FROM look_up") == [(3,)]
    assert look_up(LIN, ["zhou", "c"]).accounts is None
    assert look_up(Actor("shop", "other", "person_lin"), ["zhou"]).accounts is None, "another shop asks anew"


@override_settings(LOOK_UPS_PER_HOUR=2)
def test_a_key_looks_up_by_id_for_each_shop_as_many_as_a_person() -> None:
    at, minutes = clock.now(), timedelta(minutes=1)
    nothing, key = timedelta(), "key_1"
    assert look_up_by_key(LIN, key, "A1", lambda: at) == nothing
    for _ in range(3):
        assert look_up_by_key(LIN, key, "nobody", lambda: at + minutes) == nothing
    assert look_up_by_key(LIN, key, "A2", lambda: at + 2 * minutes) == 58 * minutes
    for who, other in ((LIN, "key_2"), (Actor("shop", "other"), key)):
        assert look_up_by_key(who, other, "A2", lambda: at + 2 * minutes) == nothing
    assert look_up_by_key(LIN, key, "A2", lambda: at + 60 * minutes) == nothing
    assert [(kept.person_id, kept.shop_id, kept.handle) for kept in page_of_look_ups(10, "A1")] == [
        (key, "S", "A1")
    ]
    assert query("SELECT handle, account_id FROM look_up WHERE account_id IS NULL") == [("nobody", None)]
