"""Accounts are found by the folded form of their handles."""

from typing import Any

from django.db import migrations, models

from shoplink.store.database.folded import folded_column

_BATCH = 2_000


def fold(apps: Any, _editor: Any) -> None:
    """Fill the new column, a batch of accounts at a time."""
    accounts = apps.get_model("store", "Account").objects
    batch = []
    for account in accounts.exclude(handle="").only("account_id", "handle").iterator(_BATCH):
        account.handle_folded = folded_column(account.handle)
        batch.append(account)
        if len(batch) == _BATCH:
            accounts.bulk_update(batch, ["handle_folded"])
            batch = []
    accounts.bulk_update(batch, ["handle_folded"])


class Migration(migrations.Migration):
    dependencies = (("store", "0017_access"),)

    operations = (
        migrations.AddField(
            model_name="account",
            name="handle_folded",
            field=models.CharField(max_length=200, default="", db_default=""),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="account", name="account_handle_begins"),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                fields=["handle_folded"], name="account_handle_folded", opclasses=("varchar_pattern_ops",)
            ),
        ),
    )
