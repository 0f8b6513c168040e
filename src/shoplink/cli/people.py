"""`shoplink people`: who may come in at all, wherever they act."""

import sys
from collections.abc import Callable

import click

from shoplink.cli.database import writes
from shoplink.core.facts import Actor

_OPERATOR = Actor("platform", "shoplink people")
_SERVED = "stop it first, or do it on the person's page at the platform"
_EXIT = "Exit status: 0; 1 if nobody has this address; 2 if the database cannot be used."


@click.group()
def people() -> None:
    """Shut somebody out of the consoles, or let them in again."""


@people.command(
    "shut-out",
    epilog=f"""\b
Example:
  shoplink people shut-out mei@example.com

\b
{_EXIT}
""",
)
@click.argument("email", metavar="EMAIL")
@writes(_SERVED)
def shut_out(email: str) -> None:
    """Sign the person with the address EMAIL out everywhere, remove them from every place, and let them in no more.

    Each place they leave is an event. Also the last of the platform's staff, whom the pages shut nobody out of.
    """
    from shoplink.flows.people import block_access as flow  # noqa: PLC0415 (only with settings in place)

    _do(email, lambda person_id: flow.shut_out(_OPERATOR, person_id), "is shut out")


@people.command(
    "let-in",
    epilog=f"""\b
Example:
  shoplink people let-in mei@example.com

\b
{_EXIT}
""",
)
@click.argument("email", metavar="EMAIL")
@writes(_SERVED)
def let_in(email: str) -> None:
    """Let the person with the address EMAIL sign in again; where they act is for new invitations."""
    from shoplink.flows.people import block_access as flow  # noqa: PLC0415 (only with settings in place)

    _do(email, lambda person_id: flow.let_in(_OPERATOR, person_id), "can sign in again")


def _do(email: str, change: Callable[[str], str | None], done: str) -> None:
    from shoplink.store.people.membership import person_with  # noqa: PLC0415 (only with settings in place)

    found = person_with(email)
    if found is None:
        click.echo(f"nobody has the address {email!r}", err=True)
        sys.exit(1)
    refused = change(found.person_id)
    assert refused is None, refused
    click.echo(f"{found.email} {done}")
