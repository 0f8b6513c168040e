import pytest

from shoplink.core import Accepted, Actor, Invite, PutAccount, PutShop
from shoplink.core.facts import Role
from shoplink.flows import clock
from shoplink.flows.dry_run import dry_run_commands
from shoplink.flows.execute import execute, execute_batch
from shoplink.store.database.sql import query
from tests.rule import rule

PLATFORM = Actor("platform", "test")


def _world() -> None:
    now = clock.now()
    execute(PutShop(at=now, by=PLATFORM, shop_id="S", market="GB", enrolment="invited"))
    born = now.date().replace(year=1990, day=1)
    execute_batch(
        [PutAccount(at=now, by=PLATFORM, account_id=f"A{n}", region="GB", birth_date=born) for n in range(6)]
    )


def _invite(account_id: str, role: Role = "marketing") -> Invite:
    by = Actor("shop", "S")
    return Invite(at=clock.now(), by=by, shop_id="S", account_id=account_id, role=role, network_region="GB")


@rule("R6", "R7")
@pytest.mark.usefixtures("database")
def test_a_row_is_judged_after_the_rows_above_it_and_nothing_is_stored() -> None:
    _world()
    commands = [*(_invite(f"A{n}") for n in range(6)), _invite("A0"), _invite("nobody")]
    before = query("SELECT count(*) FROM event"), query("SELECT count(*) FROM refusal")

    tried = dry_run_commands(commands)

    codes = [
        [] if isinstance(decision, Accepted) else [reason.code for reason in decision.reasons]
        for decision in tried
    ]
    assert codes[:4] == [[], [], [], []]
    assert codes[4] == codes[5] == ["shop.slots_full"]
    assert "link.already_invited" in codes[6]
    assert codes[7] == ["account.not_found"]
    assert (query("SELECT count(*) FROM event"), query("SELECT count(*) FROM refusal")) == before


@pytest.mark.usefixtures("database")
def test_what_was_tried_is_what_comes_of_it() -> None:
    _world()
    commands = [_invite("A0", "official"), *(_invite(f"A{n}") for n in range(6))]
    tried = [isinstance(decision, Accepted) for decision in dry_run_commands(commands)]
    assert [answer["outcome"] == "accepted" for answer in execute_batch(commands)] == tried
