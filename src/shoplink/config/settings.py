"""Django's settings, all from the environment; docs/reference/settings.md lists them."""

import os
from pathlib import Path

from shoplink.config.database import database_settings

HOME = Path(os.environ.get("SHOPLINK_HOME", "var")).resolve()
DATABASE_URL = os.environ.get("SHOPLINK_DATABASE_URL") or f"sqlite:///{HOME}/shoplink.sqlite3"
DATABASES = {"default": database_settings(DATABASE_URL)}

SECRET_KEY = os.environ.get("SHOPLINK_SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("SHOPLINK_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
INSTALLED_APPS = ["shoplink.store"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ROOT_URLCONF = "shoplink.config.urls"
USE_TZ = True
TIME_ZONE = "UTC"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REFUSALS_KEPT_DAYS = int(os.environ.get("SHOPLINK_REFUSALS_KEPT_DAYS", "90"))
ANSWERS_KEPT_DAYS = 30
