"""Databases with something in every table, and all rows of a database as Django reads them."""

from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db import connection, models

from shoplink.store.archive.tables import HELD
from shoplink.store.database.fields import InstantField
from shoplink.store.database.owner import release_ownership, writing

TEXT = "“ö漢字😀”\\ \t'"
"""Whatever a text can hold that a format may get wrong, in eleven characters."""
MOMENT = datetime(2026, 2, 28, 23, 59, 59, 7, tzinfo=UTC)


def every_row() -> dict[str, list[dict[str, Any]]]:
    """All rows of each table that is held, in the order of their keys."""
    found = {
        name: sorted(model._base_manager.values(), key=lambda row: str(row[_key(model)]))
        for name, model in models_by_table().items()
    }
    connection.close()
    return found


def fill_empty_tables() -> None:
    """Add a row to each table that the demo world leaves empty, with values that are hard to keep."""
    with writing():
        for name, model in models_by_table().items():
            if name in HELD and not model._base_manager.exists():
                model._base_manager.create(**_values(model))
    release_ownership()


def models_by_table() -> dict[str, Any]:
    """The models of the tables that are held, in an order in which rows can be added."""
    by_name = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    return {name: by_name[name] for name in HELD}


def _key(model: Any) -> str:
    name: str = model._meta.pk.attname
    return name


def _values(model: Any) -> dict[str, Any]:
    return {
        field.attname: _value(field)
        for field in model._meta.concrete_fields
        if not (field.null or isinstance(field, models.AutoField))
    }


def _value(field: Any) -> Any:
    match field:
        case models.ForeignKey():
            return field.related_model._base_manager.values_list("pk", flat=True).first()
        case models.BooleanField():
            return True
        case models.DateTimeField() | InstantField():
            return MOMENT
        case models.JSONField():
            return {"b": [1, None, TEXT], "a": {"z": True, "y": 0.5}}
        case models.IntegerField():
            return 2**31 - 1 if type(field) is models.IntegerField else 2**62
        case _:
            return TEXT[: field.max_length]
