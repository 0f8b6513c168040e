"""What one side writes reaches the other: every field of the table in consoles.md section 6, on pages, in messages and mails."""

import re
from typing import Any, NamedTuple, get_args

import pytest
from django.test import Client
from msgspec.structs import fields

from shoplink.core import COMMANDS
from shoplink.core.command_base import PairCommand
from shoplink.core.commerce.commands import COMMERCE_COMMANDS
from shoplink.core.values import read_line
from shoplink.store.database.sql import execute, query
from shoplink.store.models import Person
from tests.flows.notification_cast import (
    DAY,
    HOUR,
    body,
    cast,
    deliver_at,
    execute_at,
    mail_server,
    pair,
)
from tests.store.commands import NOON, accept, command, invite
from tests.traceability import ROOT
from tests.web.desk import signed_in

pytestmark = pytest.mark.usefixtures("database")

UNIVERSITY = "seller-university-2025"
WORDS = "请先谈好 (HT-118) & agreed"
SAID = {"own": "the shop’s own account, nothing to pay", "offline": "by contract, outside the platform"}


class Row(NamedTuple):
    """A row of the table."""

    command: str
    field: str
    by: str
    told: list[str]


def _table() -> list[Row]:
    text = (ROOT / "docs" / "specification" / "consoles.md").read_text(encoding="utf-8")
    rows = re.findall(r"^  \| `(\w+)` \| `(\w+)` \| (\w+) \| ([\w, ]+) \| .*\|$", text, re.MULTILINE)
    return [Row(name, field, by, told.split(", ")) for name, field, by, told in rows]


def test_the_table_has_every_field_in_which_one_side_writes_to_the_other() -> None:
    written = {
        (name, field.name)
        for name, kind in COMMANDS.items()
        if issubclass(kind, PairCommand) and kind not in COMMERCE_COMMANDS and not name.startswith("record_")
        for field in fields(kind)
        if read_line in get_args(field.type)
        or any(read_line in getattr(part, "__metadata__", ()) for part in get_args(field.type))
        or field.name == "settlement"
    }
    ours = {(name, field) for name, field in written if field not in {"key", "source"}}
    assert {(row.command, row.field) for row in _table()} == ours


def _before(name: str) -> None:
    """Bring the pair S and A to where a command is about it."""
    if name == "unlink":
        execute_at(
            NOON,
            command("activate_rulebook", name=UNIVERSITY, market="GB", effective_from="2024-11-11T12:00:00Z"),
        )
    if name != "invite":
        execute_at(NOON, invite("S", "A"))
    if "unlink" in name:
        execute_at(NOON, accept("S", "A"))
    if name in {"refuse_unlink", "approve_unlink"}:
        execute_at(NOON + 2 * DAY, pair("request_unlink", network_region="GB"))


def _fields(name: str) -> dict[str, Any]:
    if name == "invite":
        return {"role": "marketing", "network_region": "GB"}
    return {"network_region": "GB"} if name == "request_unlink" else {}


def _reader(person_id: str) -> Client:
    return signed_in(Person.objects.get(person_id=person_id), "GB")


@pytest.mark.parametrize("row", _table(), ids=lambda row: f"{row.command}.{row.field}")
def test_what_one_side_writes_reaches_the_other(row: Row) -> None:
    people = cast()._asdict()
    readers = {"shop": people["wei"], "creator": people["olivia"]}
    execute("UPDATE person SET language = 'en'")
    _before(row.command)
    deliver_at(NOON + 2 * DAY + HOUR)
    value = "offline" if row.field == "settlement" else WORDS
    shown = SAID[value] if row.field == "settlement" else WORDS
    at = NOON + 2 * DAY + 2 * HOUR if "unlink" in row.command else NOON + HOUR
    with mail_server() as post:
        execute_at(at, pair(row.command, **_fields(row.command), **{row.field: value}))
        deliver_at(at)
        letters = [letter for letter in post.letters if shown in body(letter)]
    addresses = {"shop": "wei@example.com", "creator": "olivia@example.com"}
    assert sorted(letter["To"] for letter in letters) == sorted(addresses[side] for side in row.told)
    assert WORDS not in str(query("SELECT * FROM message")), "a message keeps no copy of the words"
    link_id = query("SELECT link_id FROM link")[0][0]
    timelines = {"shop": f"/seller/S/links/{link_id}", "creator": "/creator/A/history"}
    for side, path in timelines.items():
        client = _reader(readers[side])
        assert shown in _text(client, path), (side, path)
        assert (shown in _text(client, "/inbox/")) == (side in row.told), side
    if row.command == "request_unlink":
        assert WORDS in _text(_reader(readers["shop"]), f"/seller/S/links/{link_id}/unlink")


def _text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode().replace("&amp;", "&").replace("&#x27;", "'")
