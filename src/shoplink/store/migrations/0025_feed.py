from django.db import migrations, models

NUMBERED = models.Q(("position__isnull", False))


class Migration(migrations.Migration):
    dependencies = (("store", "0024_recorded_steps"),)

    operations = tuple(
        migrations.AddIndex(
            model_name="event",
            index=models.Index(condition=NUMBERED, fields=[column, "position"], name=name),
        )
        for column, name in (("type", "feed_type"), ("shop_id", "feed_shop"), ("account_id", "feed_account"))
    )
