"""A request with an Idempotency-Key is done once, however often it is sent."""

from concurrent.futures import ThreadPoolExecutor

from tests.api.service import Caller, Service

GB = {"network_region": "GB"}
IN_PROGRESS = (409, "urn:shoplink:problem:idempotency.in_progress")


def test_a_repeated_request_gets_the_first_answer_with_its_status(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    body = {"shop_id": shop_id, "account_id": account_id, "role": "marketing", "network_region": "GB"}
    first = call("POST", "/v1/links", body, actor=f"shop:{shop_id}", key=f"invite {account_id}")
    call.on(first.body, "accept", GB, by="account")
    again = call("POST", "/v1/links", body, actor=f"shop:{shop_id}", key=f"invite {account_id}")
    assert (again.status, again.body) == (201, first.body)
    assert len(call.get("/v1/links", account_id=account_id).body["items"]) == 1


def test_a_refusal_is_repeated_even_when_its_reason_is_gone(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account(status="abnormal")
    body = {"shop_id": shop_id, "account_id": account_id, "role": "marketing", "network_region": "GB"}
    first = call("POST", "/v1/links", body, actor=f"shop:{shop_id}", key=f"refused {account_id}")
    facts = {"region": "GB", "birth_date": "1990-01-01"}
    call("PUT", f"/v1/accounts/{account_id}", facts, actor="platform:p")
    again = call("POST", "/v1/links", body, actor=f"shop:{shop_id}", key=f"refused {account_id}")
    assert first.status == 409
    assert (again.status, again.body) == (409, first.body)
    assert call("POST", "/v1/links", body, actor=f"shop:{shop_id}", key=f"anew {account_id}").status == 201


def test_a_key_that_was_used_for_something_else_is_refused_and_nothing_is_done(call: Caller) -> None:
    key = f"put {(shop_id := call.shop())}"
    facts = {"market": "GB", "enrolment": "invited", "name": "one"}
    assert call("PUT", f"/v1/shops/{shop_id}", facts, actor="platform:p", key=key).status == 200
    for path, body, actor in (
        (f"/v1/shops/{shop_id}", {**facts, "name": "two"}, "platform:p"),
        (f"/v1/shops/{shop_id}", facts, "platform:another"),
        ("/v1/shops/another", facts, "platform:p"),
    ):
        answer = call("PUT", path, body, actor=actor, key=key)
        assert (answer.status, answer.body["type"]) == (422, "urn:shoplink:problem:idempotency.other_body")
    assert call.get(f"/v1/shops/{shop_id}").body["name"] == "one"
    assert call.get("/v1/shops/another").status == 404


def test_what_is_malformed_or_forbidden_does_not_use_the_key_up(call: Caller) -> None:
    shop_id = call.shop()
    path, key = f"/v1/shops/{shop_id}", f"early {shop_id}"
    facts = {"market": "GB", "enrolment": "invited", "name": "new"}
    assert call("PUT", path, {"market": "gb"}, actor="platform:p", key=key).status == 422
    assert call("PUT", path, facts, actor="support:s", key=key).status == 403
    assert call("PUT", path, facts, actor="platform:p", key=key).body["name"] == "new"


def test_another_api_keys_keys_are_its_own(service: Service) -> None:
    shop_id = service.caller.shop()
    body = {
        "shop_id": shop_id,
        "account_id": service.caller.account(),
        "role": "marketing",
        "network_region": "GB",
    }
    one, other = service.caller, service.caller_with("shop")
    assert one("POST", "/v1/links", body, actor=f"shop:{shop_id}", key=f"own {shop_id}").status == 201
    answer = other("POST", "/v1/links", body, actor=f"shop:{shop_id}", key=f"own {shop_id}")
    assert answer.status == 409
    assert [reason["code"] for reason in answer.body["reasons"]] == ["link.already_invited"]


def test_of_many_at_once_one_is_done_and_the_others_get_its_answer_or_wait(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    body = {"shop_id": shop_id, "account_id": account_id, "role": "marketing", "network_region": "GB"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda _: call("POST", "/v1/links", body, actor=f"shop:{shop_id}", key=f"race {shop_id}"),
                range(16),
            )
        )
    done = {answer.body["link_id"] for answer in answers if answer.status == 201}
    assert len(done) == 1
    assert {(a.status, a.body["type"]) for a in answers if a.status != 201} <= {IN_PROGRESS}
    assert len(call.get("/v1/links", shop_id=shop_id).body["items"]) == 1


def test_a_key_means_the_same_command_alone_and_as_a_line_of_a_stream(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    body = {"shop_id": shop_id, "account_id": account_id, "role": "marketing", "network_region": "GB"}
    actor = f"shop:{shop_id}"
    (line,) = call.stream([{"command": "invite", "key": f"line {shop_id}", **body}], actor=actor)
    alone = call("POST", "/v1/links", body, actor=actor, key=f"line {shop_id}")
    assert alone.status == 201
    assert alone.body["link_id"] == line["events"][0]["link_id"]
    facts = {"market": "GB", "enrolment": "invited", "name": "new"}
    call("PUT", f"/v1/shops/{shop_id}", facts, actor="platform:p", key=f"put {shop_id}")
    (line,) = call.stream(
        [{"command": "put_shop", "shop_id": shop_id, "key": f"put {shop_id}", **facts}], "platform:p"
    )
    assert line.keys() == {"line", "outcome", "events", "warnings", "reasons"}
    assert [event["type"] for event in line["events"]] == ["shop.recorded"]
