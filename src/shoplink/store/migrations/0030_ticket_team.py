"""Tickets have a team and an assignee, internal notes, and the instant of the first answer, by the log."""

import json

from django.db import migrations, models

import shoplink.store.database.fields


def set_first_answers(_apps, schema_editor) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    answered: dict[str, int] = {}
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, data FROM event WHERE type IN ('ticket.replied', 'ticket.resolved') ORDER BY number"
        )
        for at, data in cursor.fetchall():
            event = json.loads(data)
            if event.get("by", {}).get("kind") in {"support", "platform"}:
                answered.setdefault(event["ticket_id"], at)
        cursor.executemany(
            "UPDATE ticket SET answered_at = %s WHERE ticket_id = %s",
            [(at, ticket_id) for ticket_id, at in answered.items()],
        )


class Migration(migrations.Migration):
    dependencies = (("store", "0029_search_term"),)

    operations = (
        migrations.CreateModel(
            name="TicketNote",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("ticket_id", models.CharField(max_length=64)),
                ("at", shoplink.store.database.fields.InstantField()),
                ("by_kind", models.CharField(max_length=40)),
                ("by_id", models.CharField(max_length=200)),
                ("by_person", models.CharField(max_length=64, null=True)),
                ("text", models.TextField()),
            ],
            options={
                "db_table": "ticket_note",
                "indexes": [models.Index(fields=["ticket_id", "number"], name="ticket_note_ticket")],
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="team",
            field=models.CharField(default="support", max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="ticket", name="assignee", field=models.CharField(max_length=200, null=True)
        ),
        migrations.AddField(
            model_name="ticket",
            name="answered_at",
            field=shoplink.store.database.fields.InstantField(null=True),
        ),
        migrations.RunPython(set_first_answers, migrations.RunPython.noop),
    )
