"""`shoplink backup`, `restore` and `copy` as an operator meets them: what they print, leave behind, and end with."""

import json
import zipfile
from pathlib import Path

import pytest
from django.db import connection

from shoplink.flows.people.second_factor import SecretKeyCheck, check_secrets, encrypt_secret
from shoplink.store.database.owner import acquire_ownership, exclusive_access, release_ownership, writing
from shoplink.store.database.sql import execute, query
from tests.archive.worlds import every_row
from tests.cli.running import Place
from tests.databases import KINDS, empty, fresh, fresh_demo, use
from tests.server import serving
from tests.trust.client import Client

OTHER_KEY = "Zm9yIHRoZSB0ZXN0cyBvZiBiYWNrdXBzIG9ubHksIDMyIGJ5dGVz"


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """The demo world."""
    return Place(fresh_demo(request.param), tmp_path)


@pytest.fixture(params=KINDS)
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database without tables, on another machine."""
    (tmp_path / "other").mkdir()
    return Place(empty(request.param), tmp_path / "other")


def rows_at(place: Place) -> dict[str, object]:
    """All rows; but for the mark of the secret key, which every command that updates the tables may set."""
    use(place.url)
    found = every_row()
    found["marker"] = [row for row in found["marker"] if row["name"] in {"demo", "clock"}]
    return dict(found)


def test_a_backup_says_what_it_holds_and_is_restored_on_another_machine(place: Place, other: Place) -> None:
    done = place.run("backup", "a.zip")
    file = place.folder / "a.zip"
    assert file.stat().st_mode & 0o777 == 0o600
    before = rows_at(place)
    events = len(before["event"])  # type: ignore[arg-type]
    assert (
        f"events up to position {events}, 9 shops, 40 accounts, 39 links, 21 members, 7 tickets" in done.text
    )
    assert done.text.endswith(f" rows in {len(before)} tables, {file.stat().st_size} bytes\n")
    assert "is not in it: keep that, too" in done.err
    again = place.run("backup", "a.zip", status=2)
    assert again.err == "a.zip: exists already; name another file, or overwrite it with --overwrite\n"
    manifest = place.run("backup", "--overwrite", "--json", "a.zip").lines[0]
    assert manifest["position"] == events
    assert not list(place.folder.glob("*.part"))

    done = other.run("restore", file)
    assert done.text.endswith(f"the restored database: {events} events verified: nothing differs\n")
    assert rows_at(other) == before
    assert "this one has rows: event " in other.run("restore", file, status=2).err
    assert rows_at(other) == before


def test_a_copy_goes_there_and_back_with_every_table_equal(place: Place, other: Place) -> None:
    before = rows_at(place)
    done = place.run("copy", "--to", other.url)
    listed = [line.split("\t") for line in done.text.splitlines() if "\t" in line]
    assert {name: (int(here), int(there)) for name, here, there in listed} == {
        name: (len(rows), len(rows))  # type: ignore[arg-type]
        for name, rows in before.items()
    }
    assert "the source: " in done.text
    assert done.text.endswith("verified: nothing differs\n")
    assert rows_at(other) == before
    back = Place(empty("sqlite"), place.folder)
    other.run("copy", "--to", back.url)
    assert rows_at(back) == before
    assert "this one has rows" in place.run("copy", "--to", other.url, status=2).err
    assert not list((place.folder / "home").glob("copy-*")), "the temporary file is gone"


def test_a_copy_into_what_is_no_database_says_so(place: Place) -> None:
    done = place.run("copy", "--to", "mysql://somewhere", status=2)
    assert done.err == "--to: found a 'mysql' address; allowed: sqlite:///path or postgresql://…\n"
    done = place.run("copy", "--to", "postgresql://127.0.0.1:1/x", status=2)
    assert done.err.startswith("the database cannot be used now: ")


def test_whoever_owns_the_file_does_not_stop_a_backup_and_stops_a_restore(tmp_path: Path) -> None:
    place = Place(fresh_demo("sqlite"), tmp_path)
    use(place.url)
    with exclusive_access("shoplink serve"):
        place.run("backup", "a.zip")
        said = place.run("copy", "--to", empty("sqlite")).err
        assert said.startswith("WARNING: the database belongs to process ")
        assert "is not copied" in said
    target = Place(fresh("sqlite"), tmp_path)
    use(target.url)
    acquire_ownership("shoplink serve")
    assert "stop it first, or choose another database" in target.run("restore", "a.zip", status=2).err
    assert "belongs to process" in place.run("copy", "--to", target.url, status=2).err
    release_ownership()
    assert not any(every_row().values())


def test_a_damaged_file_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path}/new.sqlite3", tmp_path)
    place.file("a.zip", b"PK nothing")
    assert "a.zip: is no backup of shoplink, or is damaged" in place.run("restore", "a.zip", status=2).err
    assert place.run("restore", "b.zip", status=2).err == "b.zip: cannot be read: No such file or directory\n"
    assert not (tmp_path / "new.sqlite3").exists()


def test_differences_that_stood_in_the_backup_are_restored_and_said(place: Place, other: Place) -> None:
    use(place.url)
    with writing():
        execute("UPDATE account SET followers = -1 WHERE account_id = (SELECT min(account_id) FROM account)")
    release_ownership()
    connection.close()
    place.run("backup", "a.zip")
    done = other.run("restore", place.folder / "a.zip", status=1)
    assert "the restored database: account " in done.text
    assert done.text.endswith("events verified: 1 differences\n")
    assert rows_at(other) == rows_at(place)


def test_the_key_comes_with_the_file_only_if_asked_for(
    place: Place, other: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPLINK_SECRET_KEY", OTHER_KEY)
    place.run("backup", "without.zip")
    done = place.run("backup", "--with-secrets", "with.zip")
    assert done.err == ""
    with zipfile.ZipFile(place.folder / "with.zip") as file:
        assert file.read("secret-key").decode() == OTHER_KEY
        fingerprint = json.loads(file.read("manifest.json"))["key_fingerprint"]
    for name in ("with.zip", "without.zip"):
        monkeypatch.setenv("SHOPLINK_SECRET_KEY", OTHER_KEY.swapcase())
        there = Place(empty("sqlite"), other.folder)
        said = there.run("restore", place.folder / name).err
        assert f"is not that of the backup, with the fingerprint {fingerprint}" in said
        assert ("unzip -p" in said) == (name == "with.zip")
    monkeypatch.delenv("SHOPLINK_SECRET_KEY")
    assert other.run("restore", place.folder / "with.zip").err == ""
    kept = other.folder / "home" / "secret-key"
    assert kept.read_text(encoding="utf-8") == OTHER_KEY
    assert kept.stat().st_mode & 0o777 == 0o600


def test_second_factors_open_after_a_restore_with_the_same_key(place: Place, other: Place) -> None:
    use(place.url)
    number = query("SELECT min(number) FROM person")[0][0]
    stored = json.dumps({"secret": encrypt_secret("a secret")})
    with writing():
        execute(
            "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (%s, 'totp', %s, '2026-01-01T00:00:00Z')",
            number,
            stored,
        )
    release_ownership()
    connection.close()
    place.run("backup", "a.zip")
    assert "WARNING" not in other.run("restore", place.folder / "a.zip").err
    use(other.url)
    assert check_secrets(renew=False) == SecretKeyCheck(renewed=0, unreadable=0)
    assert query("SELECT count(*) FROM mfa_authenticator") == [(1,)]


def test_a_restored_database_is_served_and_goes_on(place: Place, other: Place) -> None:
    place.run("backup", "a.zip")
    other.run("restore", place.folder / "a.zip")
    key = other.run("keys", "create", "after", "--scope", "all").text.strip()
    before = rows_at(other)
    last = max(row["position"] or 0 for row in before["event"])  # type: ignore[attr-defined]
    connection.close()
    with serving(other.url, other.folder / "home") as url:
        client = Client(url, key)
        client.prepare([{"command": "put_shop", "shop_id": "next", "market": "GB", "enrolment": "open"}])
        page = client.get(f"/v1/events?after={last}")
        while not page["items"]:
            page = client.get(f"/v1/events?after={last}")
        client.close()
    found = [(event["position"], event["type"]) for event in page["items"]]
    assert found[0][0] == last + 1
    assert "shop.recorded" in {kind for _, kind in found}
    assert "nothing differs" in other.run("verify").text
