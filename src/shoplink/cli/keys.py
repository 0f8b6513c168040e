"""`shoplink keys`: the keys that the platform's programs call the API with."""

import sys

import click
import msgspec

from shoplink.cli.database import with_database, writes
from shoplink.core.instant import format_instant
from shoplink.flows import clock
from shoplink.store.people import keys as store
from shoplink.store.people.keys import every_key

_SERVED = "stop it first to make or revoke keys, or serve from PostgreSQL"
_STATUSES = "Exit status: 0; 2 if the database cannot be used."


@click.group()
def keys() -> None:
    """Make, list and revoke the keys that programs call the API with."""


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
    help="What it may do: read, or act for shop, creator, support, platform; or all. May be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@writes(_SERVED)
def create(name: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Make a key called NAME and show it, this once: only its digest is kept.

    The key alone goes to standard output, its id to standard error.
    """
    if not 1 <= len(name) <= 200 or "\0" in name:  # noqa: PLR2004 (the limit of every text)
        raise click.BadParameter("allowed: 1 to 200 characters", param_hint="NAME")
    wanted = set(store.SCOPES) if "all" in scopes else set(scopes)
    if unknown := sorted(wanted - set(store.SCOPES)):
        raise click.BadParameter(
            f"found {unknown[0]!r}; allowed: {', '.join(store.SCOPES)}, all", param_hint="--scope"
        )
    key_id, secret = store.create(name, wanted, clock.now())
    if as_json:
        click.echo(msgspec.json.encode({"key_id": key_id, "key": secret, "scopes": sorted(wanted)}))
        return
    click.echo(secret)
    click.echo(f"{key_id}: {name}, {', '.join(sorted(wanted))}. It is shown only now.", err=True)


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
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@with_database
def list_keys(*, as_json: bool) -> None:
    """List every key, the oldest first, revoked ones included: id, name, scopes, and when it was used."""
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
Exit status: 0; 1 if no key in force has this id; 2 if the database cannot be used.
"""
)
@click.argument("key_id", metavar="KEY_ID")
@writes(_SERVED)
def revoke(key_id: str) -> None:
    """Let the key with this id open nothing any more, from now on."""
    if not store.revoke(key_id, clock.now()):
        click.echo(f"no key in force has the id {key_id!r}; `shoplink keys list` names them", err=True)
        sys.exit(1)
    click.echo(f"{key_id} is revoked")
