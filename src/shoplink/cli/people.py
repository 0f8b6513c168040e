"""`shoplink people`: block and restore the access of people."""

import sys
from collections.abc import Callable

import click

from shoplink.cli.database import writes
from shoplink.core.facts import Actor
from shoplink.core.reasons import Reason

_OPERATOR = Actor("platform", "shoplink people")
_SERVED = "stop it first, or use the person's page of the platform"
_EXIT = "Exit status: 0; 1 if nobody has this address; 2 if the database cannot be used."


@click.group()
def people() -> None:
    """Block or restore a person's access to the consoles."""


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
@writes(_SERVED)
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
@writes(_SERVED)
def restore(email: str) -> None:
    """Let the person with the address EMAIL sign in again. They need new invitations to act anywhere."""
    from shoplink.flows.people import membership  # noqa: PLC0415 (only with settings in place)

    _change_access(email, lambda person_id: membership.restore(_OPERATOR, person_id), "can sign in again")


def _change_access(email: str, change: Callable[[str], tuple[Reason, ...]], done: str) -> None:
    from shoplink.store.people.membership import person_by_email  # noqa: PLC0415 (only with settings in place)

    person = person_by_email(email)
    if person is None:
        click.echo(f"nobody has the address {email!r}", err=True)
        sys.exit(1)
    refused = change(person.person_id)
    assert not refused, refused
    click.echo(f"{person.email} {done}")
