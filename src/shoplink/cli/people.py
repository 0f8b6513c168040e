"""`shoplink people`: block and restore the access of people, and reset a lost second factor."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from shoplink.cli.database import records
from shoplink.core.facts import Actor
from shoplink.core.instant import format_instant
from shoplink.core.reasons import Reason

if TYPE_CHECKING:
    from shoplink.store.people.membership import PersonRecord

_OPERATOR = Actor("platform", "shoplink people")
_SERVED = "stop it first, or use the person's page of the platform"
_EXIT = "Exit status: 0; 1 if nobody has this address; 2 if the database cannot be used."


@click.group()
def people() -> None:
    """Block or restore a person's access to the consoles, or reset a lost second factor."""


@people.command(
    "block",
    epilog=f"""\b
Example:
  shoplink people block mei@example.com

\b
{_EXIT}
""",
)
@click.argument("email", metavar="EMAIL")
@records(_SERVED)
def block(email: str) -> None:
    """Block the access of the person with the address EMAIL: end their sessions and remove them from every place.

    Each removal is an event. This also works for the last member of the platform's staff, whom the pages protect.
    """
    from shoplink.flows.people import membership  # noqa: PLC0415 (only with settings in place)

    _change_access(email, lambda person_id: membership.block(_OPERATOR, person_id), "is blocked")


@people.command(
    "restore",
    epilog=f"""\b
Example:
  shoplink people restore mei@example.com

\b
{_EXIT}
""",
)
@click.argument("email", metavar="EMAIL")
@records(_SERVED)
def restore(email: str) -> None:
    """Let the person with the address EMAIL sign in again. They need new invitations to act anywhere."""
    from shoplink.flows.people import membership  # noqa: PLC0415 (only with settings in place)

    _change_access(email, lambda person_id: membership.restore(_OPERATOR, person_id), "can sign in again")


@people.command(
    "reset-second-factor",
    epilog=f"""\b
Example:
  shoplink people reset-second-factor mei@example.com

\b
{_EXIT}
""",
)
@click.argument("email", metavar="EMAIL")
@records(_SERVED)
def reset_second_factor(email: str) -> None:
    """Reset the second factor of the person with the address EMAIL, who has lost it.

    It takes effect 24 hours later. Until then the person, who is told by e-mail, can stop it with the second factor.
    """
    from shoplink.web.people.account_mail import ask_for_reset  # noqa: PLC0415 (only with settings in place)
    from shoplink.web.people.outgoing_mail import sending_mail  # noqa: PLC0415 (as above)

    person = _person(email)
    with sending_mail():
        due_at = ask_for_reset(_OPERATOR, person)
    if due_at is None:
        click.echo(f"{person.email}: a reset was requested before")
        return
    click.echo(f"{person.email}: the second factor is reset at {format_instant(due_at)}, unless they stop it")


def _change_access(email: str, change: Callable[[str], tuple[Reason, ...]], done: str) -> None:
    from shoplink.flows.people.keys import keys_of  # noqa: PLC0415 (only with settings in place)

    person = _person(email)
    refused = change(person.person_id)
    assert not refused, refused
    click.echo(f"{person.email} {done}")
    for key in keys_of(person.person_id):
        click.echo(
            f"their key {key.key_id} ({key.name}) is in force; revoke it with `shoplink keys revoke {key.key_id}`"
        )


def _person(email: str) -> "PersonRecord":
    from shoplink.store.people.membership import person_by_email  # noqa: PLC0415 (only with settings in place)

    person = person_by_email(email)
    if person is None:
        click.echo(f"nobody has the address {email!r}", err=True)
        sys.exit(1)
    return person
