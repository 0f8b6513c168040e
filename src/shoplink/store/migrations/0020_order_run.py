from django.db import migrations, models

import shoplink.store.database.fields


class Migration(migrations.Migration):
    dependencies = (("store", "0019_handle"),)

    operations = (
        migrations.CreateModel(
            name="OrderRun",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("run_id", models.CharField(max_length=64, unique=True)),
                ("shop_id", models.CharField(max_length=64, null=True)),
                ("person_id", models.CharField(max_length=64)),
                ("file_name", models.CharField(max_length=255)),
                ("file_bytes", models.BigIntegerField()),
                ("state", models.CharField(max_length=40)),
                ("found", models.TextField()),
                ("choices", models.TextField()),
                ("summary", models.TextField()),
                ("problem", models.TextField()),
                ("step", models.CharField(max_length=40)),
                ("progress", models.IntegerField(default=0)),
                ("attempts", models.IntegerField(default=0)),
                ("created_at", shoplink.store.database.fields.InstantField()),
                ("held_until", shoplink.store.database.fields.InstantField(null=True)),
                ("ended_at", shoplink.store.database.fields.InstantField(null=True)),
            ],
            options={
                "db_table": "order_run",
                "indexes": [
                    models.Index(fields=["shop_id", "number"], name="order_run_shop"),
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "judging"))),
                        fields=["number"],
                        name="order_run_open",
                    ),
                    models.Index(fields=["created_at"], name="order_run_created"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("uploaded", "waiting", "judging", "done", "failed"))
                        ),
                        name="order_run_state",
                    )
                ],
            },
        ),
    )
