"""Files of commands for tests: a minimal valid line of every kind, and a file with room for one more line."""

import io
import json
from typing import Any

from shoplink.core import World
from shoplink.flows.answer import Answer
from shoplink.flows.file.replay import read_lines, replay
from shoplink.rulebooks import packaged

GUIDE = "guide-2024-11"
LATER = "2030-01-01T00:00:00Z"
PAIR = {"shop_id": "S1", "account_id": "A2"}

REQUIRED: dict[str, dict[str, Any]] = {
    "put_shop": {"shop_id": "S1", "market": "GB", "enrolment": "invited"},
    "change_shop": {"shop_id": "S1"},
    "put_account": {"account_id": "A1", "region": "US"},
    "change_account": {"account_id": "A1"},
    "correct_account": {"account_id": "A1", "note": "evidence"},
    "invite": {**PAIR, "role": "marketing", "network_region": "GB"},
    "accept": {**PAIR, "network_region": "GB"},
    "decline": PAIR,
    "withdraw": PAIR,
    "request_unlink": {**PAIR, "network_region": "GB"},
    "withdraw_unlink_request": PAIR,
    "refuse_unlink": PAIR,
    "approve_unlink": PAIR,
    "unlink": PAIR,
    "revoke": {**PAIR, "note": "fraud"},
    "import_link": {**PAIR, "role": "marketing", "linked_at": "2024-01-01T00:00:00Z"},
    "record_invitation": {**PAIR, "role": "marketing", "invited_at": "2024-01-01T00:00:00Z"},
    "record_acceptance": {**PAIR, "accepted_at": "2024-01-01T00:00:00Z"},
    "record_unlink_request": {**PAIR, "requested_at": "2024-01-01T00:00:00Z"},
    "record_end": {**PAIR, "ended_at": "2024-01-01T00:00:00Z", "how": "unlinked"},
    "grant_waiver": {"code": "shop.link_quota_spent", "note": "ticket", "until": None, "shop_id": "S1"},
    "end_waiver": {"code": "shop.link_quota_spent", "note": "ticket", "shop_id": "S1"},
    "activate_rulebook": {"name": "seller-university-2025", "market": "GB", "effective_from": LATER},
    "cancel_activation": {
        "name": "seller-university-2025",
        "market": "GB",
        "effective_from": LATER,
        "note": "not yet",
    },
    "put_product": {
        "product_id": "P1",
        "shop_id": "S1",
        "title": "茶",
        "price_minor": 990,
        "currency": "GBP",
        "listed_at": "2024-01-01T00:00:00Z",
    },
    "put_content": {"content_id": "V1", "account_id": "A2", "kind": "video"},
    "sync_showcase": PAIR,
    "add_from_shop": {**PAIR, "product_ids": ["P1"]},
    "promote": {**PAIR, "product_id": "P1"},
    "remove_item": {"account_id": "A2", "product_id": "P1"},
}
"""Every command with the fields that it must have, besides `command` and `at`."""

OPTIONAL: dict[str, dict[str, Any]] = {
    "put_shop": {"name": "小店", "status": "abnormal", "decided": "elsewhere"},
    "change_shop": {"name": "小店", "status": "abnormal", "decided": "elsewhere"},
    "put_account": {
        "registered_in": "ID",
        "birth_date": "1995-05-05",
        "status": "abnormal",
        "commerce_permission": "revoked",
        "followers": 12,
        "handle": "达人",
        "facts_as_of": "2024-11-11T12:00:00Z",
    },
    "change_account": {
        "region": "US",
        "registered_in": "ID",
        "birth_date": "1995-05-05",
        "status": "abnormal",
        "commerce_permission": "revoked",
        "followers": 12,
        "handle": "达人",
    },
    "correct_account": {"region": "US", "registered_in": "ID", "birth_date": "1990-01-01"},
    "invite": {"settlement": "own", "reference": "contract 7", "message": "samples are on their way"},
    **{
        name: {"note": "please stay"}
        for name in ("decline", "withdraw", "request_unlink", "approve_unlink", "refuse_unlink", "unlink")
    },
    "import_link": {"unlinked_at": "2024-02-01T00:00:00Z", "source": "seller centre"},
    "record_invitation": {"settlement": "own", "reference": "contract 7", "source": "seller centre"},
    "record_acceptance": {"source": "seller centre"},
    "record_unlink_request": {"source": "seller centre"},
    "record_end": {"source": "seller centre"},
    "put_product": {
        "status": "off",
        "commission_rate_bp": 500,
        "units_7d": 30,
        "units_prev_7d": 20,
        "rank_page": 6,
    },
    "put_content": {"title": "开箱"},
    "add_from_shop": {"content_id": "V1"},
    "promote": {"content_id": "V1"},
    "remove_item": {"content_id": "V1"},
}
"""The fields that a command may have."""

