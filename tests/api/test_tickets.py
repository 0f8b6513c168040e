"""Tickets over the API: who sees and does what, and that nothing is told that a seller may not know."""

from typing import Any

import pytest

from tests.api.service import Answer, Caller, Json, Service
from tests.rule import rule

GB = {"network_region": "GB"}
SUPPORT = "support:mei"


def about(shop_id: str, account_id: str, role: str = "official", **more: Any) -> Json:
    """What a ticket about an invitation asks."""
    command = {"command": "invite", "shop_id": shop_id, "account_id": account_id, "role": role, **GB}
    return {"command": {**command, **more}}


def opened(call: Caller, **facts: Any) -> Json:
    """A ticket of a new shop about inviting a new account."""
    shop_id, account_id = call.shop(), call.account(**(facts or {"region": "FR"}))
    answer = call("POST", "/v1/tickets", about(shop_id, account_id), actor=f"shop:{shop_id}")
    assert answer.status == 201, answer
    return dict(answer.body)


def codes(answer: Answer) -> list[str]:
    """The codes of a refusal."""
    return [reason["code"] for reason in answer.body["reasons"]]


def look(call: Caller, ticket: Json, actor: str) -> Answer:
    return call("GET", f"/v1/tickets/{ticket['ticket_id']}", actor=actor)


def write(call: Caller, ticket: Json, what: str, actor: str, body: Json | None = None, **more: Any) -> Answer:
    return call("POST", f"/v1/tickets/{ticket['ticket_id']}/{what}", body or {}, actor=actor, **more)


