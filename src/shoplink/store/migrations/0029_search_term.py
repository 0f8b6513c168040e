"""Shops and accounts are searched by the words of their ids, names and handles."""

from typing import Any

from django.db import migrations, models

from shoplink.store.database.terms import terms_of

_BATCH = 2_000


def fill(apps: Any, _editor: Any) -> None:
    """Write the terms of what is recorded, a batch of subjects at a time."""
    term = apps.get_model("store", "SearchTerm")
    for subject, key, name in (("shop", "shop_id", "name"), ("account", "account_id", "handle")):
        batch: list[Any] = []
        named = apps.get_model("store", subject.capitalize()).objects.values_list(key, name)
        for subject_id, text in named.iterator(_BATCH):
            batch += [
                term(subject=subject, subject_id=subject_id, term=start)
                for start in terms_of(subject_id, text)
            ]
            if len(batch) >= _BATCH:
                term.objects.bulk_create(batch)
                batch = []
        term.objects.bulk_create(batch)


class Migration(migrations.Migration):
    dependencies = (("store", "0028_webhook"),)

    operations = (
        migrations.CreateModel(
            name="SearchTerm",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("subject", models.CharField(max_length=7)),
                ("subject_id", models.CharField(max_length=64)),
                ("term", models.CharField(max_length=40)),
            ],
            options={
                "db_table": "search_term",
                "indexes": (
                    models.Index(
                        fields=("subject", "term", "subject_id"),
                        name="search_term_begins",
                        opclasses=("varchar_pattern_ops",) * 3,
                    ),
                    models.Index(fields=("subject_id",), name="search_term_subject"),
                ),
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="shop", name="shop_name"),
    )