ANYWHERE: dict[str, Any] = {"by": {"kind": "platform", "id": "op"}, "key": "k1", "about": "a note"}
"""The fields that every command may have."""

NULLABLE = {"network_region", "until"}
"""The required fields in which null means something."""

FIELDS = [
    (command, field)
    for command, fields in REQUIRED.items()
    for field in ("at", *fields, *OPTIONAL.get(command, {}), *ANYWHERE)
]
"""Every field of every command."""

HAVE_TO = [(command, field) for command, fields in REQUIRED.items() for field in ("at", *fields)]
"""Every field that must be there, of every command; of a waiver's two subjects the one that is used."""

MAY = [(command, field) for command in REQUIRED for field in (*OPTIONAL.get(command, {}), *ANYWHERE)]
"""Every field that may be left out, of every command."""


def line(command: str, at: str = LATER, **fields: Any) -> dict[str, Any]:
    """A minimal valid line, with some fields added or changed."""
    return {"command": command, "at": at, **REQUIRED[command], **fields}


def without_field(fields: dict[str, Any], field: str) -> dict[str, Any]:
    """A line without one of its fields."""
    return {key: value for key, value in fields.items() if key != field}


def encoded(fields: object) -> bytes:
    """A value as a line of JSON."""
    return json.dumps(fields, ensure_ascii=False).encode()


def replay_lines(*lines: bytes | dict[str, Any], rulebook: str = GUIDE) -> list[Answer]:
    """The answers to a file of these lines."""
    file = b"".join((one if isinstance(one, bytes) else encoded(one)) + b"\n" for one in lines)
    return replay_file(file, rulebook)


def replay_file(file: bytes, rulebook: str = GUIDE) -> list[Answer]:
    """The answers to a file, without changes to it."""
    return list(replay(read_lines(io.BytesIO(file)), World(packaged(), packaged()[rulebook])))


FACTS: list[dict[str, Any]] = [
    line("put_shop", "2024-11-11T12:00:00Z"),
    *(
        line(
            "put_account", "2024-11-11T12:00:00Z", account_id=account_id, region="GB", birth_date="1995-05-05"
        )
        for account_id in ("A1", "A2")
    ),
]
BEFORE = [*FACTS, line("invite", "2024-11-11T12:00:00Z")]
AFTER = [
    *({**fact, "at": "2024-11-11T12:00:00Z"} for fact in FACTS),
    line("accept", "2024-11-13T11:59:59.999999Z"),
    line("request_unlink", "2024-11-13T12:00:00Z"),
    line("request_unlink", "2024-11-14T12:00:00Z"),
    line("approve_unlink", "2024-11-14T12:00:00Z"),
]
"""What comes after a line notices whether facts have changed, and whether time has passed."""


def without_numbers(answers: list[Answer]) -> list[Answer]:
    """The answers without their line numbers."""
    return [{**answer, "line": None} for answer in answers]


def error_of(bad: bytes | dict[str, Any]) -> str:
    """The error of an invalid line; the line must change neither the facts nor the time."""
    answers = replay_lines(*BEFORE, bad, *AFTER)
    spoiled = answers.pop(len(BEFORE))
    assert spoiled["outcome"] == "invalid", spoiled
    assert spoiled["line"] == len(BEFORE) + 1
    assert (spoiled["events"], spoiled["warnings"], spoiled["reasons"]) == ((), (), ())
    assert without_numbers(answers) == without_numbers(replay_lines(*BEFORE, *AFTER))
    error = spoiled["error"]
    assert isinstance(error, str)
    return error
