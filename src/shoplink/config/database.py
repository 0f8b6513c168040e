"""Django's database settings from a database URL."""

from typing import Any

import dj_database_url

_KINDS = {"sqlite", "postgres", "postgresql"}
_SQLITE = {
    "transaction_mode": "IMMEDIATE",  # writers wait at their start instead of failing later
    "timeout": 30,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    " PRAGMA wal_autocheckpoint=0;",  # the holder of the write lock checkpoints (store/database/owner.py)
}
_POSTGRESQL = {
    "connect_timeout": 5,
    "server_side_binding": True,  # needed for prepared statements, which save planning time
    "prepare_threshold": 5,
}


def database_settings(url: str, keepalive_seconds: int = 30) -> dict[str, Any]:
    """Django's settings for `sqlite:///path` or `postgresql://…`; raises ValueError for any other URL.

    On PostgreSQL, a connection on which nothing has come for `keepalive_seconds` is probed, and given up after as long
    again.
    """
    kind = url.partition(":")[0]
    if kind not in _KINDS or (kind == "sqlite" and not url.removeprefix("sqlite:///").strip(":/")):
        # The message does not repeat the URL: it may contain a password.
        raise ValueError(
            f"SHOPLINK_DATABASE_URL: found a {kind!r} address; allowed: sqlite:///path or postgresql://…"
        )
    settings: dict[str, Any] = {**dj_database_url.parse(url), "ATOMIC_REQUESTS": False}
    settings["CONN_MAX_AGE"] = None  # opening a connection takes longer than most requests
    if kind == "sqlite":
        settings["OPTIONS"] = _SQLITE
    else:
        settings["ENGINE"] = "shoplink.store.postgresql"
        settings["CONN_HEALTH_CHECKS"] = True  # a request after an outage finds a working connection
        alive = {
            "keepalives": 1,
            "keepalives_idle": keepalive_seconds,
            "keepalives_interval": max(keepalive_seconds // 3, 1),
            "keepalives_count": 3,
            "tcp_user_timeout": 2_000 * keepalive_seconds,  # milliseconds
        }
        settings["OPTIONS"] = {**_POSTGRESQL, **alive, **settings.get("OPTIONS", {})}
    return settings
