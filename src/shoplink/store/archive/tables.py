"""Which tables a backup holds, and why it leaves out the others. A test finds every table in one of the two lists."""

from typing import Any

from django.apps import apps
from django.db import models

HELD = (
    # The log, and what follows from it.
    "event",
    "shop",
    "account",
    "handle",
    "link",
    "waiver",
    "rulebook",
    "activation",
    "product",
    "on_sale",
    "content",
    "item",
    "ticket",
    "ticket_message",
    "ticket_note",
    "membership",
    "member_invitation",
    "mirror",
    "settlement",
    "search_term",
    # What programs rely on: their keys, and the answers that a repeated request gets.
    "api_key",
    "stored_answer",
    "refusal",
    "look_up",
    "webhook_endpoint",
    "webhook_send",
    "webhook_attempt",
    # People, and how they sign in.
    "person",
    "account_emailaddress",
    "mfa_authenticator",
    "socialaccount_socialaccount",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
    "second_factor_reset",
    "mail_choice",
    "calendar_address",
    "attempt",
    # Messages and counts, with how far each has read the feed: they go on from there.
    "message",
    "told",
    "tally",
    "tallied",
    "order_run",
    "marker",
    "sandbox",
)
"""The tables that a backup holds, in the order in which it holds them."""

LEFT_OUT = {
    "django_session": "a session that was ended since would come back; everybody signs in again",
    "usersessions_usersession": "the list of these sessions",
    "sign_in_link": "valid for minutes; one that was used since could be used again",
    "account_emailconfirmation": "valid for minutes, and codes stand in sessions",
    "django_content_type": "made by the migrations",
    "auth_permission": "made by the migrations",
    "auth_group": "not used: people act through memberships",
    "auth_group_permissions": "not used",
}
"""The tables that a backup leaves out, each with the reason."""

MADE_BY_THE_SERVICE = ("marker", "told", "tally", "tallied", "attempt")
"""The tables that a service fills by running, with nothing recorded: they do not make a database one that is in use."""

_ALIKE = (models.CharField, models.TextField, models.IntegerField, models.ForeignKey)
"""Columns of which both databases give the same value. All others (truth, JSON, dates of other apps) Django converts."""


class Table:
    """A table of a backup: its columns, its key, and the columns whose stored form differs between databases."""

    def __init__(self, model: type[models.Model]) -> None:
        """Read them from the model."""
        meta = model._meta  # noqa: SLF001 (Django's public API, by its documentation)
        self.name = meta.db_table
        self.fields: list[models.Field[Any, Any]] = list(meta.concrete_fields)
        self.columns = tuple(str(field.column) for field in self.fields)
        key = meta.pk
        assert key is not None, "every table has a key"
        self.key = key.column
        self.key_is_text = isinstance(key, models.CharField)
        self.key_is_given = isinstance(key, models.AutoField)
        self.converted = [
            (place, field) for place, field in enumerate(self.fields) if not isinstance(field, _ALIKE)
        ]


def held_tables() -> list[Table]:
    """The tables that a backup holds, in its order."""
    tables = {table.name: table for table in map(Table, apps.get_models(include_auto_created=True))}
    return [tables[name] for name in HELD]
