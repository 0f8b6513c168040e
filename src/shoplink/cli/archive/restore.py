"""`shoplink restore`: a database from a backup."""

import os
import sys
from pathlib import Path

import click

from shoplink.cli.archive.text import say_contents
from shoplink.cli.database import fail, store_secret, update_tables, writes
from shoplink.flows.archive.file import Archive, BackupError


@click.command(
    epilog="""\b
Examples:
  shoplink restore /backups/shoplink-2026-11-30.zip
  SHOPLINK_DATABASE_URL=postgresql://shoplink@db/shoplink shoplink restore /backups/shoplink-2026-11-30.zip

\b
Exit status: 0; 1 if it is restored, but `verify` finds differences, as it did before the backup; 2 if FILE is damaged or of
another version, or the database is not empty, unavailable or owned by another process: nothing is stored then.
"""
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Restore a backup into an empty database of either kind, and verify it.

    Makes the tables. FILE is read to its end before anything is stored, and all of it is stored in one transaction: a restore that
    is interrupted leaves the database empty. If the secret key is in FILE and none is set here, it becomes that of SHOPLINK_HOME.
    """
    try:
        with file.open("rb") as stream:
            archive = Archive(stream, str(file))
            if not os.environ.get("SHOPLINK_SECRET_KEY") and (key := archive.secret_key()):
                store_secret(key)
            _restore(archive)
    except BackupError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file}: cannot be read: {error.strerror}")


@writes("stop it first, or choose another database with SHOPLINK_DATABASE_URL")
def _restore(archive: Archive) -> None:
    from shoplink.cli.archive.check import verified  # noqa: PLC0415 (only with settings in place)
    from shoplink.flows.archive import restore as flow  # noqa: PLC0415 (as above)
    from shoplink.store.database.owner import checkpoint_and_close  # noqa: PLC0415 (as above)

    flow.require_restorable(archive)
    update_tables()
    flow.restore(archive)
    click.echo(say_contents(archive.manifest))
    sound = verified("the restored database")
    checkpoint_and_close()
    if not flow.key_is_the_same(archive):
        click.echo(_other_key(archive), err=True)
    sys.exit(0 if sound else 1)


def _other_key(archive: Archive) -> str:
    where = (
        f"it is in the file: `unzip -p {archive.name} secret-key`"
        if archive.manifest.with_secrets
        else "it is not in the file"
    )
    return (
        f"WARNING: the secret key in use here is not that of the backup, with the fingerprint {archive.manifest.key_fingerprint}"
        f" ({where}).\nThe secrets of second factors and webhooks that are stored cannot be opened: set SHOPLINK_SECRET_KEY to that key, or reset"
        " them with `shoplink people reset-second-factor EMAIL`"
    )
