from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0008_message"),)

    operations = (
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["status", "number"], name="link_status"),
        ),
    )
