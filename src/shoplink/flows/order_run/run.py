"""What people do with a run: send its file, ask for its judgement, read its results, remove it."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.conf import settings

from shoplink.flows import clock
from shoplink.flows.commission.statement.folder import file_name
from shoplink.flows.order_run import folder
from shoplink.flows.order_run.mapping import chosen_mapping, fields_of
from shoplink.store import order_runs
from shoplink.store.order_runs import OrderRun

SHOWN_MAX = 50
"""How many runs are listed: the newest."""

_FORGOTTEN_AT_ONCE = 100


def receive(name: str, pieces: Iterable[bytes], *, shop_id: str | None, person_id: str) -> OrderRun:
    """Keep a file that somebody sent, as a run that is looked at, and judged when somebody asks for it. Raises OSError."""
    run_id, file_name = f"R{secrets.token_hex(12)}", folder.safe_name(name)
    size = folder.keep(run_id, file_name, pieces)
    run = OrderRun(
        run_id=run_id,
        shop_id=shop_id,
        person_id=person_id,
        file_name=file_name,
        file_bytes=size,
        state="waiting",
        created_at=clock.now(),
        choices={"do": "look"},
    )
    try:
        order_runs.add_run(run)
    except BaseException:
        folder.remove(run_id)
        raise
    return run


def look_again(run: OrderRun, preset: str) -> bool:
    """Have the file looked at again with a preset ('': the one that fits); returns whether it will be."""
    return order_runs.ask_for(run.run_id, {"do": "look", "preset": preset})


def ask(run: OrderRun, language: str, chosen: Mapping[str, str]) -> bool:
    """Have a run judged, with what somebody chose of how its file is read (`chosen_mapping`).

    Returns whether it will be, and not if it is waiting or being judged. Raises MappingError.
    """
    mapping = chosen_mapping(run.found, chosen, fields_of(run.shop_id)) if run.found else ""
    return order_runs.ask_for(run.run_id, {"do": "judge", "language": language, "mapping": mapping})


def seen_of(run: OrderRun, period: str) -> str:
    """What somebody sees who closes a period: a hash of the period, its statement, and what is closed already."""
    index = folder.closings_of(run.shop_id or "") / "closings.json"
    closed = index.read_bytes() if index.is_file() else b""
    stated = msgspec.json.encode([period, run.summary.get("statement")], order="deterministic")
    return hashlib.sha256(stated + closed).hexdigest()


def close(run: OrderRun, period: str, seen: str) -> bool:
    """Have a period closed as it was seen; returns whether that is asked, and not if anything has changed since."""
    if run.state != "done" or seen != seen_of(run, period):
        return False
    choices = {**run.choices, "do": "close", "period": period, "seen": seen}
    return order_runs.ask_for(run.run_id, choices, keep_summary=True)


def result_file(run: OrderRun, name: str) -> Path | None:
    """A file that a run made, by one of the names in `folder`; None if there is none."""
    file = folder.folder_of(run.run_id) / name
    return file if run.state == "done" and file.is_file() else None


def statement_page(run: OrderRun, period: str, tag: str) -> Path | None:
    """The page to print of a period that a run has stated; None if there is none."""
    stated = {row["period"] for row in run.summary.get("statement", {}).get("rows", [])}
    if run.shop_id is None or period not in stated:
        return None
    return result_file(run, f"{folder.STATEMENT}/{period}/{file_name(run.shop_id)}.{tag}.html")


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
