"""What requests and their answers look like in the OpenAPI document; a test runs every one of them."""

from typing import Any

from shoplink.core import COMMANDS

Json = dict[str, Any]

LINK_ID = "link_5f2b8c0d9e1a47366f01"
_INVITED_AT, _EXPIRES_AT = "2024-11-11T12:00:00Z", "2024-11-13T12:00:00Z"
_ACCEPTED_AT, _ENDED_AT = "2024-11-11T18:30:00Z", "2024-12-01T09:00:00Z"

PUT_SHOP: Json = {"market": "GB", "enrolment": "invited", "name": "Tea House"}
SHOP: Json = {
    "shop_id": "S1",
    "name": "Tea House",
    "market": "GB",
    "enrolment": "invited",
    "status": "normal",
    "rulebook": "guide-2024-11",
    "slots": {"official": {"total": 1, "used": 0}, "marketing": {"total": 4, "used": 0}},
    "link_quota": {"limit": 10, "days": 180, "used": 0, "waived": False, "units": []},
    "unlink_quota": {"limit": 3, "used": 0, "waived": False},
}

PUT_ACCOUNT: Json = {"region": "GB", "birth_date": "1999-05-04", "followers": 5200, "handle": "@ada"}
ACCOUNT: Json = {
    "account_id": "A1",
    "handle": "@ada",
    "region": "GB",
    "registered_in": "GB",
    "birth_date": "1999-05-04",
    "status": "normal",
    "commerce_permission": "granted",
    "followers": 5200,
    "link": None,
}
CORRECT_ACCOUNT: Json = {"birth_date": "1999-05-04", "note": "passport seen, ticket 4711"}

INVITE: Json = {"shop_id": "S1", "account_id": "A1", "role": "marketing", "network_region": "GB"}


def _link(status: str, turn: str, **more: Any) -> Json:
    return {
        "link_id": LINK_ID,
        "shop_id": "S1",
        "account_id": "A1",
        "role": "marketing",
        "status": status,
        "invited_at": _INVITED_AT,
        "expires_at": _EXPIRES_AT,
        "accepted_at": None,
        "linked_at": None,
        "ended_at": None,
        "unlink_request": None,
        "rulebook": "guide-2024-11",
        "turn": turn,
        "held_by": [],
        **more,
    }


LINK = _link("invited", "creator")
INVITED: Json = {**LINK, "warnings": [], "warning_details": []}
_LINKED = _link("linked", "nobody", accepted_at=_ACCEPTED_AT, linked_at=_ACCEPTED_AT)
_REQUESTED: Json = {**_LINKED, "turn": "shop", "unlink_request": {"requested_at": "2024-11-30T09:00:00Z"}}
_UNLINKED: Json = {**_LINKED, "status": "unlinked", "ended_at": _ENDED_AT}

LINK_IN_FULL: Json = {
    **LINK,
    "settlement": None,
    "reference": None,
    "synced_since": None,
    "items_leaving": {"showcase": 0, "contents": 0},
    "timeline": [
        {
            "type": "link.invited",
            "at": _INVITED_AT,
            "by": {"kind": "shop", "id": "S1"},
            "link_id": LINK_ID,
            "shop_id": "S1",
            "account_id": "A1",
            "role": "marketing",
            "rulebook": "guide-2024-11",
            "expires_at": _EXPIRES_AT,
        }
    ],
}

LINK_COMMANDS: dict[str, Json] = {
    "accept": {"network_region": "GB"},
    "decline": {},
    "withdraw": {},
    "request_unlink": {"network_region": "GB"},
    "withdraw_unlink_request": {},
    "approve_unlink": {},
    "refuse_unlink": {"note": "please stay until the campaign has ended"},
    "unlink": {},
    "revoke": {"note": "counterfeit goods, case 815"},
}
"""Per command on a link, a body of it."""

LINK_AFTER: dict[str, Json] = {
    "accept": _LINKED,
    "decline": _link("declined", "nobody", ended_at=_ENDED_AT),
    "withdraw": _link("withdrawn", "nobody", ended_at=_ENDED_AT),
    "request_unlink": _REQUESTED,
    "withdraw_unlink_request": _LINKED,
    "approve_unlink": _UNLINKED,
    "refuse_unlink": _LINKED,
    "unlink": _UNLINKED,
    "revoke": _link("revoked", "nobody", ended_at=_ENDED_AT),
}
"""Per command on a link, the link that it leaves."""

CHECK: Json = {
    "command": "invite",
    "shop_id": "S1",
    "account_id": "A1",
    "role": "marketing",
    "network_region": "FR",
}
CHECKED: Json = {
    "allowed": False,
    "reasons": [
        {
            "code": "network.region_mismatch",
            "next_actor": "shop",
            "possible_at": None,
            "params": {"market": "GB", "network_region": "FR"},
            "detail": "Your network’s country (France) is not the shop’s market (United Kingdom).",
            "remedy": "Use a network in the shop’s market (United Kingdom), then try again.",
        }
    ],
    "warnings": [],
    "warning_details": [],
    "products": [],
}

