"""`shoplink staff`: who works here. The first of them can only be let in from this machine."""

import sys
from datetime import datetime
from typing import NoReturn

import click
import msgspec
from django.conf import settings

from shoplink.cli.database import with_database, writes
from shoplink.core.facts import Actor
from shoplink.core.instant import format_instant
from shoplink.core.side_events import Place

_SERVED = "stop it first, or add people on its members pages"
_STATUSES = "Exit status: 0; 1 if nothing was done, and why; 2 if the database cannot be used."
_PLACES: dict[str, Place] = {"platform": "platform", "support": "support"}
_OPERATOR = Actor("platform", "shoplink staff")
_WHY = {
    "not_an_address": "is no e-mail address",
    "already_a_member": "works there already",
    "too_many_open": "cannot be invited: too many invitations are open",
    "not_a_member": "does not work there",
}


@click.group()
def staff() -> None:
    """Add, list and remove the people of the platform and of support."""


_place = click.option(
    "--place",
    type=click.Choice([*_PLACES]),
    default="platform",
    show_default=True,
    help="Where they work.",
)


@staff.command(
    epilog=f"""\b
Examples:
  shoplink staff add mei@example.com
  shoplink staff add wei@example.com --place support

\b
{_STATUSES}
"""
)
@click.argument("email", metavar="EMAIL")
@_place
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@writes(_SERVED)
def add(email: str, place: str, *, as_json: bool) -> None:
    """Invite EMAIL and print the link that lets them in, this once: only its digest is kept.

    Give the link to that person: it works for seven days, once, and only for this address.
    """
    from shoplink.flows.people import membership  # noqa: PLC0415 (only with settings in place)

    made = membership.invite(_OPERATOR, _PLACES[place], "", email)
    if not isinstance(made, membership.Invitation):
        _end(f"{email!r} {_WHY[made]}")
    link = f"{settings.PUBLIC_URL}/join/{made.secret}/"
    if as_json:
        click.echo(msgspec.json.encode({"link": link, "expires_at": format_instant(made.expires_at)}))
        return
    click.echo(link)
    click.echo(f"it lets {made.email} in, once, until {format_instant(made.expires_at)}", err=True)


@staff.command(
    "list",
    epilog="""\b
Examples:
  shoplink staff list
  shoplink staff list --json | jq -r .email

\b
Exit status: 0; 2 if the database cannot be used.
""",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@with_database
def list_staff(*, as_json: bool) -> None:
    """List who works where and who is invited: place, address, name, and since when."""
    from shoplink.flows.people import membership  # noqa: PLC0415 (only with settings in place)

    for place in _PLACES.values():
        for member in membership.members(place, ""):
            _line(as_json, place=place, email=member.email, name=member.name, since=member.joined_at)
        for each in membership.open_invitations(place, ""):
            _line(as_json, place=place, email=each.email, name=None, invited_until=each.expires_at)


@staff.command(
    epilog=f"""\b
Example:
  shoplink staff remove mei@example.com

\b
{_STATUSES}
"""
)
@click.argument("email", metavar="EMAIL")
@_place
@writes("stop it first, or remove people on its members pages")
def remove(email: str, place: str) -> None:
    """Let the person with the address EMAIL work there no more, from their next request on.

    Also the last one, whom the pages let nobody remove.
    """
    from shoplink.flows.people import membership  # noqa: PLC0415 (only with settings in place)

    found = next((one for one in membership.members(_PLACES[place], "") if one.email == email.lower()), None)
    refused = membership.remove(_OPERATOR, found.person_id, _PLACES[place], "") if found else "not_a_member"
    if refused:
        _end(f"{email!r} {_WHY[refused]}")
    click.echo(f"{email} does not work at {place} any more")


def _line(as_json: bool, **fields: object) -> None:  # noqa: FBT001 (how it is written)
    written = {
        name: format_instant(value) if isinstance(value, datetime) else value
        for name, value in fields.items()
    }
    click.echo(
        msgspec.json.encode(written)
        if as_json
        else "\t".join(str(value or "-") for value in written.values())
    )


def _end(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
