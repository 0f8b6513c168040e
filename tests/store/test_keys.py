"""API keys: a revoked key is invalid at once, even in the process that has just used it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from shoplink.store.database.sql import execute
from shoplink.store.people import keys
from tests.store.golden import listening

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WITHIN_SECONDS = 2

pytestmark = pytest.mark.usefixtures("database")


def a_key() -> tuple[str, str]:
    return keys.create_key("a program", {"read"}, NOW)


def test_a_key_that_is_used_again_at_once_is_not_looked_up_again() -> None:
    key_id, secret = a_key()
    first = keys.find_key(secret)
    with listening() as heard:
        assert keys.find_key(secret) == first
    assert first is not None
    assert (first.key_id, heard) == (key_id, [])


def test_a_revoked_key_opens_nothing_any_more() -> None:
    key_id, secret = a_key()
    assert keys.find_key(secret) is not None
    keys.revoke_key(key_id, NOW)
    assert keys.find_key(secret) is None


def test_a_key_that_is_revoked_while_it_is_looked_up_is_not_remembered() -> None:
    key_id, secret = a_key()

    def revoke_once_it_is_found(run: Callable[..., Any], statement: str, *more: Any) -> Any:
        found = run(statement, *more)
        if "WHERE digest" in statement:
            keys.revoke_key(key_id, NOW)
        return found

    with connection.execute_wrapper(revoke_once_it_is_found):
        assert keys.find_key(secret) is not None
    assert keys.find_key(secret) is None


def test_a_key_that_another_process_revokes_opens_nothing_within_two_seconds() -> None:
    key_id, secret = a_key()
    assert keys.find_key(secret) is not None
    execute("UPDATE api_key SET revoked_at = 1 WHERE key_id = %s", key_id)  # as another process would
    deadline = time.monotonic() + WITHIN_SECONDS
    while keys.find_key(secret) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_secret_of_no_key_is_not_remembered() -> None:
    assert keys.find_key("shoplink_nobody") is None
    with listening() as heard:
        assert keys.find_key("shoplink_nobody") is None
    assert len(heard) == 1
