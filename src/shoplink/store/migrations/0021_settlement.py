from django.db import migrations, models

import shoplink.store.database.fields


class Migration(migrations.Migration):
    dependencies = (("store", "0020_order_run"),)

    operations = (
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("account_id", models.CharField(max_length=64)),
                ("shop_id", models.CharField(max_length=64)),
                ("period", models.CharField(max_length=40)),
                ("currency", models.CharField(max_length=3)),
                ("order_lines", models.BigIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("refund_minor", models.BigIntegerField()),
                ("commission_minor", models.BigIntegerField()),
                ("adjustment_minor", models.BigIntegerField()),
                ("closed_at", shoplink.store.database.fields.InstantField()),
            ],
            options={
                "db_table": "settlement",
                "indexes": [models.Index(fields=["shop_id", "period"], name="settlement_shop")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "shop_id", "period", "currency"), name="settlement_once"
                    )
                ],
            },
        ),
    )
