"""`shoplink mirror` as a user runs it: what it prints, and its exit status."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shoplink.core.instant import format_instant
from tests.cli.running import Place
from tests.databases import fresh

NOW = datetime.now(UTC).replace(microsecond=0)
FIRST, SECOND = (format_instant(NOW - timedelta(days=days)) for days in (2, 1))
LIST = "handle\trole\tsince\nann\tmarketing\t2025-03-01\nben\tmarketing\t2025-03-02\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(fresh("sqlite"), tmp_path)
    shop = '{"command": "put_shop", "shop_id": "S", "market": "GB", "enrolment": "invited", "decided": "elsewhere"}\n'
    accounts = "".join(
        f'{{"command": "put_account", "account_id": "{name[0]}", "region": "GB", "handle": "{name}"}}\n'
        for name in ("ann", "ben")
    )
    place.file("world.ndjson", shop + accounts)
    place.run("apply", "world.ndjson")
    return place


def test_a_list_is_compared_and_taken_over(place: Place) -> None:
    """Status 0 where nothing is left, 3 with questions; without --take-over nothing is stored."""
    place.file("list.txt", LIST)
    asked = ("mirror", "list.txt", "--as-of", FIRST, "--shop", "S")
    assert place.run(*asked).err.strip() == (
        "1 shops: 2 certain, 0 with a likeliest answer, 0 left (nothing was stored)"
    )
    assert len(place.run(*asked, "--accept-certain").text.splitlines()) == 2
    assert place.run(*asked).text == ""
    place.file("list.txt", LIST.replace("ben\tmarketing\t2025-03-02\n", ""))
    again = ("mirror", "list.txt", "--as-of", SECOND, "--shop", "S")
    left = place.run(*again, "--accept-certain", status=3)
    assert left.text.startswith(
        "left: S b: No longer in the list: marketing account, linked, since Sun 2 Mar 2025"
    )
    [told] = place.run(*again, "--take-over", "--json").lines
    assert (told["taken"][0]["command"]["how"], told["left"], told["stored"]) == ("unlinked", [], True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as-of", "yesterday"), "--as-of: found 'yesterday'"),
        (("--as-of", FIRST), "line 2: column shop_id: missing; allowed: a shop in every line"),
        (("--as-of", FIRST, "--empty-is-right"), "--empty-is-right: allowed with --shop only"),
        (("--as-of", FIRST, "--shop", "T"), "list.txt: Shop T is not recorded: record it first."),
        (("--as-of", FIRST, "--shop", "a b"), "--shop: found"),
    ],
)
def test_what_cannot_be_compared_says_why(place: Place, arguments: tuple[str, ...], said: str) -> None:
    place.file("list.txt", LIST)
    assert said in place.run("mirror", "list.txt", *arguments, status=2).err


def test_an_empty_list_needs_saying_twice(place: Place) -> None:
    place.file("list.txt", LIST.splitlines()[0] + "\n")
    asked = ("mirror", "list.txt", "--as-of", FIRST, "--shop", "S", "--take-over")
    assert "the list is empty" in place.run(*asked, status=2).err
    place.run(*asked, "--empty-is-right")
