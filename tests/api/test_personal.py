"""Fields of persons are told only to keys with the scope `personal`, at every door alike."""

import json
import time
from typing import Any, NamedTuple

from tests.api.contract import DOCUMENT, assert_described
from tests.api.service import Answer, Caller, Json, Service

BORN, OF_AGE, ADDRESS = "2012-06-07", "2030-06-07", "lin@persons.example"
SUBJECT = "lin-at-the-back-office"
SUPPORT, PLATFORM = "support:mei", "platform:p"


class Story(NamedTuple):
    """An account whose birth date was corrected: its link, held in review, and the ticket; `after` is where it begins."""

    shop_id: str
    account_id: str
    link_id: str
    ticket_id: str
    tag: str
    after: int


def test_a_key_without_the_scope_learns_nothing_of_persons_and_what_is_withheld_at_any_door(
    service: Service, call: Caller
) -> None:
    other = service.caller_with("impersonal")
    story = begin(call, other)
    for door, (method, path, more) in doors(story, call.shop()).items():
        told, withheld = (who(method, path, **more) for who in (call, other))
        assert tells(told), door
        assert not tells(withheld), door
        assert without(told.body) == without(withheld.body), (door, "nothing else differs")
        if door.startswith("/"):
            for answer in (told, withheld):
                assert_described(DOCUMENT["paths"][door][method.lower()], answer)
    account = other.get(f"/v1/accounts/{story.account_id}").body
    assert (account["withheld"], "birth_date" in account) == (["birth_date"], False)
    members = other.get("/v1/members", shop_id=story.shop_id).body
    (invited,), (member,) = members["invitations"], members["members"]
    assert (invited["withheld"], "email" in invited) == (["email"], False)
    assert (member["withheld"], "name" in member, member["email"]) == (["name"], False, None)
    assert other.get(f"/v1/shops/{story.shop_id}").body["name"] == "", "the name of a shop is no person's"
    unknown = other.get(f"/v1/accounts/{call.account(birth_date=None)}").body
    assert (unknown["birth_date"], "withheld" in unknown) == (None, False)


def begin(call: Caller, other: Caller) -> Story:
    """What there is to learn, partly written by the key that may not learn it."""
    after = call.get("/v1/events", after=2**62).body["newest"]
    shop_id, account_id = call.shop(), call.account(registered_in="ID")
    link_id = call.invite(shop_id, account_id).body["link_id"]
    region, by_account = {"network_region": "GB"}, f"account:{account_id}"
    held = call("POST", f"/v1/links/{link_id}/accept", region, actor=by_account).body
    assert held["status"] == "in_review"
    born = {"birth_date": BORN, "note": "passport"}
    line = {"command": "correct_account", "account_id": account_id, **born}
    (corrected,) = other.stream([line], actor=SUPPORT)
    assert corrected["events"][0]["withheld"] == ["birth_date"]
    nowhere = other("POST", f"/v1/accounts/{account_id}-x/corrections", born, actor=SUPPORT)
    assert [one["code"] for one in nowhere.body["reasons"]] == ["account.not_found"]
    asked = {"link_id": link_id, "text": "My passport says otherwise."}
    ticket_id = call("POST", "/v1/tickets", asked, actor=by_account).body["ticket_id"]
    invited = {"shop_id": shop_id, "email": ADDRESS}
    assert call("POST", "/v1/members", invited, actor=f"shop:{shop_id}").status == 201
    arrives = {"shop_id": shop_id, "subject": SUBJECT}
    assert call("POST", "/v1/sign-in-links", arrives, actor=PLATFORM).status == 201
    tag = other.get(f"/v1/accounts/{account_id}").headers["etag"]
    call("PATCH", f"/v1/accounts/{account_id}", {"followers": 7}, actor=PLATFORM)
    deadline = time.monotonic() + 5
    while "followers': 7" not in str(call.get("/v1/events", after=after).body):
        assert time.monotonic() < deadline, "the feed does not go on"
        time.sleep(0.05)
    return Story(shop_id, account_id, link_id, ticket_id, tag, after)


def doors(story: Story, other_shop: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every request whose answer tells of a person: by its path in the document, or by what is special of it."""
    account = f"/v1/accounts/{story.account_id}"
    by_support = {"actor": SUPPORT}
    invite = {
        "command": "invite",
        "account_id": story.account_id,
        "role": "marketing",
        "network_region": "GB",
    }
    check = {"body": {**invite, "shop_id": other_shop}, "actor": f"shop:{other_shop}"}
    change = {"body": {"followers": 8}, "actor": PLATFORM}
    return {
        "/v1/accounts/{account_id}": ("GET", account, {}),
        "/v1/accounts": ("GET", f"/v1/accounts?cursor={story.account_id[:-1]}&limit=200", {}),
        "/v1/events": ("GET", f"/v1/events?after={story.after}", {}),
        "/v1/links/{link_id}": ("GET", f"/v1/links/{story.link_id}", {}),
        "/v1/links": ("GET", f"/v1/links?account_id={story.account_id}", {}),
        "/v1/members": ("GET", f"/v1/members?shop_id={story.shop_id}", {}),
        "/v1/refusals": ("GET", f"/v1/refusals?account_id={story.account_id}-x", {}),
        "/v1/tickets": ("GET", f"/v1/tickets?account_id={story.account_id}", by_support),
        "/v1/tickets/{ticket_id}": ("GET", f"/v1/tickets/{story.ticket_id}", by_support),
        "/v1/checks": ("POST", "/v1/checks", check),
        "a change": ("PATCH", account, change),
        "a change that comes too late": ("PATCH", account, {**change, "If_Match": story.tag}),
    }


def tells(answer: Answer) -> bool:
    """Whether an answer has a birth date, when somebody comes of age, an address, or the name of a member."""
    text = json.dumps(answer.body)
    return any(each in text for each in (BORN, OF_AGE, "June 2030", "Jun 2030", ADDRESS, SUBJECT))


def without(value: Any) -> Any:
    """A value without what may differ: the fields of persons, what says so, and the reason that has a date."""
    if isinstance(value, list):
        return [without(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("code") == "account.under_age":
        return value["code"]
    personal = {"birth_date", "email", "withheld", *(["name"] if "person_id" in value else [])}
    fields: Json = {name: without(each) for name, each in value.items() if name not in personal}
    return fields
