"""`POST /v1/mirrors`: a platform's lists over the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shoplink.core.instant import format_instant
from tests.api.service import Caller

NOW = datetime.now(UTC).replace(microsecond=0)
MONDAY, TUESDAY = (format_instant(NOW - timedelta(days=days)) for days in (3, 2))
MINE, PLATFORM = "shop:mirror-1", "platform:ops"


@pytest.fixture
def world(call: Caller) -> Caller:
    shop = {"command": "put_shop", "market": "GB", "enrolment": "invited", "decided": "elsewhere"}
    account = {"command": "put_account", "region": "GB"}
    call.stream(
        [
            *({**shop, "shop_id": f"mirror-{n}"} for n in (1, 2, 3, 4)),
            *({**account, "account_id": f"mirrored-{n}", "handle": f"mirrored{n}"} for n in range(4)),
        ]
    )
    return call


def body(as_of: str, accounts: tuple[int, ...], shop_id: str = "mirror-1", **more: Any) -> dict[str, Any]:
    links = [{"account_id": f"mirrored-{n}", "role": "marketing", "since": "2026-01-02"} for n in accounts]
    return {"as_of": as_of, "shops": [{"shop_id": shop_id, "links": links}], **more}


def test_lists_are_tried_taken_over_once_and_their_questions_answered(world: Caller) -> None:
    tried = world("POST", "/v1/mirrors", body(MONDAY, (0, 1), dry_run=True), actor=MINE)
    assert (tried.status, tried.body["stored"], len(tried.body["recorded"])) == (200, False, 2)
    assert world.get("/v1/links?shop_id=mirror-1").body["items"] == []
    sent = [world("POST", "/v1/mirrors", body(MONDAY, (0, 1)), actor=MINE, key="monday") for _ in range(2)]
    assert sent[0].body == sent[1].body
    assert sent[0].body["shops"] == [{"shop_id": "mirror-1", "recorded": 2, "left": 0}]
    assert sent[1].headers["idempotent-replayed"] == "true"
    other = world("POST", "/v1/mirrors", body(MONDAY, (0,)), actor=MINE, key="monday")
    assert other.body["type"].endswith("idempotency.other_body")
    gone = world("POST", "/v1/mirrors", body(TUESDAY, (1,)), actor=MINE)
    (question,) = gone.body["left"]
    assert (question["kind"], question["account_id"], question["ways"]) == (
        "gone",
        "mirrored-0",
        ["unlinked"],
    )
    assert question["asked"] == {"earlier": MONDAY, "later": TUESDAY}
    pair = {"shop_id": "mirror-1", "account_id": "mirrored-0"}
    wrong = body(TUESDAY, (1,), replies=[{**pair, "at": "2026-01-03T00:00:00Z"}])
    refused = world("POST", "/v1/mirrors", wrong, actor=MINE)
    assert (refused.status, refused.body["field"]) == (422, "replies")
    assert f"between {MONDAY} and {TUESDAY}" in refused.body["detail"]
    told = body(TUESDAY, (1,), replies=[{**pair, "at": MONDAY}])
    assert world("POST", "/v1/mirrors", told, actor=MINE).body["left"] == []
    links = {
        one["account_id"]: one["ended_at"] for one in world.get("/v1/links?shop_id=mirror-1").body["items"]
    }
    assert links == {"mirrored-0": MONDAY, "mirrored-1": None}


def test_a_shop_sends_its_own_list_and_the_platform_those_of_all(world: Caller) -> None:
    theirs = world("POST", "/v1/mirrors", body(MONDAY, (2,), "mirror-2"), actor=MINE)
    assert (theirs.status, theirs.body["type"].rpartition(":")[2]) == (403, "actor.not_allowed")
    creator = world("POST", "/v1/mirrors", body(MONDAY, (2,)), actor="account:mirrored-2")
    assert creator.status == 403
    both = body(MONDAY, (2,), "mirror-2")
    both["shops"].append({"shop_id": "mirror-3", "links": [], "empty_is_right": True})
    answer = world("POST", "/v1/mirrors", both | {"others": "likeliest"}, actor=PLATFORM)
    assert [one["recorded"] for one in answer.body["shops"]] == [1, 0]


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"shops": []}, "shops", "at least one shop"),
        ({"as_of": "today"}, "as_of", "found 'today'"),
        ({"as_of": "2126-01-01T00:00:00Z"}, "as_of", "has not come yet"),
        ({"shops": [{"shop_id": "none", "links": []}]}, "shops", "not recorded"),
        ({"shops": [{"shop_id": "mirror-4", "links": []}]}, "shops", "the list is empty"),
        (
            {"shops": [{"shop_id": "mirror-1", "links": [{"role": "friend"}]}]},
            "shops[0].links[0].account_id",
            "",
        ),
        ({"shops": [{"shop_id": "mirror-1", "links": [7]}]}, "shops[0].links[0]", "an object"),
        ({"replies": {}}, "replies", "a list of at most"),
        ({"kind": 1}, "kind", "unknown field"),
        ({"dry_run": "yes"}, "dry_run", "true or false"),
        ({"source": ""}, "source", "one line"),
    ],
)
def test_a_body_that_is_no_list_says_where(
    world: Caller, sent: dict[str, Any], field: str, said: str
) -> None:
    answer = world("POST", "/v1/mirrors", body(MONDAY, (3,)) | sent, actor=PLATFORM)
    assert (answer.status, answer.body["field"]) == (422, field), answer.body
    assert said in answer.body["detail"]
