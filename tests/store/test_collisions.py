"""A batch that another one's locks have thrown out is tried again as a whole, and its caller does not learn of it."""

from contextlib import ExitStack

import pytest
from django.db import transaction

from shoplink.store.database.sql import execute, query
from tests.store.commands import done, invite, put_account, put_shop
from tests.store.threads import beside, deadlocks, somebody_waits_for_a_lock, until


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("database")
def test_a_batch_that_a_deadlock_has_ended_is_done_after_all() -> None:
    done(put_shop("S"), put_account("A"))
    with ExitStack() as held:
        # Somebody locks by hand, in the other order: the account, then the shop.
        held.enter_context(transaction.atomic())
        query("SELECT 1 FROM account FOR UPDATE")
        execute("SET LOCAL deadlock_timeout = '60s'")  # who looks first is thrown out: the batch
        with beside(lambda: (execute("SET deadlock_timeout = '3s'"), done(invite("S", "A")))[1]) as invited:
            until(somebody_waits_for_a_lock)
            query("SELECT 1 FROM shop FOR UPDATE")
            held.close()
            assert invited.result(10)[0]["outcome"] == "accepted"
    assert deadlocks() == 1
    assert query("SELECT count(*) FROM link") == [(1,)]
