from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0010_progress"),)

    operations = (
        migrations.AddField(
            model_name="memberinvitation",
            name="mailed",
            field=models.BooleanField(default=False, db_default=False),
        ),
        migrations.AddField(
            model_name="person",
            name="codes_since",
            field=models.BigIntegerField(default=0, db_default=0),
        ),
    )
