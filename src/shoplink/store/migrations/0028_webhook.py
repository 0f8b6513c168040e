from django.db import migrations, models

import shoplink.store.database.fields


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0027_link_message"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("endpoint_id", models.CharField(max_length=64)),
                ("message_id", models.CharField(max_length=64)),
                ("type", models.CharField(max_length=40)),
                ("position", models.BigIntegerField(null=True)),
                ("at", shoplink.store.database.fields.InstantField()),
                ("status", models.IntegerField(null=True)),
                ("error", models.CharField(max_length=40)),
                ("duration_ms", models.IntegerField()),
                ("answer", models.TextField()),
            ],
            options={
                "db_table": "webhook_attempt",
                "indexes": [
                    models.Index(fields=["endpoint_id", "number"], name="webhook_attempt_endpoint"),
                    models.Index(fields=["at"], name="webhook_attempt_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("endpoint_id", models.CharField(max_length=64, unique=True)),
                ("shop_id", models.CharField(max_length=64, null=True)),
                ("url", models.TextField()),
                ("types", models.TextField()),
                ("description", models.CharField(max_length=200)),
                ("secret", models.TextField()),
                ("former_secret", models.TextField(null=True)),
                ("former_until", shoplink.store.database.fields.InstantField(null=True)),
                ("status", models.CharField(max_length=40)),
                ("cause", models.CharField(max_length=40)),
                ("position", models.BigIntegerField()),
                ("attempts", models.IntegerField()),
                ("failing_since", shoplink.store.database.fields.InstantField(null=True)),
                ("not_before", shoplink.store.database.fields.InstantField(null=True)),
                ("lease", models.CharField(max_length=64)),
                ("lease_until", shoplink.store.database.fields.InstantField(null=True)),
                ("created_at", shoplink.store.database.fields.InstantField()),
            ],
            options={
                "db_table": "webhook_endpoint",
                "indexes": [models.Index(fields=["shop_id", "number"], name="webhook_endpoint_shop")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("former_secret__isnull", True), ("former_until__isnull", False), _connector="XOR"
                        ),
                        name="former_secret_says_until_when",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookSend",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("endpoint_id", models.CharField(max_length=64)),
                ("position", models.BigIntegerField(null=True)),
                ("asked_at", shoplink.store.database.fields.InstantField()),
            ],
            options={
                "db_table": "webhook_send",
                "indexes": [models.Index(fields=["endpoint_id", "number"], name="webhook_send_endpoint")],
            },
        ),
    ]