STREAM = (
    '{"command": "put_shop", "shop_id": "S2", "market": "GB", "enrolment": "open"}\n'
    '{"command": "inivte", "shop_id": "S2"}\n'
)
STREAMED = (
    '{"line":1,"outcome":"accepted","events":[{"type":"shop.recorded","shop_id":"S2","name":"","market":"GB",'
    '"enrolment":"open","status":"normal","at":"2024-11-11T12:00:00Z","by":{"kind":"platform","id":"importer"}}],'
    '"warnings":[],"reasons":[]}\n'
    '{"line":2,"outcome":"invalid","events":[],"warnings":[],"reasons":[],'
    f'"error":"unknown command \'inivte\'; one of {", ".join(COMMANDS)}"}}\n'
)

GRANT_WAIVER: Json = {
    "code": "shop.link_quota_spent",
    "shop_id": "S1",
    "until": "2030-01-01T00:00:00Z",
    "note": "brand launch, approved by the category lead",
}
WAIVER: Json = {
    "code": "shop.link_quota_spent",
    "shop_id": "S1",
    "account_id": None,
    "until": "2030-01-01T00:00:00Z",
    "granted_at": "2024-11-11T12:00:00Z",
    "ended_at": None,
    "in_force": True,
    "note": "brand launch, approved by the category lead",
    "by": {"kind": "support", "id": "mei"},
}
END_WAIVER: Json = {"code": "shop.link_quota_spent", "shop_id": "S1", "note": "the launch is over"}

ACTIVATE: Json = {"market": "GB", "effective_from": "2035-01-01T00:00:00Z"}
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
ACTIVATION: Json = {
    "name": "seller-university-2025",
    "digest": _DIGEST,
    "market": "GB",
    "effective_from": "2035-01-01T00:00:00Z",
}
RULEBOOK: Json = {
    "name": "seller-university-2025",
    "digest": _DIGEST,
    "default": False,
    "in_force": [],
    "starts": [{"market": "GB", "effective_from": "2035-01-01T00:00:00Z"}],
}
RULEBOOKS: Json = {
    "items": [
        {"name": "guide-2024-11", "digest": _DIGEST, "default": True, "in_force": ["GB"], "starts": []},
        RULEBOOK,
    ],
    "next": None,
}
RULEBOOK_IN_FULL: Json = {
    **RULEBOOK,
    "parameters": {
        "invitation_hours": {
            "value": 48,
            "source": "R23: 若达人账号符合要求,点击发送邀请,达人 48 小时内在客户端确认即可",
        }
    },
}
CREATE_SIGN_IN_LINK: Json = {"shop_id": "S1", "path": "/seller/S1/", "minutes": 10}
SIGN_IN_LINK: Json = {
    "url": "https://links.example/sign-in/link/9f86d081884c7d659a2feaa0c55ad015/",
    "expires_at": "2024-11-11T12:10:00Z",
}
INVITE_MEMBER: Json = {"shop_id": "S1", "email": "lin@example.com"}
MEMBER_LINK: Json = {
    "invitation_id": "invitation_9f86d081884c7d659a2f",
    "email": "lin@example.com",
    "expires_at": "2024-11-18T12:00:00Z",
    "url": "https://links.example/join/9f86d081884c7d659a2feaa0c55ad015/",
}
MEMBERS_OF: Json = {"shop_id": "S1"}
MEMBERS: Json = {
    "members": [
        {
            "person_id": "person_9f86d081884c7d659a2f",
            "email": None,
            "name": "Tea House",
            "joined_at": "2024-11-11T12:00:00Z",
        }
    ],
    "invitations": [
        {
            "invitation_id": "invitation_9f86d081884c7d659a2f",
            "email": "lin@example.com",
            "invited_at": "2024-11-11T12:00:00Z",
            "expires_at": "2024-11-18T12:00:00Z",
        }
    ],
}
MEMBERS_ALONE: Json = {**MEMBERS, "invitations": []}
MEMBERS_NOBODY: Json = {"members": [], "invitations": []}
FEED: Json = {
    "items": [
        {
            "position": 1,
            "type": "shop.recorded",
            "at": "2024-11-11T12:00:00Z",
            "by": {"kind": "platform", "id": "importer"},
            "shop_id": "S1",
            "name": "Tea House",
            "market": "GB",
            "enrolment": "invited",
            "status": "normal",
        }
    ],
    "next": 1,
}
REFUSAL: Json = {
    "at": "2024-11-11T12:00:00Z",
    "command": {
        "command": "invite",
        "shop_id": "S1",
        "account_id": "A1",
        "role": "marketing",
        "network_region": "FR",
    },
    "by": {"kind": "shop", "id": "S1"},
    "reasons": CHECKED["reasons"],
}


def paged(item: Json) -> Json:
    """A page that holds one item."""
    return {"items": [item], "next": None}
