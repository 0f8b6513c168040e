"""The statements of a batch with every kind of command; `python -m tests.store.golden` writes the golden file."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from shoplink.core import COMMANDS, Command, parse_command
from shoplink.core.instant import format_instant
from shoplink.flows import clock
from shoplink.flows.execute import execute_as_of, execute_batch

GOLDEN = Path(__file__).parent / "statements.golden.txt"
DATABASES = ("sqlite", "postgresql")

_INVITED = frozenset({"accept", "decline", "withdraw"})
_LINKED = frozenset(
    {
        "request_unlink",
        "withdraw_unlink_request",
        "refuse_unlink",
        "approve_unlink",
        "unlink",
        "revoke",
        "sync_showcase",
        "add_from_shop",
        "record_unlink_request",
        "record_end",
    }
)
_MIRRORED = frozenset({"record_invitation", "record_acceptance", "record_unlink_request", "record_end"})
_WITH_PRODUCT = frozenset({"put_product", "add_from_shop", "promote", "remove_item"})
_WITH_CONTENT = frozenset({"put_content", "add_from_shop"})
_REQUESTED = frozenset({"withdraw_unlink_request", "refuse_unlink", "approve_unlink", "unlink"})
_MONTH = timedelta(days=30)

ALONE = ("invite", "accept", "approve_unlink")
"""The commands whose own statements are in the golden file too."""

Fields = dict[str, Any]


def prepare(kinds: Sequence[str], copies: int) -> None:
    """Store what these kinds of commands need. Each copy of a kind has its own shop and account."""
    clock.now()  # a process asks once whether the database is a sandbox
    now = datetime.now(UTC) - timedelta(hours=1)
    lines: list[Fields] = []
    for pair in _pairs(kinds, copies):
        kind, ids = pair["shop_id"].split(".")[0], {name: pair[name] for name in ("shop_id", "account_id")}
        decided = "elsewhere" if kind in _MIRRORED else None
        lines += [_put_shop(pair["shop_id"], decided=decided), _put_account(pair["account_id"])]
        lines += _link_before(kind, ids, now)
        if kind in _WITH_PRODUCT:
            lines.append(_put_product(pair["shop_id"]))
        if kind in _WITH_CONTENT:
            lines.append(_put_content(pair["account_id"]))
        if kind == "remove_item":
            lines.append(_promote(pair["shop_id"], pair["account_id"]))
        if kind == "cancel_activation":
            lines.append({"command": "activate_rulebook", **_ahead(pair["shop_id"])})
        if kind == "end_waiver":
            lines.append(_waiver("grant_waiver", pair["shop_id"], until=None))
    refused = [one for one in execute_as_of(_parsed(lines, now)) if one["outcome"] != "accepted"]
    assert not refused, refused


def _link_before(kind: str, ids: Fields, now: datetime) -> Iterator[Fields]:
    """What leads to the link that a kind of command is about."""
    if kind in _INVITED:
        yield {"command": "invite", **ids, "role": "marketing", "network_region": "GB"}
    if kind == "record_acceptance":
        yield {"command": "record_invitation", **ids, "role": "marketing", "invited_at": format_instant(now)}
    if kind in _LINKED:
        linked_at = format_instant(now - _MONTH)
        yield {"command": "import_link", **ids, "role": "official", "linked_at": linked_at}
    if kind in _REQUESTED:
        yield {"command": "request_unlink", **ids, "network_region": "GB"}


def batch(kinds: Sequence[str], copies: int) -> list[Command]:
    """A number of commands of each of these kinds, each with a key; all but `refused` are accepted."""
    lines = []
    for number, pair in enumerate(_pairs(kinds, copies)):
        kind = pair["shop_id"].split(".")[0]
        lines.append(
            {**_ASKED[kind](pair["shop_id"], pair["account_id"]), "key": f"{kind} {number} {copies}"}
        )
    return _parsed(lines, datetime.now(UTC))


def every_kind() -> list[str]:
    """Every kind of command, `put_*` for an existing and for a new record, and one that is refused."""
    return [*COMMANDS, "new_shop", "new_account", "new_product", "new_content", "refused"]


def statements(commands: Sequence[Command]) -> list[str]:
    """The statements, without parameters, that these commands run."""
    with listening() as heard:
        execute_batch(commands)
    return heard


@contextmanager
def listening() -> Iterator[list[str]]:
    """Every statement that this thread runs, except checkpoints, which depend on the number of earlier commits."""
    heard: list[str] = []

    def hear(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 (Django's form)
        if "wal_checkpoint" not in sql:
            heard.append(re.sub(r"\s+", " ", sql).strip())
        return run(sql, params, many, context)

    with connection.execute_wrapper(hear):
        yield heard


def golden() -> str:
    """The whole golden file. The last database stays in use."""
    from tests.databases import fresh, use  # noqa: PLC0415 (needs the environment of conftest)

    parts = []
    for kind in DATABASES:
        use(fresh(kind))
        prepare(every_kind(), 1)
        parts += [f"== {kind}: every kind of command in one batch", *statements(batch(every_kind(), 1)), ""]
        for one in ALONE:
            prepare([one], 2)
            parts += [f"== {kind}: {one} alone", *statements(batch([one], 2)[:1]), ""]
        connection.close()
    return "\n".join(parts)


def _pairs(kinds: Sequence[str], copies: int) -> Iterator[Fields]:
    for number in range(copies):
        for kind in kinds:
            yield {"shop_id": f"{kind}.{copies}.{number}", "account_id": f"{kind}.{copies}.{number}.account"}


def _parsed(lines: Sequence[Fields], at: datetime) -> list[Command]:
    return [parse_command({**line, "at": format_instant(at)}) for line in lines]


def _put_shop(shop_id: str, **facts: Any) -> Fields:
    return {"command": "put_shop", "shop_id": shop_id, "market": "GB", "enrolment": "invited", **facts}


def _put_account(account_id: str, **facts: Any) -> Fields:
    return {
        "command": "put_account",
        "account_id": account_id,
        "region": "GB",
        "birth_date": "1990-01-01",
        "followers": 1_000,
        **facts,
    }


def _put_product(shop_id: str, **facts: Any) -> Fields:
    return {
        "command": "put_product",
        "product_id": f"{shop_id}.product",
        "shop_id": shop_id,
        "title": "Tea",
        "price_minor": 990,
        "currency": "GBP",
        "listed_at": "2024-01-01T00:00:00Z",
        **facts,
    }


def _put_content(account_id: str, **facts: Any) -> Fields:
    return {
        "command": "put_content",
        "content_id": f"{account_id}.video",
        "account_id": account_id,
        "kind": "video",
        **facts,
    }


def _promote(shop_id: str, account_id: str) -> Fields:
    return {
        "command": "promote",
        "shop_id": shop_id,
        "account_id": account_id,
        "product_id": f"{shop_id}.product",
    }


def _waiver(command: str, shop_id: str, **more: Any) -> Fields:
    return {"command": command, "shop_id": shop_id, "code": "shop.link_quota_spent", "note": "ticket", **more}


def _of_pair(command: str, **more: Any) -> Callable[[str, str], Fields]:
    return lambda shop_id, account_id: {
        "command": command,
        "shop_id": shop_id,
        "account_id": account_id,
        **more,
    }


def _ahead(shop_id: str) -> Fields:
    """A start of its own for each command that cancels one."""
    _, copies, number = shop_id.split(".")
    return {**_START, "effective_from": f"2198-01-01T00:00:00.{int(copies):03}{int(number):03}Z"}


_START: Fields = {
    "name": "seller-university-2025",
    "market": "ID",
    "effective_from": "2199-01-01T00:00:00Z",
}


def _recorded(kind: str, pair: tuple[str, str], when: str, **more: Any) -> Fields:
    return {**_of_pair(kind, **more)(*pair), when: format_instant(datetime.now(UTC))}


_ASKED: dict[str, Callable[[str, str], Fields]] = {
    "put_shop": lambda shop_id, _: _put_shop(shop_id, name="another name"),
    "change_shop": lambda shop_id, _: {"command": "change_shop", "shop_id": shop_id, "name": "another name"},
    "put_account": lambda _, account_id: _put_account(account_id, followers=7),
    "change_account": lambda _, account_id: {
        "command": "change_account",
        "account_id": account_id,
        "followers": 7,
    },
    "correct_account": lambda _, account_id: {
        "command": "correct_account",
        "account_id": account_id,
        "note": "passport",
        "birth_date": "1991-01-01",
    },
    "invite": _of_pair("invite", role="marketing", network_region="GB"),
    "accept": _of_pair("accept", network_region="GB"),
    "decline": _of_pair("decline"),
    "withdraw": _of_pair("withdraw"),
    "request_unlink": _of_pair("request_unlink", network_region="GB"),
    "withdraw_unlink_request": _of_pair("withdraw_unlink_request"),
    "refuse_unlink": _of_pair("refuse_unlink", note="let us talk"),
    "approve_unlink": _of_pair("approve_unlink"),
    "unlink": _of_pair("unlink"),
    "revoke": _of_pair("revoke", note="fraud"),
    "import_link": _of_pair("import_link", role="official", linked_at="2024-01-01T00:00:00Z"),
    "record_invitation": lambda *pair: _recorded("record_invitation", pair, "invited_at", role="marketing"),
    "record_acceptance": lambda *pair: _recorded("record_acceptance", pair, "accepted_at"),
    "record_unlink_request": lambda *pair: _recorded("record_unlink_request", pair, "requested_at"),
    "record_end": lambda *pair: _recorded("record_end", pair, "ended_at", how="unlinked"),
    "grant_waiver": lambda shop_id, _: _waiver("grant_waiver", shop_id, until=None),
    "end_waiver": lambda shop_id, _: _waiver("end_waiver", shop_id),
    "activate_rulebook": lambda *_: {"command": "activate_rulebook", **_START},
    "cancel_activation": lambda shop_id, _: {
        "command": "cancel_activation",
        **_ahead(shop_id),
        "note": "not yet",
    },
    "put_product": lambda shop_id, _: _put_product(shop_id, status="off"),
    "put_content": lambda _, account_id: _put_content(account_id, title="unboxing"),
    "sync_showcase": _of_pair("sync_showcase"),
    "add_from_shop": lambda shop_id, account_id: {
        "command": "add_from_shop",
        "shop_id": shop_id,
        "account_id": account_id,
        "product_ids": [f"{shop_id}.product"],
        "content_id": f"{account_id}.video",
    },
    "promote": _promote,
    "remove_item": lambda shop_id, account_id: {
        "command": "remove_item",
        "account_id": account_id,
        "product_id": f"{shop_id}.product",
    },
    "new_product": lambda shop_id, _: _put_product(shop_id),
    "new_content": lambda _, account_id: _put_content(account_id),
    "new_shop": lambda shop_id, _: _put_shop(f"{shop_id}.new"),
    "new_account": lambda _, account_id: _put_account(f"{account_id}.new"),
    "refused": _of_pair("accept", network_region=None),
}

if __name__ == "__main__":
    import tests.conftest  # noqa: F401 (sets up Django as the tests have it)

    GOLDEN.write_text(golden(), encoding="utf-8")
