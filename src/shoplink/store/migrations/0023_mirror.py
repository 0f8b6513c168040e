from django.db import migrations, models

import shoplink.store.database.fields


class Migration(migrations.Migration):
    dependencies = (("store", "0022_shop_decided"),)

    operations = (
        migrations.CreateModel(
            name="Mirror",
            fields=[
                ("shop_id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("as_of", shoplink.store.database.fields.InstantField()),
                ("compared_at", shoplink.store.database.fields.InstantField()),
                ("questions", models.IntegerField()),
                ("data", models.TextField()),
            ],
            options={"db_table": "mirror"},
        ),
    )
