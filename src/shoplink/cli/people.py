"""`shoplink people`: block and restore the access of people, and reset a lost second factor."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from django.conf import settings

from shoplink.cli.database import records
from shoplink.core.facts import Actor
from shoplink.core.instant import format_instant
from shoplink.core.reasons import Reason

if TYPE_CHECKING:
    from shoplink.store.people.membership import PersonRecord

_OPERATOR = Actor("platform", "shoplink people")
_SERVED = "stop it first, or use the person's page of the platform"
_EXIT = "Exit status: 0; 1 if nobody has this address; 2 if the database cannot be used."

_EXIT_OF_RESET = "Exit status: 0; 1 if nobody has this address, or they have no second factor; 2 if the database cannot be used."


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
{_EXIT_OF_RESET}
""",
)
@click.argument("email", metavar="EMAIL")
@records(_SERVED)
def reset_second_factor(email: str) -> None:
    """Reset the second factor of the person with the address EMAIL, who has lost it.

    It takes effect 24 hours later. Until then the person can stop it with the second factor. They are told by e-mail now, and
    again when it takes effect.
    """
    from shoplink.web.people.account_mail import ask_for_reset  # noqa: PLC0415 (only with settings in place)
    from shoplink.web.people.outgoing_mail import sending_mail  # noqa: PLC0415 (as above)

    person = _person(email)
    with sending_mail() as delivery:
        asked = ask_for_reset(_OPERATOR, person)
    if asked == "nothing":
        click.echo(f"{person.email} has no second factor: there is nothing to reset", err=True)
        sys.exit(1)
    if asked == "requested":
        click.echo(f"{person.email}: a reset was requested before")
        return
    click.echo(f"{person.email}: the second factor is reset at {format_instant(asked)}, unless they stop it")
    if delivery.failed or not settings.EMAIL_HOST:
        click.echo("no e-mail could be sent to them: tell them yourself", err=True)


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
