"""Tickets end in the transaction that clears them; every open one is judged once more by the next timer."""

import time

from django.db import migrations, models


def judge_open_tickets(_apps, schema_editor) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    now = time.time_ns() // 1_000
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("UPDATE ticket SET due_at = %s WHERE status IN ('open', 'answered')", [now])


class Migration(migrations.Migration):
    dependencies = (("store", "0012_corrected_at"),)

    operations = (
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("status__in", ("open", "answered"))),
                fields=["account_id"],
                name="ticket_open_account",
            ),
        ),
        migrations.RunPython(judge_open_tickets, migrations.RunPython.noop),
        migrations.DeleteModel(name="TicketProgress"),
    )
