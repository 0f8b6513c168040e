from typing import Any

from django.db import migrations, models

import shoplink.store.database.fields


def make_demos_sandboxes(apps: Any, _editor: Any) -> None:
    """A demo is a sandbox, also one that an earlier version made."""
    demo = apps.get_model("store", "Marker").objects.filter(name="demo").first()
    if demo is not None:
        apps.get_model("store", "Sandbox").objects.create(number=1, made_at=demo.set_at, moved_by=0)


class Migration(migrations.Migration):
    dependencies = (("store", "0025_feed"),)

    operations = (
        migrations.CreateModel(
            name="Sandbox",
            fields=[
                ("number", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("made_at", shoplink.store.database.fields.InstantField()),
                ("moved_by", models.BigIntegerField()),
            ],
            options={
                "db_table": "sandbox",
                "constraints": (
                    models.CheckConstraint(condition=models.Q(("number", 1)), name="one_clock"),
                    models.CheckConstraint(
                        condition=models.Q(("moved_by__gte", 0)), name="clock_is_not_moved_back"
                    ),
                ),
            },
        ),
        migrations.RunPython(make_demos_sandboxes, migrations.RunPython.noop),
    )
