"""Restore a backup into an empty database of either kind: everything, or nothing."""

import hashlib

from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError

from shoplink.flows.archive.file import Archive, BackupError, TableEntry, fingerprint
from shoplink.store.archive import rows
from shoplink.store.archive.schema import known_migrations
from shoplink.store.archive.tables import MADE_BY_THE_SERVICE, Table, held_tables
from shoplink.store.database.owner import writing
from shoplink.store.database.trouble import code_of


def require_restorable(archive: Archive) -> None:
    """Read all of the backup; raises BackupError if it is damaged, or of tables that this version does not have."""
    manifest, known = archive.manifest, set(known_migrations())
    if unknown := sorted(set(manifest.migrations) - known):
        raise BackupError(
            f"{archive.name}: is of shoplink {manifest.shoplink}, whose tables this version does not know"
            f" (migration {unknown[0]}). Restore it with that version"
        )
    if missing := sorted(known - set(manifest.migrations)):
        raise BackupError(
            f"{archive.name}: is of shoplink {manifest.shoplink}, before migration {missing[0]}."
            " Restore it with that version, then update that database with this one"
        )
    archive.check()


def restore(archive: Archive) -> None:
    """Store everything that the backup holds, in one transaction, and read it back before it is committed.

    Expects tables as this version has them. Raises BackupError if they are not empty: nothing is changed then.
    """
    tables = {table.name: table for table in held_tables()}
    try:
        _restore(archive, tables)
    except IntegrityError as error:  # a row that refers to no other, which is noticed at the end
        raise BackupError(f"{archive.name}: cannot be stored here: {code_of(error)}") from error
    rows.renew_statistics()


def _restore(archive: Archive, tables: dict[str, Table]) -> None:
    with writing():
        rows.exclude_writers(tables.values())
        _require_empty(archive, list(tables.values()))
        rows.empty_tables(tables[name] for name in MADE_BY_THE_SERVICE)
        for entry in archive.manifest.tables:
            _restore_table(archive, entry, tables[entry.name])


def held_counts() -> dict[str, int]:
    """How many rows the database has in each table that a backup holds."""
    return {table.name: rows.count_rows(table) for table in held_tables()}


def key_is_the_same(archive: Archive) -> bool:
    """Whether the secret key of the backup is in use here, as the present key or a fallback."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return archive.manifest.key_fingerprint in map(fingerprint, keys)


def _require_empty(archive: Archive, tables: list[Table]) -> None:
    counts = {table.name: rows.count_rows(table) for table in tables if table.name not in MADE_BY_THE_SERVICE}
    if found := ", ".join(f"{name} {count:,}" for name, count in counts.items() if count):
        raise BackupError(
            f"{archive.name}: is restored into an empty database only; this one has rows: {found}"
        )


def _restore_table(archive: Archive, entry: TableEntry, table: Table) -> None:
    try:
        for page in archive.rows(entry, rows.PAGE_ROWS):
            rows.store_rows(table, page)
    except (DataError, IntegrityError, UnicodeError) as error:
        code = code_of(error) if isinstance(error, DatabaseError) else type(error).__name__
        raise BackupError(f"{archive.name}: table {entry.name} cannot be stored here: {code}") from error
    if entry.last_number is not None:
        rows.continue_after(table, entry.last_number)
    digest = hashlib.sha256()
    for _, lines in rows.read_lines(table):
        digest.update(lines)
    if digest.hexdigest() != entry.sha256:
        raise BackupError(f"{archive.name}: table {entry.name} reads otherwise here than it was written")
