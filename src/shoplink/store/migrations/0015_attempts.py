from django.db import migrations, models

import shoplink.store.database.fields


class Migration(migrations.Migration):
    dependencies = (("store", "0014_activation_cancelled"),)

    operations = (
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires_at", shoplink.store.database.fields.InstantField()),
            ],
            options={
                "db_table": "attempt",
                "indexes": [models.Index(fields=["expires_at"], name="attempt_expires")],
            },
        ),
    )
