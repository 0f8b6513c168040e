from django.db import migrations

import shoplink.store.database.fields


class Migration(migrations.Migration):
    dependencies = (("store", "0013_ticket_ends"),)

    operations = (
        migrations.AddField(
            model_name="activation",
            name="cancelled_at",
            field=shoplink.store.database.fields.InstantField(null=True),
        ),
    )
