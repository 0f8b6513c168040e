"""`shoplink keys`: the API keys of programs."""

import sys

import click
import msgspec

from shoplink.cli.database import records, with_database
from shoplink.core.facts import Actor
from shoplink.core.instant import format_instant
from shoplink.core.values import WrongValueError, read_line
from shoplink.store.people import keys as store
from shoplink.store.people.keys import every_key

_SERVED = "stop it first, use the API keys page of the platform, or serve from PostgreSQL"
_OPERATOR = Actor("platform", "shoplink keys")
_STATUSES = "Exit status: 0; 2 if the database cannot be used."


@click.group()
def keys() -> None:
    """Create, list and revoke the API keys of programs."""


@keys.command(
    epilog=f"""\b
Examples:
  shoplink keys create checkout --scope all
  KEY=$(shoplink keys create reports --scope read)

\b
{_STATUSES}
"""
)
@click.argument("name", metavar="NAME")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    metavar="SCOPE",
    help="A scope: read, personal, or an actor (shop, creator, support, platform), or all; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@records(_SERVED)
def create(name: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Create a key called NAME and print it. It cannot be printed again: only its digest is stored.

    The key is printed to standard output, its id to standard error.
    """
    try:
        name = read_line(name)
    except WrongValueError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from None
    chosen = set(store.SCOPES) if "all" in scopes else set(scopes)
    if unknown := sorted(chosen - set(store.SCOPES)):
        raise click.BadParameter(
            f"found {unknown[0]!r}; allowed: {', '.join(store.SCOPES)}, all", param_hint="--scope"
        )
    from shoplink.flows.people.keys import create_key  # noqa: PLC0415 (only with settings in place)

    key_id, secret = create_key(_OPERATOR, name, chosen)
    if as_json:
        click.echo(msgspec.json.encode({"key_id": key_id, "key": secret, "scopes": sorted(chosen)}))
        return
    click.echo(secret)
    click.echo(f"{key_id}: {name}, {', '.join(sorted(chosen))}. It is not shown again.", err=True)


@keys.command(
    "list",
    epilog=f"""\b
Examples:
  shoplink keys list
  shoplink keys list --json | jq -r .key_id

\b
{_STATUSES}
""",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on each line.")
@with_database
def list_keys(*, as_json: bool) -> None:
    """List every key, oldest first, including revoked ones: id, name, scopes, and last use."""
    for key in every_key():
        if as_json:
            instants = {
                field: format_instant(at) if (at := getattr(key, field)) else None
                for field in ("created_at", "last_used_at", "revoked_at")
            }
            click.echo(msgspec.json.encode({**msgspec.to_builtins(key), **instants}))
            continue
        if key.revoked_at is not None:
            state = f"revoked {format_instant(key.revoked_at)}"
        elif key.last_used_at is not None:
            state = f"last used {format_instant(key.last_used_at)}"
        else:
            state = "never used"
        click.echo(f"{key.key_id}\t{key.name}\t{','.join(key.scopes)}\t{state}")


@keys.command(
    epilog="""\b
Example:
  shoplink keys revoke key_0123456789ab

\b
Exit status: 0; 1 if no active key has this id; 2 if the database cannot be used.
"""
)
@click.argument("key_id", metavar="KEY_ID")
@records(_SERVED)
def revoke(key_id: str) -> None:
    """Revoke the key with this id, with immediate effect."""
    from shoplink.flows.people.keys import revoke_key  # noqa: PLC0415 (only with settings in place)

    if not revoke_key(_OPERATOR, key_id):
        click.echo(f"no active key has the id {key_id!r}; `shoplink keys list` lists them", err=True)
        sys.exit(1)
    click.echo(f"{key_id} is revoked")
