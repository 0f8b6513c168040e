"""The table by which shops and accounts are searched (docs/decisions/0025-search.md)."""

from django.db import models
from django.db.models import Index

from shoplink.core.values.search import START_LENGTH_MAX


class SearchTerm(models.Model):
    """What a shop or an account is found by: its id, name or handle from one of its words on, folded and cut."""

    number = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=7)
    subject_id = models.CharField(max_length=64)
    term = models.CharField(max_length=START_LENGTH_MAX)

    class Meta:
        """The table; the first index holds all that a search reads of it."""

        db_table = "search_term"
        indexes = (
            Index(
                fields=("subject", "term", "subject_id"),
                name="search_term_begins",
                opclasses=("varchar_pattern_ops",) * 3,
            ),
            Index(fields=("subject_id",), name="search_term_subject"),
        )
