"""What people sign in with, and how it ends. Call what writes here within `owner.writing()`.

The tables of passwords, second factors, providers and sessions belong to Django and allauth; here they end together.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password

from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.sql import among, execute, ids, query
from shoplink.store.people.second_factor_resets import remove_second_factors


def _numbers() -> str:
    """The numbers of the rows of the people in the parameter `ids(…)`."""
    return f"SELECT number FROM person WHERE {among('person_id')}"


def end_open_access(person_ids: Iterable[str], at: datetime) -> None:
    """End what lets these people in without signing in again: their sessions, calendar addresses, links and codes."""
    them = ids(set(person_ids))
    execute(f"UPDATE person SET codes_since = %s WHERE {among('person_id')}", to_micros(at), them)
    execute(
        "DELETE FROM django_session WHERE session_key IN (SELECT session_key FROM usersessions_usersession"
        f" WHERE user_id IN ({_numbers()}))",
        them,
    )
    execute(f"DELETE FROM usersessions_usersession WHERE user_id IN ({_numbers()})", them)
    execute(f"DELETE FROM calendar_address WHERE {among('person_id')}", them)
    # A link stays as used: a repeated request for it gets it again, and does not make it anew.
    execute(
        f"UPDATE sign_in_link SET used_at = created_at WHERE used_at IS NULL AND {among('person_id')}", them
    )


def end_open_access_of_nonmembers(person_ids: Iterable[str], at: datetime) -> None:
    """End what lets those of these people in who are a member nowhere."""
    found = query(
        f"SELECT person_id FROM person WHERE {among('person_id')} AND NOT EXISTS"
        " (SELECT 1 FROM membership WHERE membership.person_id = person.person_id)",
        ids(set(person_ids)),
    )
    if found:
        end_open_access((person_id for (person_id,) in found), at)


def void_credentials(person_id: str, at: datetime) -> None:
    """Void everything that could sign a person in until now: password, second factors, providers, sessions, codes."""
    end_open_access([person_id], at)
    remove_second_factors(person_id)
    execute(f"DELETE FROM socialaccount_socialaccount WHERE user_id IN ({_numbers()})", ids([person_id]))
    execute("UPDATE person SET password = %s WHERE person_id = %s", make_password(None), person_id)


def void_codes(person_id: str, at: datetime) -> None:
    """Void the codes that were sent to a person before an instant, and the sign-ins that were begun before it."""
    execute("UPDATE person SET codes_since = %s WHERE person_id = %s", to_micros(at), person_id)


def codes_since(number: int) -> datetime | None:
    """The instant before which no code of a person (by the number of their row) counts; None if there is no such row."""
    found = query("SELECT codes_since FROM person WHERE number = %s", number)
    return from_micros(found[0][0]) if found else None


def is_proved(number: int) -> bool:
    """Whether a mail or a provider has proved an address of a person (by the number of their row) to be theirs."""
    return bool(query("SELECT 1 FROM account_emailaddress WHERE user_id = %s AND verified LIMIT 1", number))


def free_unproved_addresses(person_ids: Iterable[str]) -> None:
    """Take from these people the addresses that nobody has proved, so that their owners can sign up."""
    them = ids(set(person_ids))
    execute(
        f"UPDATE person SET email = NULL WHERE {among('person_id')} AND NOT EXISTS"
        " (SELECT 1 FROM account_emailaddress WHERE user_id = person.number AND verified)",
        them,
    )
    execute(f"DELETE FROM account_emailaddress WHERE NOT verified AND user_id IN ({_numbers()})", them)
