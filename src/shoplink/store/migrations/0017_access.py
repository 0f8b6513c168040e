from django.db import migrations, models

import shoplink.store.database.fields


class Migration(migrations.Migration):
    dependencies = (("store", "0016_marker"),)

    operations = (
        migrations.AddField(
            model_name="apikey",
            name="created_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.CreateModel(
            name="SecondFactorReset",
            fields=[
                ("person_id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("due_at", shoplink.store.database.fields.InstantField()),
            ],
            options={
                "db_table": "second_factor_reset",
                "indexes": [models.Index(fields=["due_at"], name="second_factor_reset_due")],
            },
        ),
    )
