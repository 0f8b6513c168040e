"""The column by which accounts are found: written with the handle, filled for those that were there, verified."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from msgspec.structs import replace

from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.sql import execute, query
from tests.store.commands import execute_accepted, put_account

pytestmark = pytest.mark.usefixtures("database")
FOLDED = {"A1": "zoe_x", "A2": "anna.b", "A3": "café", "A4": "", "A5": "ﬃ".casefold() * 66 + "ff"}


def test_every_handle_has_its_folded_form_and_a_migration_gives_it_to_those_before() -> None:
    account: Any = put_account("A1")
    execute_accepted(
        replace(account, handle="ZOE_X"),
        replace(account, account_id="A2", handle=" ＠ａｎｎａ.b"),
        replace(account, account_id="A3", handle="Cafe\u0301\u200b"),
        replace(account, account_id="A4"),
        replace(account, account_id="A5", handle="\ufb03" * 200),
    )
    assert dict(query("SELECT account_id, handle_folded FROM account")) == FOLDED
    execute("UPDATE account SET handle_folded = ''")
    assert len(list(verify(VerifyCounts()))) == 4, "a folded form that is not its handle's is told"
    import_module("shoplink.store.migrations.0018_handle_folded").fold(apps, None)
    assert dict(query("SELECT account_id, handle_folded FROM account")) == FOLDED
    assert list(verify(VerifyCounts())) == []
