"""Every table is held by a backup, or left out for a reason that is written down."""

from django.apps import apps

from shoplink.store.archive.tables import HELD, LEFT_OUT, MADE_BY_THE_SERVICE, held_tables


def test_every_table_is_held_or_left_out_for_a_reason() -> None:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert len(HELD) == len(set(HELD))
    assert not set(HELD) & LEFT_OUT.keys()
    assert set(HELD) | LEFT_OUT.keys() == tables, "a table is forgotten, or no longer there"
    assert all(LEFT_OUT.values())
    assert set(MADE_BY_THE_SERVICE) <= set(HELD)


def test_values_that_databases_store_in_different_forms_are_known() -> None:
    """Django converts these; whatever it does not convert must be a text or a whole number on both."""
    converted = {
        table.name: [field.column for _, field in table.converted]
        for table in held_tables()
        if table.converted
    }
    assert converted == {
        "member_invitation": ["mailed"],
        "person": ["is_active"],
        "account_emailaddress": ["verified", "primary"],
        "mfa_authenticator": ["data", "created_at", "last_used_at"],
        "socialaccount_socialaccount": ["last_login", "date_joined", "extra_data"],
        "socialaccount_socialapp": ["settings"],
        "socialaccount_socialtoken": ["expires_at"],
        "mail_choice": ["by_mail"],
    }
