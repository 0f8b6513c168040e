"""The creator's console, over HTTP: confirm on a phone, the path to unlinking that the guide describes."""

import pytest
from django.test import Client

from shoplink.flows import demo_links
from shoplink.store.sql import query
from tests.rule import rule
from tests.web.desk import made, signed_in, somebody


@pytest.fixture(autouse=True)
def _made(database: str) -> None:  # noqa: ARG001 (the database is in use)
    made()


def _creator(account_id: str, network: str = "GB") -> Client:
    return signed_in(somebody(account_id.replace(".", ""), accounts=[account_id]), network)


def _text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


def _status(account_id: str) -> str:
    found: str = query(
        "SELECT status FROM link WHERE account_id = %s ORDER BY number DESC LIMIT 1", account_id
    )[0][0]
    return found


def _open_link(account_id: str) -> str:
    found: str = query("SELECT link_id FROM link WHERE account_id = %s AND ended_at IS NULL", account_id)[0][
        0
    ]
    return found


@rule("R23")
def test_an_invitation_says_what_it_means_and_is_confirmed() -> None:
    callum = _creator("callum.reid")
    page = _text(callum, "/creator/callum.reid/")
    assert "invites you" in page
    assert "Confirm before" in page
    assert "You may go on promoting other shops’ products" in page
    done = callum.post("/creator/callum.reid/", {"link_id": _open_link("callum.reid"), "answer": "confirm"})
    assert "you are linked" in _text(callum, done.headers["Location"])
    assert _status("callum.reid") == "linked"


def test_an_invitation_is_declined() -> None:
    callum = _creator("callum.reid")
    callum.post("/creator/callum.reid/", {"link_id": _open_link("callum.reid"), "answer": "decline"})
    assert _status("callum.reid") == "declined"


@rule("R35")
def test_who_cannot_confirm_now_sees_every_reason_and_a_try_is_refused() -> None:
    callum = _creator("callum.reid", network="US")
    page = _text(callum, "/creator/callum.reid/")
    assert "You cannot confirm now" in page
    assert "network’s country" in page
    tried = callum.post("/creator/callum.reid/", {"link_id": _open_link("callum.reid"), "answer": "confirm"})
    assert tried.status_code == 409
    assert _status("callum.reid") == "invited"


@rule("R45")
def test_the_path_to_an_unlink_request_has_the_guides_steps_and_words() -> None:
    olivia = _creator("olivia.chen")
    path = "/creator/olivia.chen/profile"
    for address, step in (
        (path, "Showcase"),
        (f"{path}/showcase", "Enter"),
        (f"{path}/shop", "View link info"),
        (f"{path}/link", "Send unlink request"),
    ):
        assert step in _text(olivia, address)
    sent = olivia.post(f"{path}/link", {"do": "send"})
    assert "with the shop" in _text(olivia, sent.headers["Location"])
    assert query("SELECT unlink_requested_at IS NOT NULL FROM link WHERE account_id = 'olivia.chen'") in (
        [(1,)],
        [(True,)],
    )
    olivia.post(f"{path}/link", {"do": "withdraw"})
    assert "Your unlink request is with the shop" not in _text(olivia, f"{path}/link")


@rule("R44")
def test_on_a_wrong_network_the_button_is_shown_with_the_reason() -> None:
    page = _text(_creator("olivia.chen", network="US"), "/creator/olivia.chen/profile/link")
    assert "Send unlink request" in page
    assert "network’s country" in page


@rule("R31")
def test_a_link_held_in_review_says_by_what() -> None:
    page = _text(_creator("mei.lin", network="US"), "/creator/mei.lin/")
    assert "What holds it in review" in page
    assert "Singapore" in page


def test_what_i_may_do_is_told_with_what_my_account_is() -> None:
    page = _text(_creator("olivia.chen"), "/creator/olivia.chen/rights")
    assert "Sync all products" in page
    assert "1995-05-19" in page, "the creator sees their own birth date"
    alone = _text(_creator("nora.lane-1"), "/creator/nora.lane-1/rights")
    assert "not linked to any shop" in alone


def test_another_creators_pages_are_not_there() -> None:
    callum = _creator("callum.reid")
    missing = callum.get("/creator/nobody.at.all/")
    for address in ("", "profile", "profile/showcase", "profile/shop", "profile/link", "rights"):
        response = callum.get(f"/creator/olivia.chen/{address}")
        assert (response.status_code, response.content) == (404, missing.content)


def test_an_empty_inbox_says_what_will_come() -> None:
    assert "No invitation yet" in _text(
        _creator(demo_links.offer_ids(1)[1]), f"/creator/{demo_links.offer_ids(1)[1]}/"
    )