@rule("R39", "R40", "R42")
def test_support_corrects_the_region_the_stuck_link_goes_on_and_its_ticket_closes(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account(registered_in="ID")
    link = call.invite(shop_id, account_id).body
    held = call.on(link, "accept", GB, by="account").body
    assert held["status"] == "in_review"
    asked = {"link_id": link["link_id"], "text": "She was born in Leeds.", "evidence": "passport"}
    ticket = call("POST", "/v1/tickets", asked, actor=f"account:{account_id}").body
    assert (ticket["command"], ticket["side"], ticket["turn"]) == ("review", "creator", "support")
    assert [reason["code"] for reason in ticket["reasons_then"]] == ["account.registration_mismatch"]
    assert ticket["reasons_then"][0]["support_can_help"] is True
    assert [(message["text"], message["evidence"]) for message in ticket["messages"]] == [
        (asked["text"], asked["evidence"])
    ]
    call(
        "POST",
        f"/v1/accounts/{account_id}/corrections",
        {"registered_in": "GB", "note": "birth certificate"},
        actor=SUPPORT,
    )
    assert call.get(f"/v1/links/{link['link_id']}").body["status"] == "linked"
    closed = look(call, ticket, f"account:{account_id}").body
    assert (closed["status"], closed["cause"], closed["turn"]) == ("closed", "cleared", "nobody")
    assert closed["reasons"] == []
    assert [reason["code"] for reason in closed["reasons_then"]] == ["account.registration_mismatch"]


@rule("R40")
def test_what_support_cannot_help_with_is_answered_with_who_can(call: Caller) -> None:
    shop_id, account_id = call.shop(enrolment="open"), call.account()
    answer = call("POST", "/v1/tickets", about(shop_id, account_id, "marketing"), actor=f"shop:{shop_id}")
    assert (answer.status, answer.body["type"]) == (409, "urn:shoplink:problem:refused")
    assert [(one["code"], one["next_actor"]) for one in answer.body["reasons"]] == [
        ("shop.role_not_available", "nobody"),
        ("ticket.beyond_support", "nobody"),
    ]
    assert answer.body["reasons"][1]["detail"] == "Support cannot help with this."
    assert "creator_can_see" not in answer.body
    fine = call("POST", "/v1/tickets", about(shop_id, account_id), actor=f"shop:{shop_id}")
    assert (fine.status, codes(fine)) == (409, ["ticket.not_needed"])


def test_support_and_the_platform_see_every_ticket_others_their_own_and_strangers_none(call: Caller) -> None:
    ticket = opened(call)
    shop_id, account_id = ticket["shop_id"], ticket["account_id"]
    assert [
        look(call, ticket, actor).status
        for actor in (f"shop:{shop_id}", SUPPORT, "platform:p", "shop:other", f"account:{account_id}")
    ] == [200, 200, 200, 404, 404]
    missing = {"ticket_id": "ticket_none"}
    one, other = look(call, ticket, "shop:other"), look(call, missing, "shop:other")
    assert (one.status, one.body) == (other.status, other.body)
    for what, body in (("replies", {"text": "hello"}), ("resolution", {}), ("withdrawal", {})):
        assert write(call, ticket, what, "shop:other", body).status == 404
    for actor, expected in (
        (f"shop:{shop_id}", [ticket["ticket_id"]]),
        (SUPPORT, [ticket["ticket_id"]]),
        ("shop:other", []),
        (f"account:{account_id}", []),
    ):
        found = call("GET", f"/v1/tickets?shop_id={shop_id}", actor=actor).body["items"]
        assert [each["ticket_id"] for each in found] == expected, actor


def test_who_may_not_do_a_thing_with_a_ticket_that_they_see_is_told_who_may(call: Caller) -> None:
    ticket = opened(call)
    own = f"shop:{ticket['shop_id']}"
    refused = write(call, ticket, "resolution", own)
    assert (refused.status, refused.body["type"]) == (403, "urn:shoplink:problem:actor.not_allowed")
    assert own in write(call, ticket, "withdrawal", SUPPORT).body["detail"]
    asked = about(ticket["shop_id"], ticket["account_id"])
    for actor in (SUPPORT, "shop:other", f"account:{ticket['account_id']}"):
        assert call("POST", "/v1/tickets", asked, actor=actor).status == 403


def test_a_link_that_is_not_the_callers_cannot_be_asked_about(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account(registered_in="ID")
    link = call.invite(shop_id, account_id).body
    call.on(link, "accept", GB, by="account")
    for actor, status in (("shop:other", 404), ("account:other", 404), (f"shop:{shop_id}", 201)):
        assert call("POST", "/v1/tickets", {"link_id": link["link_id"]}, actor=actor).status == status
    assert call("POST", "/v1/tickets", {"link_id": "link_none"}, actor="shop:S").status == 404
    mine, theirs = (f"/v1/links/{link['link_id']}", "ticket.opened")
    assert theirs not in [event["type"] for event in call.get(mine).body["timeline"]], (
        "it is the shop's alone"
    )


def test_a_conversation(call: Caller) -> None:
    ticket = opened(call)
    own = f"shop:{ticket['shop_id']}"
    answered = write(call, ticket, "replies", SUPPORT, {"text": "Which passport?"})
    assert (answered.status, answered.body["status"], answered.body["turn"]) == (201, "answered", "shop")
    asked_on = write(call, ticket, "replies", own, {"text": "British.", "evidence": "photo of it"})
    assert (asked_on.body["status"], asked_on.body["turn"]) == ("open", "support")
    resolved = write(call, ticket, "resolution", SUPPORT, {"text": "Done."})
    assert (resolved.status, resolved.body["status"], resolved.body["cause"]) == (200, "resolved", None)
    assert [message["text"] for message in resolved.body["messages"]] == [
        "Which passport?",
        "British.",
        "Done.",
    ]
    late = write(call, ticket, "replies", own, {"text": "Thanks"})
    assert (late.status, codes(late)) == (409, ["ticket.ended"])


def test_facts_are_for_support_and_not_for_the_shop(call: Caller) -> None:
    ticket = opened(call, region="FR", birth_date="1991-02-03")
    assert (ticket["facts_then"], ticket["facts_now"]) == (None, None)
    of_support = look(call, ticket, SUPPORT).body
    assert of_support["facts_then"]["account"]["birth_date"] == "1991-02-03"
    assert of_support["facts_now"]["shop"]["market"] == "GB"


def test_a_seller_learns_no_strangers_birth_date_or_record_from_a_ticket(call: Caller) -> None:
    shop_id = call.shop()
    account_id = call.account(birth_date="2015-06-07", status="abnormal")
    answer = call("POST", "/v1/tickets", about(shop_id, account_id), actor=f"shop:{shop_id}")
    ticket = answer.body
    for body in (ticket, look(call, ticket, f"shop:{shop_id}").body):
        assert [(one["code"], one["possible_at"]) for one in body["reasons"]] == [("account.under_age", None)]
        assert body["reasons_then"] == body["reasons"]
        assert body["creator_can_see"] is True
        assert "2033" not in str(body)
        assert "abnormal" not in str(body)
    of_support = look(call, ticket, SUPPORT).body
    assert [one["code"] for one in of_support["reasons"]] == [
        "account.status_not_normal",
        "account.under_age",
    ]
    assert of_support["reasons"][1]["possible_at"] == "2033-06-07T00:00:00Z"
    account_id = call.account(status="abnormal")
    refused = call("POST", "/v1/tickets", about(shop_id, account_id), actor=f"shop:{shop_id}")
    assert (codes(refused), refused.body["creator_can_see"]) == (["ticket.beyond_support"], True)
    kept = call.get(f"/v1/refusals?account_id={account_id}").body["items"][0]
    assert [reason["code"] for reason in kept["reasons"]] == ["ticket.beyond_support"]
    assert kept["command"]["command"] == "open_ticket"
    assert kept["command"]["question"] == {**about(shop_id, account_id)["command"]}


def test_a_shop_that_has_a_live_link_is_told_why_it_is_held(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account(registered_in="ID")
    link = call.invite(shop_id, account_id).body
    call.on(link, "accept", GB, by="account")
    call("PUT", f"/v1/accounts/{account_id}", {"region": "GB", "registered_in": "ID", "status": "abnormal",
         "birth_date": "1990-01-01"}, actor="platform:p")  # fmt: skip
    ticket = call("POST", "/v1/tickets", {"link_id": link["link_id"]}, actor=f"shop:{shop_id}").body
    assert [one["code"] for one in ticket["reasons"]] == [
        "account.status_not_normal",
        "account.registration_mismatch",
    ]
    assert [one["support_can_help"] for one in ticket["reasons"]] == [False, True]


def test_tickets_are_listed_by_market_and_status_in_pages(call: Caller) -> None:
    shop_id = call.shop(market="DE")
    own = f"shop:{shop_id}"
    ids = []
    for _ in range(3):
        account_id = call.account(region="FR")
        ids.append(
            call("POST", "/v1/tickets", about(shop_id, account_id, network_region="DE"), actor=own).body
        )
    write(call, ids[1], "replies", SUPPORT, {"text": "hm"})
    call(
        "POST",
        f"/v1/accounts/{ids[2]['account_id']}/corrections",
        {"region": "DE", "note": "n"},
        actor=SUPPORT,
    )

    def listed(query: str, actor: str = SUPPORT) -> list[str]:
        found, cursor = [], ""
        while True:
            page = call("GET", f"/v1/tickets?market=DE&limit=2{query}{cursor}", actor=actor).body
            found += [ticket["ticket_id"] for ticket in page["items"]]
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"

    names = [ticket["ticket_id"] for ticket in ids]
    assert listed("") == listed("", own) == names
    assert (listed("&status=open"), listed("&status=answered"), listed("&status=closed")) == (
        names[:1],
        names[1:2],
        names[2:],
    )
    assert listed(f"&account_id={ids[0]['account_id']}") == names[:1]
    assert call("GET", "/v1/tickets?market=US", actor=own).body["items"] == []


def test_a_repeated_request_is_answered_as_the_first_was_and_done_once(call: Caller) -> None:
    ticket = opened(call)
    own = f"shop:{ticket['shop_id']}"
    first = write(call, ticket, "replies", own, {"text": "well?"}, key="reply-1")
    again = write(call, ticket, "replies", own, {"text": "well?"}, key="reply-1")
    assert (again.status, again.body) == (first.status, first.body)
    assert len(look(call, ticket, own).body["messages"]) == 1
    other = write(call, ticket, "replies", own, {"text": "hello?"}, key="reply-1")
    assert (other.status, other.body["type"]) == (422, "urn:shoplink:problem:idempotency.other_body")
    fine = about(call.shop(), call.account())
    actor = f"shop:{fine['command']['shop_id']}"
    refused = [call("POST", "/v1/tickets", fine, actor=actor, key="open-1") for _ in range(2)]
    assert [(answer.status, codes(answer)) for answer in refused] == [(409, ["ticket.not_needed"])] * 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "command"),
        ({"command": {"command": "invite"}, "link_id": "link_1"}, "command"),
        ({"command": "invite"}, "command"),
        (
            {"command": {"command": "put_shop", "shop_id": "S1", "market": "GB", "enrolment": "open"}},
            "command",
        ),
        ({"command": {"command": "invite", "shop_id": "S1", "account_id": "A1", **GB}}, "role"),
        ({"command": {"command": "invite", "at": "2024-11-11T12:00:00Z"}}, "at"),
        ({"link_id": 7}, "link_id"),
        ({"link_id": "link_\x00"}, "link_id"),
        ({"link_id": "link 1"}, "link_id"),
        ({"link_id": "link_1", "text": ""}, "text"),
        ({"link_id": "link_1", "text": "x" * 4001}, "text"),
        ({"link_id": "link_1", "text": "a\x00"}, "text"),
        ({"link_id": "link_1", "evidence": "x"}, "text"),
        ({"link_id": "link_1", "text": "x", "evidence": "x" * 201}, "evidence"),
        ({"link_id": "link_1", "urgent": True}, "urgent"),
    ],
)
def test_a_body_that_asks_nothing_is_answered_with_the_field_at_fault(
    call: Caller, body: Json, field: str
) -> None:
    answer = call("POST", "/v1/tickets", body, actor="shop:S1")
    assert (answer.status, answer.body["field"]) == (422, field)


def test_a_key_reads_and_writes_tickets_only_for_those_whom_it_acts_for(
    service: Service, call: Caller
) -> None:
    """A key that only reads acts for nobody, and what is said in a ticket is for its two sides."""
    ticket = opened(call, region="FR")
    own, by_shop, by_reader = (
        f"shop:{ticket['shop_id']}",
        service.caller_with("shop"),
        service.caller_with("read"),
    )
    for path in ("/v1/tickets", f"/v1/tickets/{ticket['ticket_id']}"):
        assert by_shop("GET", path, actor=own).status == 200
        for caller, actor in ((by_reader, own), (by_reader, SUPPORT), (by_shop, SUPPORT)):
            assert caller("GET", path, actor=actor).status == 403, (path, actor)
    assert write(by_shop, ticket, "replies", SUPPORT, {"text": "x"}).status == 403
    assert write(by_reader, ticket, "withdrawal", own).status == 403
    assert write(by_shop, ticket, "withdrawal", own).status == 200
