"""`shoplink copy`: everything into another database."""

import sys
import tempfile
from pathlib import Path

import click
from django.conf import settings

from shoplink.cli.archive.text import say_contents
from shoplink.cli.database import fail, update_tables, with_database
from shoplink.config.database import database_settings
from shoplink.flows.archive.file import Archive, BackupError


@click.command(
    epilog="""\b
Examples:
  shoplink copy --to postgresql://shoplink@db/shoplink
  SHOPLINK_DATABASE_URL=postgresql://shoplink@db/shoplink shoplink copy --to sqlite:////srv/shoplink/shoplink.sqlite3

\b
Exit status: 0; 1 if it is copied, but `verify` finds differences; 2 if the other database is not empty, or one of them is
unavailable or owned by another process: nothing is stored then.
"""
)
@click.option(
    "--to",
    "url",
    required=True,
    metavar="URL",
    help="The empty database to copy into, of either kind, as in SHOPLINK_DATABASE_URL.",
)
@with_database
def copy(url: str) -> None:
    """Copy everything that the database holds into another one: from SQLite to PostgreSQL, or back.

    Makes the tables there. Everything is copied that `shoplink backup` holds, as of one instant, through a temporary file in
    SHOPLINK_HOME; what the service stores after that is not. So stop it before the copy that counts. Verifies both databases,
    and prints how many rows each table has on both sides.
    """
    from shoplink.cli.archive.check import verified  # noqa: PLC0415 (only with settings in place)
    from shoplink.flows.archive import backup, restore  # noqa: PLC0415 (as above)
    from shoplink.store.database.owner import (  # noqa: PLC0415 (as above)
        acquire_ownership,
        checkpoint_and_close,
        current_owner,
    )
    from shoplink.store.database.switch import use_database  # noqa: PLC0415 (as above)

    try:
        target = database_settings(url, settings.KEEPALIVE_SECONDS)
    except ValueError as error:
        fail(str(error).replace("SHOPLINK_DATABASE_URL", "--to"))
    try:
        with tempfile.TemporaryDirectory(dir=settings.HOME, prefix="copy-") as folder:
            file = Path(folder) / "copy.zip"
            manifest = backup.backup(file, with_secrets=False, overwrite=False)
            if owner := current_owner():
                click.echo(
                    f"WARNING: the database belongs to {owner}; what that stores after position {manifest.position}"
                    " is not copied",
                    err=True,
                )
            sound = verified("the source")
            use_database(target)
            acquire_ownership("shoplink copy")
            update_tables()
            with file.open("rb") as stream:
                restore.restore(Archive(stream, "--to"))
    except BackupError as error:
        fail(str(error))
    except OSError as error:
        fail(f"SHOPLINK_HOME: cannot hold the copy: {error.strerror}")
    counts = restore.held_counts()
    for entry in manifest.tables:
        click.echo(f"{entry.name}\t{entry.rows}\t{counts[entry.name]}")
    click.echo(say_contents(manifest))
    sound = verified("the copy") and sound
    checkpoint_and_close()
    sys.exit(0 if sound else 1)
