"""What was backed up comes back: every row of every table, on either kind of database, and what comes next goes on."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from django.db import connection

from shoplink.flows.archive.backup import backup
from shoplink.flows.archive.file import Archive, BackupError, Manifest
from shoplink.flows.archive.restore import require_restorable, restore
from shoplink.flows.tick import tick
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from shoplink.store.database.owner import release_ownership, writing
from shoplink.store.database.sql import execute, query
from shoplink.store.write.feed import read_feed
from tests.archive.worlds import every_row, fill_empty_tables
from tests.databases import KINDS, fresh, use
from tests.store.commands import execute_accepted, put_shop


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest) -> str:
    """A database with tables and without rows, not in use. Tests ask for it first: making one uses it."""
    return fresh(request.param)


@pytest.fixture
def made(demo_world: str, tmp_path: Path) -> Iterator[Path]:
    """A backup of the demo world, which stays in use."""
    file = tmp_path / "demo.zip"
    backup(file, with_secrets=False, overwrite=False)
    yield file
    use(demo_world)


def take_in(file: Path) -> None:
    """Restore a file into the database in use."""
    with file.open("rb") as stream:
        archive = Archive(stream, file.name)
        require_restorable(archive)
        restore(archive)
    release_ownership()


def test_every_row_of_every_table_comes_back(target: str, demo_world: str, tmp_path: Path) -> None:
    fill_empty_tables()
    before = every_row()
    assert all(before.values()), "a table without rows proves nothing"
    manifest = backup(tmp_path / "a.zip", with_secrets=False, overwrite=False)
    assert {entry.name: entry.rows for entry in manifest.tables} == {
        name: len(rows) for name, rows in before.items()
    }
    assert manifest.position == query("SELECT max(position) FROM event")[0][0]
    use(target)
    take_in(tmp_path / "a.zip")
    assert every_row() == before
    # And back: what the other kind of database gives is the same file, but for when it was made and from what.
    again = backup(tmp_path / "b.zip", with_secrets=False, overwrite=False)
    assert again.tables == manifest.tables
    use(demo_world)


def test_what_was_restored_verifies_and_goes_on_where_it_stood(target: str, made: Path) -> None:
    position = query("SELECT max(position) FROM event")[0][0]
    number = query("SELECT max(number) FROM event")[0][0]
    message = query("SELECT max(number) FROM message")[0][0]
    use(target)
    take_in(made)
    assert list(verify(counts := VerifyCounts())) == []
    assert counts.events == position
    execute_accepted(put_shop("next"))
    tick()
    assert query("SELECT number, position FROM event WHERE shop_id = 'next'") == [(number + 1, position + 1)]
    assert [at for at, _ in read_feed(position, 10)] == [position + 1]
    assert query("SELECT count(*) FROM message WHERE number > %s", message) == [(0,)], "nobody is told twice"
    assert list(verify(VerifyCounts())) == []


def test_a_number_that_was_given_once_is_not_given_again(
    target: str, demo_world: str, tmp_path: Path
) -> None:
    with writing():
        execute("DELETE FROM message")
        execute("DELETE FROM refusal")
    last = dict(_last_numbers(backup(tmp_path / "a.zip", with_secrets=False, overwrite=False)))
    assert last["message"] > 0
    assert last["mfa_authenticator"] == 0
    use(target)
    take_in(tmp_path / "a.zip")
    again = dict(_last_numbers(backup(tmp_path / "b.zip", with_secrets=False, overwrite=False)))
    assert again == last
    use(demo_world)


def _last_numbers(manifest: Manifest) -> Iterator[tuple[str, int]]:
    return ((each.name, each.last_number) for each in manifest.tables if each.last_number is not None)


def test_what_a_service_makes_by_running_is_no_obstacle(target: str, made: Path) -> None:
    expected = every_row()
    use(target)
    tick()
    assert query("SELECT name FROM marker") == [("clock",)]
    take_in(made)
    assert every_row() == expected


def test_a_database_with_rows_is_refused_by_their_names_and_stays(target: str, made: Path) -> None:
    use(target)
    execute_accepted(put_shop("mine"))
    before = every_row()
    with pytest.raises(BackupError, match=r"this one has rows: event 1, shop 1, search_term 1$"):
        take_in(made)
    assert every_row() == before


def test_a_name_that_is_taken_is_kept_unless_it_may_be_overwritten(made: Path) -> None:
    content = made.read_bytes()
    with pytest.raises(BackupError, match="exists already"):
        backup(made, with_secrets=False, overwrite=False)
    assert made.read_bytes() == content
    backup(made, with_secrets=False, overwrite=True)
    assert made.read_bytes() != content, "it says when it was made"
    assert made.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in made.parent.glob("*.part")] == []


def test_no_byte_can_be_changed_or_lost_unnoticed(made: Path, tmp_path: Path) -> None:
    content, damaged = made.read_bytes(), tmp_path / "damaged.zip"
    with made.open("rb") as stream:
        manifest = Archive(stream, made.name).manifest
    directory = content.index(
        b"PK\x01\x02"
    )  # what says where the files are: a wrong place, an encrypted file
    changes = [(place, 0x10) for place in range(0, len(content), len(content) // 150)]
    for place in (*range(directory, directory + 120), *range(len(content) - 22, len(content))):
        changes += [(place, 1 << bit) for bit in range(8)]
    refused = 0
    for place, bit in changes:
        damaged.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        try:
            found = checked(damaged)
        except BackupError as error:
            refused += "damaged.zip: is" in str(error) and "damaged" in str(error).removeprefix("damaged.zip")
        else:
            assert found == manifest, "the byte says nothing of the content, such as a time of day"
    assert refused > 120
    for length in (0, 1, 100, len(content) // 2, len(content) - 1):
        damaged.write_bytes(content[:length])
        with pytest.raises(BackupError, match="is no backup of shoplink, or is damaged"):
            checked(damaged)


def checked(file: Path) -> Manifest:
    """The manifest of a file, all of which was read."""
    with file.open("rb") as stream:
        archive = Archive(stream, file.name)
        require_restorable(archive)
        return archive.manifest


def test_a_file_whose_rows_are_not_those_of_its_manifest_leaves_nothing(
    target: str, made: Path, tmp_path: Path
) -> None:
    """Its checksums are right, so somebody has written it; the digest in the manifest tells."""
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(forged, "w") as copy:
        for name in source.namelist():
            text = source.read(name)
            copy.writestr(
                name,
                text.replace(b"link.imported", b"link.invited") if name == "tables/tally.ndjson" else text,
            )
    use(target)
    with forged.open("rb") as stream, pytest.raises(BackupError, match="table tally is not what was written"):
        restore(Archive(stream, "forged.zip"))
    assert not any(every_row().values()), "the transaction has left nothing"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": 2, "shoplink": "9.0"}, "format: found 2, of shoplink 9.0; allowed: up to 1"),
        ({"more": "store.0999_later"}, "tables this version does not know .migration store.0999_later"),
        ({"fewer": True}, "before migration store.0024_recorded_steps"),
    ],
    ids=["format", "later", "earlier"],
)
def test_a_file_of_another_version_says_which(
    made: Path, tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(other, "w") as copy:
        for name in source.namelist():
            text = source.read(name)
            if name == "manifest.json":
                manifest = msgspec.json.decode(text)
                migrations = manifest["migrations"]
                if more := change.get("more"):
                    migrations.append(more)
                if change.get("fewer"):
                    migrations.remove("store.0024_recorded_steps")
                text = msgspec.json.encode({**manifest, **change, "migrations": migrations})
            copy.writestr(name, text)
    with other.open("rb") as stream, pytest.raises(BackupError, match=problem):
        require_restorable(Archive(stream, "other.zip"))


def test_a_backup_changes_nothing(demo_world: str, tmp_path: Path) -> None:
    before = every_row()
    backup(tmp_path / "a.zip", with_secrets=True, overwrite=False)
    assert every_row() == before
    assert connection.connection is None
    use(demo_world)
