"""Hand-off links: for one shop or account, once, for minutes, to a path on this service and nowhere else."""

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from shoplink.core.facts import Actor
from shoplink.flows import clock
from shoplink.flows.execute import execute
from shoplink.flows.people import membership, sign_in_link
from shoplink.flows.people.profile import change_profile
from shoplink.flows.people.sign_in_link import NewSignInLink
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import query
from shoplink.store.people import membership as store
from tests.databases import use
from tests.store.commands import execute_accepted, put_account, put_shop
from tests.store.threads import run_together

PLATFORM = Actor("platform", "back-office")

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def world(database: str) -> None:  # noqa: ARG001 (in use)
    execute_accepted(put_shop("S1", name="Tea House"), put_account("A1", handle="ada"))


def made(**how: Any) -> NewSignInLink:
    found = sign_in_link.issue_sign_in_link(
        PLATFORM, how.pop("place", "shop"), how.pop("subject_id", "S1"), **{"subject": "u1", **how}
    )
    assert isinstance(found, NewSignInLink)
    return found


def test_a_link_signs_in_the_hand_off_person_of_its_subject() -> None:
    used = sign_in_link.redeem(made().secret)
    assert used is not None
    person_id, path = used
    assert path == "/seller/S1/"
    assert membership.places_of_person(person_id) == membership.Places(shops=("S1",))
    person = store.person_of(person_id)
    assert person is not None
    assert (person.email, person.name) == (None, "Tea House · u1")
    assert list(verify(VerifyCounts())) == []


def test_who_is_handed_off_invites_nobody_and_keeps_their_name_at_any_door() -> None:
    used = sign_in_link.redeem(made().secret)
    assert used is not None
    guest, member = used[0], _member("lin@example.com")
    by = membership.actor_at(guest, "shop", "S1")
    refused = membership.invite(by, "shop", "S1", "new@example.com")
    assert isinstance(refused, tuple)
    assert [reason.code for reason in refused] == ["member.inviter_without_address"]
    command = membership.invite_command(by, "shop", "S1", "new@example.com", "a secret", key="k")
    assert [reason["code"] for reason in execute(command, scope="key:1")["reasons"]] == [
        "member.inviter_without_address"
    ]
    assert membership.open_invitations("shop", "S1") == []
    theirs = membership.actor_at(member, "shop", "S1")
    assert isinstance(membership.invite(theirs, "shop", "S1", "new@example.com"), membership.Invitation)
    for person_id, name in ((guest, "Tea House · u1"), (member, "TikTok Support")):
        change_profile(person_id, name="TikTok Support", language="zh", time_zone="UTC")
        person = store.person_of(person_id)
        assert person is not None
        assert (person.name, person.language, person.time_zone) == (name, "zh", "UTC")


def _member(email: str) -> str:
    with writing():
        person_id = store.add_person(name="Lin", email=email)
    assert membership.add(PLATFORM, person_id, "shop", "S1") == ()
    return person_id


def test_an_account_has_a_hand_off_person_of_its_own() -> None:
    used = sign_in_link.redeem(
        made(place="creator", subject_id="A1", path="/creator/A1/inbox?unread=1").secret
    )
    assert used is not None
    assert used[1] == "/creator/A1/inbox?unread=1"
    assert membership.places_of_person(used[0]) == membership.Places(accounts=("A1",))


def test_a_link_works_once() -> None:
    secret = made().secret
    assert sign_in_link.link_target(secret) is not None
    assert sign_in_link.redeem(secret) is not None
    assert sign_in_link.redeem(secret) is None
    assert sign_in_link.link_target(secret) is None


def test_a_link_ends_after_its_minutes_to_the_microsecond() -> None:
    at = clock.now()
    secret = made(minutes=3, now=lambda: at).secret
    end = at + timedelta(minutes=3)
    assert sign_in_link.redeem(secret, lambda: end) is None
    assert sign_in_link.redeem(secret, lambda: end - timedelta(microseconds=1)) is not None


def test_a_secret_that_nobody_made_opens_nothing() -> None:
    assert sign_in_link.redeem("x" * 43) is None
    assert sign_in_link.link_target("") is None


