"""Make a backup: all tables of one snapshot in one file, while others read and write the database."""

from importlib.metadata import version
from pathlib import Path
from typing import IO

from django.conf import settings

from shoplink.core.instant import format_instant
from shoplink.flows import clock
from shoplink.flows.archive.file import (
    FORMAT,
    Archive,
    ArchiveWriter,
    BackupError,
    Manifest,
    TableEntry,
    fingerprint,
    written_whole,
)
from shoplink.store.archive import rows
from shoplink.store.archive.schema import applied_migrations, known_migrations
from shoplink.store.archive.tables import held_tables
from shoplink.store.database.health import database_version
from shoplink.store.read.link import snapshot
from shoplink.store.write.log import require_database


def backup(path: Path, *, with_secrets: bool, overwrite: bool) -> Manifest:
    """Write a backup of the database, and read it back; returns what it holds.

    The file has its name only when it is whole. Raises BackupError, and OSError if it cannot be written.
    """
    require_database()
    with written_whole(path, overwrite=overwrite) as file:
        manifest = _write(file, with_secrets=with_secrets)
        archive = Archive(file, str(path))
        assert archive.manifest == manifest, "what was written is read"
        archive.check()
    return manifest


def _write(file: IO[bytes], *, with_secrets: bool) -> Manifest:
    with ArchiveWriter(file) as writer, snapshot():
        made_at = clock.now()
        migrations = applied_migrations()
        if migrations != known_migrations():
            raise BackupError(
                "the tables are those of another version: run `shoplink migrate` first, or use that version"
            )
        entries = []
        for table in held_tables():
            count, digest = writer.add_table(table.name, rows.read_lines(table))
            entries.append(TableEntry(table.name, table.columns, count, digest, rows.last_number(table)))
        manifest = Manifest(
            format=FORMAT,
            shoplink=version("shoplink"),
            database=database_version(),
            made_at=format_instant(made_at),
            position=rows.newest_position(),
            unnumbered=rows.unnumbered_events(),
            migrations=tuple(migrations),
            key_fingerprint=fingerprint(settings.SECRET_KEY),
            with_secrets=with_secrets,
            tables=tuple(entries),
        )
        writer.add_manifest(manifest)
    return manifest
