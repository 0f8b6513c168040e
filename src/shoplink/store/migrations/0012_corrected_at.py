"""Accounts say when support last corrected each of their facts; for those there are, the log tells it."""

from datetime import datetime
from typing import Any

import msgspec
from django.db import migrations

import shoplink.store.database.fields
from shoplink.store.database.fields import to_micros

_FACTS = ("region", "registered_in", "birth_date")


class Corrected(msgspec.Struct):
    """What the log says of a correction."""

    account_id: str
    at: datetime
    region: str | None = None
    registered_in: str | None = None
    birth_date: str | None = None


def read_from_log(apps: Any, _editor: Any) -> None:
    """Fill the new columns from the log, in the order recorded: the last correction of a fact counts."""
    accounts, events = apps.get_model("store", "Account"), apps.get_model("store", "Event")
    decode = msgspec.json.Decoder(Corrected).decode
    found = events.objects.filter(type="account.corrected").order_by("number")
    for data in found.values_list("data", flat=True).iterator():
        event = decode(data)
        named = [name for name in _FACTS if getattr(event, name) is not None]
        corrected = {f"{name}_corrected_at": to_micros(event.at) for name in named}
        accounts.objects.filter(account_id=event.account_id).update(**corrected)


class Migration(migrations.Migration):
    dependencies = (("store", "0011_proof"),)

    operations = (
        *(
            migrations.AddField(
                model_name="account",
                name=f"{name}_corrected_at",
                field=shoplink.store.database.fields.InstantField(null=True),
            )
            for name in _FACTS
        ),
        migrations.RunPython(read_from_log, migrations.RunPython.noop),
    )
