"""Rename models in the code only: their tables stay."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("store", "0009_link_status"),)

    operations = (
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Told", "NotificationProgress"),
                migrations.RenameModel("Tallied", "TallyProgress"),
                migrations.RenameModel("TicketsSettled", "TicketProgress"),
            ],
        ),
    )
