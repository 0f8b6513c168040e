"""Every read of people, of their messages and of their look-ups works in a read-only database."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection

from shoplink.core.facts import Actor
from shoplink.flows.message import inbox as message_inbox
from shoplink.flows.people import membership
from shoplink.store.database.sql import execute
from shoplink.store.people import calendar, inbox, outbox, sessions, sign_in_links
from shoplink.store.people import membership as rows
from shoplink.store.read import lookup, names

NOW = datetime.now(UTC)
MEI, SHOP, ACCOUNT = "person_mei", "hh-home-gb", "zhou.zhou"

READS: dict[Callable[..., object], Callable[[], object]] = {
    rows.memberships: lambda: rows.memberships(MEI),
    rows.members: lambda: rows.members("shop", SHOP),
    rows.person_of: lambda: rows.person_of(MEI),
    rows.person_by_email: lambda: rows.person_by_email("mei@demo.example"),
    rows.time_zone_at: lambda: rows.time_zone_at("creator", ACCOUNT),
    rows.names_of: lambda: rows.names_of([MEI]),
    rows.invitation_of: lambda: rows.invitation_of("nobody's"),
    rows.open_invitations: lambda: rows.open_invitations("shop", SHOP, NOW),
    rows.open_invitations_of: lambda: rows.open_invitations_of("new@example.com", NOW),
    names.names: lambda: names.names([SHOP], [ACCOUNT]),
    names.markets_of: lambda: names.markets_of([SHOP], [ACCOUNT]),
    inbox.page_of_messages: lambda: inbox.page_of_messages(MEI, 10, 99, unread=True),
    inbox.one_message: lambda: inbox.one_message(MEI, 1),
    inbox.unread_count: lambda: inbox.unread_count(MEI),
    inbox.mail_choices: lambda: inbox.mail_choices(MEI),
    calendar.address_made_at: lambda: calendar.address_made_at(MEI),
    calendar.person_of_address: lambda: calendar.person_of_address("nobody's"),
    lookup.accounts_by_handle: lambda: lookup.accounts_by_handle(["jacklin07"]),
    lookup.look_ups_since: lambda: lookup.look_ups_since(MEI, NOW - timedelta(days=1)),
    lookup.was_looked_up: lambda: lookup.was_looked_up(MEI, SHOP, ACCOUNT, NOW),
    lookup.asked_since: lambda: lookup.asked_since(MEI, SHOP, NOW - timedelta(days=1)),
    lookup.is_account: lambda: lookup.is_account(ACCOUNT),
    lookup.page_of_look_ups: lambda: lookup.page_of_look_ups(10, ACCOUNT),
    outbox.progress: outbox.progress,
    outbox.with_members: lambda: outbox.with_members({SHOP}, {ACCOUNT}),
    outbox.unnotified_events: outbox.unnotified_events,
    outbox.mail_due_since: outbox.mail_due_since,
    sessions.sessions_of: lambda: sessions.sessions_of(MEI, NOW),
    sign_in_links.find_sign_in_link: lambda: sign_in_links.find_sign_in_link("nobody's"),
    membership.places_of_person: lambda: membership.places_of_person(MEI),
    membership.members: lambda: membership.members("creator", ACCOUNT),
    membership.open_invitations: lambda: membership.open_invitations("platform", ""),
    membership.usable_invitation: lambda: membership.usable_invitation("nobody's"),
    message_inbox.names_for: lambda: message_inbox.names_for(inbox.page_of_messages(MEI, 10)),
}
"""What is read; the forms of these modules' other functions say that they write, or touch no row."""

OTHERS = {
    rows: {
        "digest", "add_person", "change_person",
        "change_language", "change_reading", "instant_of", "mark_mailed",
    },
    names: {"markets_by_shop"},
    inbox: {"mark_read", "mark_old_read", "save_mail_choices"},
    calendar: {"make_address", "revoke_address"},
    lookup: {"record_look_ups"},
    sign_in_links: {"add_sign_in_link", "lock_sign_in_link", "use_sign_in_link", "forget_sign_in_links"},
    membership: {
        "actor_at", "invite_command", "new_invitation", "invite", "withdraw", "withdraw_all_of", "join", "add",
        "remove", "block", "restore",
    },
}  # fmt: skip


@pytest.fixture
def frozen(demo_world: str) -> None:  # noqa: ARG001 (in use)
    """The demo world in a read-only database."""
    execute(
        "SET default_transaction_read_only = on"
        if connection.vendor == "postgresql"
        else "PRAGMA query_only = ON"
    )


def test_every_read_of_these_is_run_here() -> None:
    for module, others in OTHERS.items():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                assert (function in READS) != (name in others), f"{module.__name__}.{name}"


@pytest.mark.usefixtures("frozen")
def test_they_work_where_nothing_can_be_written() -> None:
    for reading in READS.values():
        reading()
    assert membership.places_of_person(MEI).shops
    assert inbox.page_of_messages(MEI, 10)
    with pytest.raises(DatabaseError):
        rows.change_language(MEI, "zh")
    with pytest.raises(DatabaseError):
        membership.invite(Actor("platform", "operator"), "shop", SHOP, "new@example.com")
