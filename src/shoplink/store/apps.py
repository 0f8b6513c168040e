"""The one Django app; it holds all tables."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The app `store`."""

    name = "shoplink.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
