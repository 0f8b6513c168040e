from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0023_mirror"),)

    operations = (
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    (
                        "type__in",
                        (
                            "link.imported",
                            "link.invitation_recorded",
                            "unlink.request_recorded",
                            "link.end_recorded",
                        ),
                    )
                ),
                fields=["shop_id", "number"],
                name="event_recorded_step",
            ),
        ),
        migrations.AddIndex(
            model_name="shop",
            index=models.Index(
                condition=models.Q(("decided", "elsewhere")), fields=["shop_id"], name="shop_elsewhere"
            ),
        ),
    )
