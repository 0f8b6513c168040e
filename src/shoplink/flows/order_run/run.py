"""What people do with a run: send its file, ask for its judgement, read its results, remove it."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from shoplink.flows import clock
from shoplink.flows.order_run import folder
from shoplink.store import order_runs
from shoplink.store.order_runs import OrderRun

SHOWN_MAX = 50
"""How many runs are listed: the newest."""

_FORGOTTEN_AT_ONCE = 100


def receive(name: str, pieces: Iterable[bytes], *, shop_id: str | None, person_id: str) -> OrderRun:
    """Keep a file that somebody sent, as a run that nobody has asked to judge yet. Raises OSError."""
    run_id, file_name = f"R{secrets.token_hex(12)}", folder.safe_name(name)
    size = folder.keep(run_id, file_name, pieces)
    run = OrderRun(
        run_id=run_id,
        shop_id=shop_id,
        person_id=person_id,
        file_name=file_name,
        file_bytes=size,
        state="uploaded",
        created_at=clock.now(),
    )
    try:
        order_runs.add_run(run)
    except BaseException:
        folder.remove(run_id)
        raise
    return run


def ask(run: OrderRun, choices: dict[str, Any]) -> bool:
    """Have a run judged; returns whether it will be, and not if it is waiting or being judged."""
    return order_runs.ask_for(run.run_id, choices)


def result_file(run: OrderRun, name: str) -> Path | None:
    """A file that a run made, by one of the names in `folder`; None if there is none."""
    file = folder.folder_of(run.run_id) / name
    return file if run.state == "done" and file.is_file() else None


def remove(run: OrderRun) -> bool:
    """Remove a run with its files; returns whether it is gone, and not while it is being judged."""
    gone = order_runs.remove_run(run.run_id)
    if gone:
        folder.remove(run.run_id)
    return gone


def forget_runs(at: datetime) -> int:
    """Remove runs whose retention period has ended by an instant; returns how many."""
    forgotten = 0
    before = at - timedelta(days=settings.ORDERS_KEPT_DAYS)
    for run_id in order_runs.runs_before(before, _FORGOTTEN_AT_ONCE):
        if order_runs.remove_run(run_id):
            folder.remove(run_id)
            forgotten += 1
    return forgotten
