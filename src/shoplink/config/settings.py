"""Django's settings, from the environment. `SHOPLINK_DATABASE_URL` names the database."""

import os
from pathlib import Path
from typing import Any

import dj_database_url

HOME = Path(os.environ.get("SHOPLINK_HOME", "var"))

DATABASE_URL = os.environ.get("SHOPLINK_DATABASE_URL", f"sqlite:///{HOME.resolve()}/shoplink.sqlite3")
DATABASES: dict[str, dict[str, Any]] = {"default": {**dj_database_url.parse(DATABASE_URL)}}
DATABASES["default"]["ATOMIC_REQUESTS"] = False  # it would take the write lock on every page
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue for the lock when they begin; the holder of the write lock checkpoints (store/owner.py).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA wal_autocheckpoint=0;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = None

SECRET_KEY = os.environ.get("SHOPLINK_SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("SHOPLINK_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
INSTALLED_APPS = ["shoplink.store"]
MIDDLEWARE: list[str] = ["django.middleware.security.SecurityMiddleware"]
ROOT_URLCONF = "shoplink.config.urls"
USE_TZ = True
TIME_ZONE = "UTC"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REFUSALS_KEPT_DAYS = int(os.environ.get("SHOPLINK_REFUSALS_KEPT_DAYS", "90"))
ANSWERS_KEPT_DAYS = 30
