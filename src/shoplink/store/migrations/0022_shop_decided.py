from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0021_settlement"),)

    operations = (
        migrations.AddField(
            model_name="shop",
            name="decided",
            field=models.CharField(db_default="here", default="here", max_length=40),
        ),
    )
