"""A key that acts only for a shop looks up the accounts that it asks about, at every door, recorded and limited."""

from collections.abc import Iterator
from typing import Any

import pytest

from shoplink.store.database.sql import query
from tests.api.service import Answer, Caller, Service, running
from tests.databases import KINDS, use

MOST = 4
SPENT = "urn:shoplink:problem:look_ups.spent"


@pytest.fixture(scope="module", params=KINDS)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("look_ups")
    with running(request.param, home, SHOPLINK_LOOK_UPS_PER_HOUR=str(MOST)) as service:
        yield service


def test_what_a_key_asks_about_for_a_shop_is_recorded_and_limited_at_every_door(
    service: Service, call: Caller
) -> None:
    shop_id, by_shop = call.shop(), service.caller_with("shop")
    actor = f"shop:{shop_id}"

    def body(account_id: str) -> dict[str, Any]:
        return {"shop_id": shop_id, "account_id": account_id, "role": "marketing", "network_region": "GB"}

    def ask(door: str, account_id: str, who: Caller = by_shop) -> Answer:
        invite = {"command": "invite", **body(account_id)}
        match door:
            case "check":
                return who("POST", "/v1/checks", invite, actor=actor)
            case "ticket":
                return who("POST", "/v1/tickets", {"command": invite}, actor=actor)
        return who("POST", "/v1/links", body(account_id), actor=actor)

    accounts = [call.account(region="FR") for _ in range(MOST)]
    doors = ("check", "invitation", "ticket")
    for door, account_id in zip(doors, accounts, strict=False):
        for _ in range(2):
            assert ask(door, account_id).status != 429, "the same again is no further look-up"
    (line,) = by_shop.stream([{"command": "invite", **body("nobody")}], actor=actor)
    assert [one["code"] for one in line["reasons"]] == ["account.not_found"]

    assert _recorded(service) == [*((each, each) for each in sorted(accounts[:3])), ("nobody", None)]

    late = accounts[-1]
    for door in doors:
        answer = ask(door, late)
        assert (answer.status, answer.body["type"]) == (429, SPENT), door
        assert 3_000 < int(answer.headers["retry-after"]) <= 3_600
        assert f"about {MOST} accounts" in answer.body["detail"]
    (line,) = by_shop.stream([{"command": "invite", **body(late)}], actor=actor)
    assert (line["outcome"], line["error"]) == ("rejected", "look_ups.spent")
    assert len(_recorded(service)) == MOST
    for account_id in accounts[:3]:
        assert ask("check", account_id).status == 200

    assert ask("check", late, call).status == 200, "a key that may read every account"
    linked = call.account()
    call.linked(shop_id, linked)
    assert ask("check", linked).status == 200, "what the shop is linked with is no stranger"
    other = call.shop()
    answer = by_shop(
        "POST", "/v1/checks", {"command": "invite", **body(late), "shop_id": other}, actor=f"shop:{other}"
    )
    assert answer.status == 200, "each shop has an allowance of its own"


def _recorded(service: Service) -> list[tuple[str, str | None]]:
    """What has been looked up."""
    use(service.database)
    return [
        (asked, found) for asked, found in query("SELECT handle, account_id FROM look_up ORDER BY handle")
    ]
