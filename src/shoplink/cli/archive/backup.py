"""`shoplink backup`: the whole database as one file."""

from pathlib import Path

import click
import msgspec

from shoplink.cli.archive.text import say_contents
from shoplink.cli.database import fail, with_database
from shoplink.flows.archive.file import BackupError


@click.command(
    epilog="""\b
Examples:
  shoplink backup /backups/shoplink-$(date +%F).zip
  shoplink backup --overwrite --json /backups/shoplink.zip

\b
Exit status: 0; 2 if the database cannot be read, or FILE exists or cannot be written.
"""
)
@click.option(
    "--with-secrets",
    is_flag=True,
    help="Put SHOPLINK_SECRET_KEY into the file. Without it, keep the key elsewhere: second factors cannot be restored without it.",
)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the manifest of the file.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@with_database
def backup(file: Path, *, with_secrets: bool, overwrite: bool, as_json: bool) -> None:
    """Write everything that the database holds to FILE, while the service goes on.

    FILE is one consistent snapshot, readable only by you, and the same on SQLite and PostgreSQL: `shoplink restore` restores it
    into either. It gets its name when it is complete and has been read back; until then it is FILE.part. Sessions are not in
    it, nor are files of orders (SHOPLINK_ORDERS_FOLDER).
    """
    from shoplink.flows.archive import backup as flow  # noqa: PLC0415 (only with settings in place)

    try:
        manifest = flow.backup(file, with_secrets=with_secrets, overwrite=overwrite)
    except BackupError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file}: cannot be written: {error.strerror}")
    if as_json:
        click.echo(msgspec.json.encode(manifest))
        return
    click.echo(say_contents(manifest, file.stat().st_size))
    if not with_secrets:
        click.echo(
            f"the secret key with the fingerprint {manifest.key_fingerprint} is not in it: keep that, too",
            err=True,
        )
