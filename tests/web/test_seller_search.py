"""A seller's shops and links are searched, and a file has the rows that are shown."""

import pytest
from django.test import Client

from tests.web.persona import browser_of

pytestmark = pytest.mark.usefixtures("demo_world")
HOME = "/seller/hh-home-gb/links"


def page(client: Client, path: str, **query: str) -> str:
    response = client.get(path, query, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return b"".join(response).decode()


@pytest.mark.parametrize("asked", ["Tea", "hh-tea", "tea-gb", "茶铺", "harbour tea", "ＴＥＡ"])
def test_shops_are_found_by_any_word_of_their_name_or_id(asked: str) -> None:
    mei = browser_of("mei")
    assert '<a href="/seller/hh-home-gb/"' in page(mei, "/seller/")
    shown = page(mei, "/seller/", q=asked)
    table = shown[shown.index('id="shops"') :]
    assert "/seller/hh-tea-gb/" in table
    assert "/seller/hh-home-gb/" not in table
    file = page(mei, "/seller/", q=asked, format="csv")
    assert "hh-tea-gb" in file
    assert "hh-home-gb" not in file


def test_no_match_among_shops_says_what_to_try_and_keeps_what_waits() -> None:
    mei = browser_of("mei")
    shown = page(mei, "/seller/", q="<zzz>")
    assert "No match" in shown
    assert "<zzz>" not in shown
    assert 'value="&lt;zzz&gt;"' in shown


@pytest.mark.parametrize("asked", ["zhou.zhou", "@周周", "伦敦", "zhou"])
def test_links_are_found_by_handle_and_id_and_the_file_has_the_same(asked: str) -> None:
    mei = browser_of("mei")
    assert "callumreads" in page(mei, HOME)
    assert "callumreads" not in page(mei, HOME, q=asked)
    assert "周周在伦敦" in page(mei, HOME, q=asked)
    file = page(mei, HOME, q=asked, format="csv")
    assert "zhou.zhou" in file
    assert "callum.reid" not in file
    assert "No match" in page(mei, HOME, q="nobody so named")


def test_a_link_is_found_by_its_number_in_its_own_shop_alone() -> None:
    mei = browser_of("mei")
    link_id = page(mei, HOME, q="zhou.zhou", format="csv").splitlines()[1].split(",")[0]
    assert "周周在伦敦" in page(mei, HOME, q=link_id)
    assert "No match" in page(mei, "/seller/hh-tea-gb/links", q=link_id)
