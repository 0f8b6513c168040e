"""`shoplink verify` as a user runs it: what it prints, its exit status, and that it only reads."""

from pathlib import Path

import pytest

from shoplink.store.database.sql import execute
from tests.cli.running import Place
from tests.databases import fresh, use
from tests.server import serving

SHOPS = "shop_id,market,enrolment\nS,GB,open\nT,GB,open\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    place = Place(fresh(request.param), tmp_path)
    place.file("shops.csv", SHOPS)
    place.run("apply", "shops.csv")
    return place


def test_what_agrees_is_status_0(place: Place) -> None:
    done = place.run("verify")
    assert (
        done.text
        == "2 events, 2 shops, 0 accounts, 0 links, 0 waivers, 0 activations, 0 members, 0 tickets: nothing differs\n"
    )


def test_what_differs_is_named_and_is_status_1(place: Place) -> None:
    use(place.url)
    execute("UPDATE shop SET enrolment = 'invited' WHERE shop_id = 'T'")
    execute("DELETE FROM event WHERE shop_id = 'S'")
    assert place.run("verify", status=1).text.splitlines() == [
        "feed 1: no event has this position",
        "shop S: there is this row, but the log never recorded it",
        "shop T: enrolment: the log says 'open', the row 'invited'",
        "1 events, 2 shops, 0 accounts, 0 links, 0 waivers, 0 activations, 0 members, 0 tickets: 3 differences",
    ]
    lines = place.run("verify", "--json", status=1).lines
    assert lines[2] == {
        "of": "shop",
        "id": "T",
        "problem": "the log says 'open', the row 'invited'",
        "column": "enrolment",
        "expected": "open",
        "found": "invited",
    }
    assert lines[-1]["summary"]["differences"] == 3


def test_a_database_that_cannot_be_read_is_status_2_and_none_is_made(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path}/none.sqlite3", tmp_path)
    for command in (("verify",), ("export", "-")):
        assert "none.sqlite3 is not there; `shoplink migrate` makes it" in place.run(*command, status=2).err
    assert not (tmp_path / "none.sqlite3").exists()
    (tmp_path / "none.sqlite3").write_bytes(b"")
    assert "no such table" in place.run("verify", status=2).err


def test_it_reads_beside_a_running_service(place: Place, tmp_path: Path) -> None:
    with serving(place.url, tmp_path / "home"):
        assert "nothing differs" in place.run("verify").text
        assert place.run("export", "-").out.count(b"\n") == 2
