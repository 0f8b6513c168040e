from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0026_sandbox"),)

    operations = (
        migrations.AddField(
            model_name="link",
            name="message",
            field=models.CharField(max_length=200, null=True),
        ),
    )
