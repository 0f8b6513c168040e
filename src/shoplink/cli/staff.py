"""`shoplink staff`: the members of the platform and of support. Only this command can invite the first one."""

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

import click
import msgspec
from django.conf import settings

from shoplink.cli.database import records, with_database
from shoplink.core.facts import Actor
from shoplink.core.instant import format_instant
from shoplink.core.parse import MalformedError
from shoplink.core.people.facts import Place
from shoplink.core.reasons import Reason
from shoplink.wording import language_for, say_reason

_SERVED = "stop it first, or use the staff page of the platform"
_STATUSES = "Exit status: 0; 1 if nothing was done; 2 if the database cannot be used."
_PLACES: dict[str, Place] = {"platform": "platform", "support": "support"}
_OPERATOR = Actor("platform", "shoplink staff")


@click.group()
def staff() -> None:
    """Invite, list and remove members of the platform and of support."""


_place = click.option(
    "--place",
    type=click.Choice([*_PLACES]),
    default="platform",
    show_default=True,
    help="The group of staff.",
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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@records(_SERVED)
def add(email: str, place: str, *, as_json: bool) -> None:
    """Invite EMAIL and print the invitation link. It cannot be printed again: only its digest is stored.

    Send the link to that person. It works once, within seven days, and only for this address.
    """
    from shoplink.flows.people import membership  # noqa: PLC0415 (only with settings in place)

    try:
        invitation = membership.invite(_OPERATOR, _PLACES[place], "", email)
    except MalformedError:
        _refuse(f"{email!r} is not an e-mail address")
    if not isinstance(invitation, membership.Invitation):
        _refuse(f"{email!r}: {_say(invitation)}")
    link = f"{settings.PUBLIC_URL}/join/{invitation.secret}/"
    if as_json:
        click.echo(msgspec.json.encode({"link": link, "expires_at": format_instant(invitation.expires_at)}))
        return
    click.echo(link)
    click.echo(f"{invitation.email} can use it once, until {format_instant(invitation.expires_at)}", err=True)


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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on each line.")
@with_database
def list_staff(*, as_json: bool) -> None:
    """List members and open invitations: group, address, name, and the date of joining or expiry."""
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
@records("stop it first, or use the staff page of the platform")
def remove(email: str, place: str) -> None:
    """Remove the person with the address EMAIL, with effect from their next request.

    This also works for the last member, whom the pages protect.
    """
    from shoplink.flows.people import membership  # noqa: PLC0415 (only with settings in place)

    member = next((one for one in membership.members(_PLACES[place], "") if one.email == email.lower()), None)
    if member is None:
        _refuse(f"{email!r} is not a member")
    if refused := membership.remove(_OPERATOR, member.person_id, _PLACES[place], ""):
        _refuse(f"{email!r}: {_say(refused)}")
    click.echo(f"{email} is no longer a member of {place}")


def _line(as_json: bool, **fields: object) -> None:  # noqa: FBT001 (the format of the line)
    texts = {
        name: format_instant(value) if isinstance(value, datetime) else value
        for name, value in fields.items()
    }
    click.echo(
        msgspec.json.encode(texts) if as_json else "\t".join(str(value or "-") for value in texts.values())
    )


def _say(reasons: Iterable[Reason]) -> str:
    """Every reason with its remedy, in English."""
    return " ".join(text for reason in reasons for text in say_reason(reason, language_for("en")))


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
