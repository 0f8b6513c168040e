"""An export holds the current state, and importing it gives the same state."""

import io
from typing import Any

import pytest

from shoplink.core import parse_command
from shoplink.core.facts import Actor
from shoplink.flows.execute import execute_as_of
from shoplink.flows.file.apply import apply_files
from shoplink.flows.file.export import export_commands, export_log, export_table
from shoplink.flows.file.source import Reading, inspect
from shoplink.flows.file.tables import Kind
from shoplink.store.database.sql import query
from shoplink.wording import Tag, language_for
from tests.databases import fresh, use

READING = Reading(Actor(kind="platform", id="apply"))
ALL: tuple[Kind, ...] = ("shops", "accounts", "links")
SHOP = {"command": "put_shop", "shop_id": "S", "market": "GB", "enrolment": "open"}
ACCOUNT = {"command": "put_account", "account_id": "A", "region": "GB", "birth_date": "1990-01-01"}
PAIR = {"shop_id": "S", "account_id": "A"}
NASTY = ["=1+1", '"', "a,b;c", "a  b", "兰亭\u3000家居", "👨\u200d👩", "🛍", "'7", "+1", "nul", "-"]


def done(at: str, *fields: dict[str, Any]) -> None:
    answers = execute_as_of([parse_command({**one, "at": at}) for one in fields])
    assert {answer["outcome"] for answer in answers} == {"accepted"}


def exported(*, ended: bool = False) -> list[str]:
    out = io.StringIO()
    count = export_commands(ALL, ended=ended, items=True, out=out)
    lines = out.getvalue().splitlines()
    assert count == len(lines)
    return lines


@pytest.mark.usefixtures("database")
def test_a_link_that_time_has_ended_is_not_current_whatever_is_stored_of_it() -> None:
    rulebook = {"name": "seller-university-2025", "market": "GB", "effective_from": "2025-01-01T00:00:00Z"}
    done("2025-01-01T00:00:00Z", {"command": "activate_rulebook", **rulebook}, SHOP, ACCOUNT)
    done(
        "2025-01-02T00:00:00Z",
        {"command": "import_link", **PAIR, "role": "official", "linked_at": "2025-01-01T00:00:00Z"},
    )
    assert len(exported()) == 3
    done("2025-01-03T00:00:00Z", {"command": "request_unlink", **PAIR, "network_region": "GB"})
    assert query("SELECT status FROM link") == [("linked",)]
    assert len(exported()) == 2
    assert exported(ended=True)[-1] == (
        '{"command":"import_link","shop_id":"S","account_id":"A","role":"official",'
        '"linked_at":"2025-01-01T00:00:00Z","unlinked_at":"2025-01-10T00:00:00Z"}'
    )
    assert query("SELECT status FROM link") == [("linked",)], "exporting only reads"


@pytest.mark.usefixtures("database")
def test_the_log_is_the_numbered_feed() -> None:
    done("2025-01-01T00:00:00Z", SHOP, ACCOUNT)
    numbered = query("SELECT count(*) FROM event WHERE position IS NOT NULL")[0][0]
    out = io.StringIO()
    assert export_log(out) == numbered
    assert out.getvalue().count("\n") == numbered


@pytest.mark.parametrize("tag", ["zh", "en"])
def test_every_text_comes_back_as_it_was(database: str, tag: Tag) -> None:
    shops = [{**SHOP, "shop_id": f"S{number}", "name": name} for number, name in enumerate(NASTY)]
    accounts = [
        {"command": "put_account", "account_id": f"A{number}", "region": region, "status": "abnormal", "commerce_permission": "revoked", "followers": 2**53 - 1}
        for number, region in enumerate(("GB", "US", "VN", "AX", "TW", "HK", "GE", "CD", "CG", "MM", "CI"))
    ]  # fmt: skip
    done("2025-01-01T00:00:00Z", *shops, *accounts)
    before = exported()
    tables = []
    for kind in ALL[:2]:
        out = io.StringIO(newline="")
        assert export_table(kind, language_for(tag), ended=False, out=out) == len(NASTY)
        tables.append(inspect(f"{kind}.csv", io.BytesIO(out.getvalue().encode("utf-8-sig")), READING))
    use(fresh("sqlite"))
    assert {result.answer["outcome"] for result in apply_files(tables, READING)} == {"accepted"}
    assert exported() == before
    use(database)