def test_what_is_kept_of_a_link_opens_nothing() -> None:
    secret = made().secret
    stored = query("SELECT digest FROM sign_in_link")[0][0]
    assert secret not in str(query("SELECT * FROM sign_in_link"))
    assert sign_in_link.redeem(stored) is None


@pytest.mark.parametrize(("place", "subject_id"), [("shop", "S2"), ("creator", "A2"), ("shop", "A1")])
def test_there_is_no_link_for_what_is_not_there(place: Any, subject_id: str) -> None:
    assert sign_in_link.issue_sign_in_link(PLATFORM, place, subject_id, subject="u1") == "not_found"


def test_all_links_of_a_subject_sign_in_one_person_who_joined_once() -> None:
    first, second = sign_in_link.redeem(made().secret), sign_in_link.redeem(made().secret)
    assert first == second
    assert query("SELECT count(*) FROM event WHERE type = 'member.joined'") == [(1,)]


def test_a_hand_off_person_who_was_removed_is_back_with_the_next_link() -> None:
    used = sign_in_link.redeem(made().secret)
    assert used is not None
    membership.remove(PLATFORM, used[0], "shop", "S1")
    assert membership.places_of_person(used[0]) == membership.Places()
    made()
    assert membership.places_of_person(used[0]) == membership.Places(shops=("S1",))
    assert list(verify(VerifyCounts())) == []


def test_somebody_elses_link_brings_back_nobody_who_was_removed() -> None:
    lin, mei = (sign_in_link.redeem(made(subject=subject).secret) for subject in ("lin", "mei"))
    assert lin is not None
    assert mei is not None
    waiting = made(subject="lin", key="k")
    membership.remove(PLATFORM, lin[0], "shop", "S1")
    made(subject="mei")
    assert made(subject="lin", key="k") == waiting, "a repeated request"
    assert sign_in_link.redeem(waiting.secret) is None
    assert membership.places_of_person(lin[0]) == membership.Places()
    assert membership.places_of_person(mei[0]).shops == ("S1",)


def test_a_repeated_request_gets_the_same_link_and_another_one_does_not() -> None:
    first = made(key="k 1")
    assert made(key="k 1") == first
    assert (
        sign_in_link.issue_sign_in_link(PLATFORM, "shop", "S1", subject="u1", key="k 1", path="/seller/")
        == "other_body"
    )
    assert sign_in_link.issue_sign_in_link(PLATFORM, "creator", "A1", subject="u1", key="k 1") == "other_body"
    assert made(key="k 2").secret != first.secret
    assert sign_in_link.redeem(first.secret) is not None
    assert sign_in_link.redeem(made(key="k 1").secret) is None


def test_a_request_that_is_there_many_times_at_once_makes_one_link(database: str) -> None:
    def run() -> NewSignInLink:
        use(database)
        return made(key="k 1")

    answers = run_together([run] * 6)
    assert answers == [answers[0]] * 6
    assert query("SELECT count(*) FROM sign_in_link") == [(1,)]
    assert list(verify(VerifyCounts())) == []


def test_of_two_requests_with_one_key_at_once_the_other_one_does_nothing(database: str) -> None:
    def run(place: Any, subject_id: str) -> Any:
        use(database)
        return sign_in_link.issue_sign_in_link(PLATFORM, place, subject_id, subject="u1", key="k 1")

    answers = run_together([partial(run, "shop", "S1"), partial(run, "creator", "A1")])
    assert answers.count("other_body") == 1
    assert query("SELECT count(*) FROM sign_in_link") == [(1,)]
    assert query("SELECT count(*) FROM event WHERE type = 'member.joined'") == [(1,)]


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "seller",
        "",
        "/a\nb",
        "/" + "a" * 200,
        "/é",
        "/a b",
    ],
)
def test_a_path_that_leads_elsewhere_is_none(path: str) -> None:
    assert not sign_in_link.is_path(path)


@pytest.mark.parametrize(
    "path", ["/", "/seller/S1/", "/creator/A1/inbox?unread=1", "/seller/S:1.x/links?role=official"]
)
def test_a_path_on_this_service_is_one(path: str) -> None:
    assert sign_in_link.is_path(path)


def test_a_link_used_many_times_at_once_works_once(database: str) -> None:
    secret, answers = made().secret, []

    def run() -> None:
        use(database)
        try:
            answers.append(sign_in_link.redeem(secret))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answer is not None for answer in answers) == 1
