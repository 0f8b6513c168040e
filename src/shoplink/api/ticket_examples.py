"""What requests about tickets and their answers look like in the OpenAPI document; a test runs every one of them."""

from shoplink.api import examples
from shoplink.api.examples import Json

_OPENED_AT, _ANSWERED_AT, _ENDED_AT = "2024-11-11T12:00:00Z", "2024-11-11T18:30:00Z", "2024-12-01T09:00:00Z"

TICKET_ID = "ticket_1c9e07a4b2d853f6e0a1"
_ABROAD: Json = {
    "code": "account.region_mismatch",
    "next_actor": "support",
    "possible_at": None,
    "params": {"market": "GB", "region": "FR"},
    "detail": "The account’s country (France) is not the shop’s market (United Kingdom).",
    "remedy": "Open a ticket in the help centre; support can check and correct the account’s country.",
    "support_can_help": True,
}
OPEN_TICKET: Json = {
    "command": {"command": "invite", **examples.INVITE},
    "text": "She has moved to London; how can this be corrected?",
}
_SAID: Json = {
    "at": _OPENED_AT,
    "by": {"kind": "shop", "id": "S1"},
    "text": OPEN_TICKET["text"],
    "evidence": None,
}
TICKET: Json = {
    "ticket_id": TICKET_ID,
    "shop_id": "S1",
    "account_id": "A1",
    "link_id": None,
    "market": "GB",
    "side": "shop",
    "opened_by": {"kind": "shop", "id": "S1"},
    "command": "invite",
    "status": "open",
    "cause": None,
    "turn": "support",
    "opened_at": _OPENED_AT,
    "updated_at": _OPENED_AT,
    "ended_at": None,
    "reasons": [_ABROAD],
    "creator_can_see": False,
}
TICKET_IN_FULL: Json = {
    **TICKET,
    "asked": {"shop_id": "S1", "account_id": "A1", "role": "marketing"},
    "reasons_then": [_ABROAD],
    "facts_then": None,
    "facts_now": None,
    "messages": [_SAID],
    "messages_forgotten_at": None,
}
REPLY: Json = {"text": "Please show her passport.", "evidence": None}
_ANSWER: Json = {**REPLY, "at": _ANSWERED_AT, "by": {"kind": "support", "id": "mei"}}
_FACTS: Json = {
    "shop": {
        "shop_id": "S1",
        "name": "Tea House",
        "market": "GB",
        "enrolment": "invited",
        "status": "normal",
    },
    "account": {
        **{name: value for name, value in examples.ACCOUNT.items() if name != "link"},
        "region": "FR",
    },
}
TICKET_ANSWERED: Json = {
    **TICKET_IN_FULL,
    "status": "answered",
    "turn": "shop",
    "facts_then": _FACTS,
    "facts_now": _FACTS,
    "messages": [_SAID, _ANSWER],
}
RESOLVE: Json = {"text": "Her country is corrected; please invite her again.", "evidence": "passport seen"}
TICKET_RESOLVED: Json = {
    **TICKET_ANSWERED,
    "status": "resolved",
    "turn": "nobody",
    "ended_at": _ENDED_AT,
    "messages": [_SAID, _ANSWER, {**RESOLVE, "at": _ENDED_AT, "by": {"kind": "support", "id": "mei"}}],
}
TICKET_WITHDRAWN: Json = {
    **TICKET_IN_FULL,
    "status": "closed",
    "cause": "withdrawn",
    "turn": "nobody",
    "ended_at": _ENDED_AT,
}
