"""What HTTP promises of every answer: HEAD where GET is, languages, caches, where a new thing is, when to come back."""

from shoplink.api import v1
from tests.api.service import Caller


def test_head_is_answered_wherever_get_is(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account()
    link_id = call.linked(shop_id, account_id)["link_id"]
    unknown = dict.fromkeys(("name", "content_id", "product_id", "ticket_id", "endpoint_id"), "x")
    named = {**unknown, "shop_id": shop_id, "account_id": account_id, "link_id": link_id}
    for one in v1.OPERATIONS:
        if one.method != "GET":
            continue
        path = f"/v1{one.path.format_map(named)}"
        there, head = call(one.method, path, actor="platform:p"), call("HEAD", path, actor="platform:p")
        assert (head.status, head.body) == (there.status, b""), path
        assert head.headers["content-type"] == there.headers["content-type"], path
    for path in ("/v1/openapi.json", "/v1/docs", "/healthz"):
        assert call("HEAD", path).status == 200


def test_answers_with_sentences_say_their_language_and_none_is_kept_by_a_cache(call: Caller) -> None:
    shop_id = call.shop()
    for path in ("/v1/links", "/v1/accounts", "/v1/refusals"):
        for language, said in (("zh-CN", "zh"), ("en", "en"), ("fr", "en")):
            answer = call.get(path, shop_id=shop_id if "accounts" not in path else None, language=language)
            assert (answer.headers["content-language"], answer.headers["vary"]) == (said, "Accept-Language")
    for path in ("/v1/shops", "/v1/accounts", "/v1/events", "/v1/shops/nowhere"):
        assert call.get(path).headers["cache-control"] == "private, no-store"
    assert "content-language" not in call.get("/v1/events").headers


def test_a_new_thing_is_where_location_says(call: Caller) -> None:
    shop_id, account_id = call.shop(), call.account(region="FR")
    invited = call.invite(shop_id, call.account())
    assert invited.headers["location"] == f"/v1/links/{invited.body['link_id']}"
    assert call.get(invited.headers["location"]).body["link_id"] == invited.body["link_id"]
    wish = {"command": "invite", "shop_id": shop_id, "account_id": account_id, "role": "marketing"}
    asked = call(
        "POST", "/v1/tickets", {"command": {**wish, "network_region": "GB"}}, actor=f"shop:{shop_id}"
    )
    again = call(
        "POST", f"/v1/tickets/{asked.body['ticket_id']}/replies", {"text": "please"}, actor=f"shop:{shop_id}"
    )
    assert asked.headers["location"] == again.headers["location"] == f"/v1/tickets/{asked.body['ticket_id']}"


def test_an_answer_that_is_given_again_says_so(call: Caller) -> None:
    facts = {"market": "GB", "enrolment": "open"}
    first, again = (call("PUT", "/v1/shops/twice", facts, actor="platform:p", key="twice") for _ in range(2))
    assert (first.status, first.body) == (again.status, again.body)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    other = call("PUT", "/v1/shops/twice", {**facts, "name": "other"}, actor="platform:p", key="twice")
    assert (other.status, "idempotent-replayed" in other.headers) == (422, False)
