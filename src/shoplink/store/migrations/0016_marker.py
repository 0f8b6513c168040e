from typing import Any

from django.db import migrations, models

import shoplink.store.database.fields


def mark_demo(apps: Any, _editor: Any) -> None:
    """Mark the demos that are there: only `shoplink demo` has ever made this person."""
    persons = apps.get_model("store", "Person")
    if persons.objects.filter(person_id="person_mei", email="mei@demo.example").exists():
        apps.get_model("store", "Marker").objects.create(name="demo", set_at=0)


class Migration(migrations.Migration):
    dependencies = (("store", "0015_attempts"),)

    operations = (
        migrations.CreateModel(
            name="Marker",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("set_at", shoplink.store.database.fields.InstantField()),
            ],
            options={"db_table": "marker"},
        ),
        migrations.RunPython(mark_demo, migrations.RunPython.noop),
    )
