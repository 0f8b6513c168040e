"""How a database URL becomes Django's settings of it."""

from typing import Any

import dj_database_url

_SQLITE = {
    "transaction_mode": "IMMEDIATE",  # writers queue when they begin, instead of failing in the middle
    "timeout": 30,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    " PRAGMA wal_autocheckpoint=0;",  # whoever holds the write lock checkpoints (store/owner.py)
}


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for `sqlite:///path` or `postgresql://…`."""
    settings: dict[str, Any] = {**dj_database_url.parse(url), "ATOMIC_REQUESTS": False}
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = _SQLITE
    else:
        settings["CONN_MAX_AGE"] = None
    return settings
