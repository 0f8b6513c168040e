"""The handles that accounts have had are kept beside the log, so that orders find their creator by the handle of then."""

from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from django.db import migrations, models

import shoplink.store.database.fields
from shoplink.store.database.folded import folded_column

_BATCH = 2_000


def fill(apps: Any, _editor: Any) -> None:
    """Read the handles in the log, account by account."""
    handles = apps.get_model("store", "Handle")
    recorded = apps.get_model("store", "Event").objects.filter(type="account.recorded")
    rows = recorded.order_by("account_id", "number").values_list("account_id", "at", "data")
    batch = []
    for account_id, events in groupby(rows.iterator(_BATCH), itemgetter(0)):
        before = ""
        for _, at, data in events:
            handle = msgspec.json.decode(data).get("handle", "")
            if (folded := folded_column(handle)) != before:
                before = folded
                row = handles(account_id=account_id, handle=handle, handle_folded=folded, since=at)
                batch.append(row)
        if len(batch) >= _BATCH:
            handles.objects.bulk_create(batch)
            batch = []
    handles.objects.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = (("store", "0018_handle_folded"),)

    operations = (
        migrations.CreateModel(
            name="Handle",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("account_id", models.CharField(max_length=64)),
                ("handle", models.CharField(max_length=200)),
                ("handle_folded", models.CharField(max_length=200)),
                ("since", shoplink.store.database.fields.InstantField()),
            ],
            options={
                "db_table": "handle",
                "indexes": [
                    models.Index(fields=["account_id", "number"], name="handle_account"),
                    models.Index(fields=["handle_folded"], name="handle_folded"),
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    )
