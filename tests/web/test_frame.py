"""The frame of every page, and the rules that all pages follow."""

import re

import pytest
from django.test import Client, RequestFactory, override_settings

from shoplink.demo import personas
from shoplink.web.request.network import network_of
from tests.databases import fresh, use
from tests.web.persona import browser_of

pytestmark = pytest.mark.usefixtures("demo_world")


def _page(client: Client, path: str = "/demo") -> str:
    return client.get(path).content.decode()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("zh-TW", "zh-hans"),
        ("en-GB", "en"),
        ("de-DE,zh;q=0.5", "zh-hans"),
        ("fr-FR", "en"),
        ("", "en"),
    ],
)
def test_a_chinese_browser_reads_chinese_and_every_other_english(header: str, language: str) -> None:
    response = Client(headers={"Accept-Language": header}).get("/demo")
    assert f'<html lang="{language}"' in response.content.decode()
    assert response.headers["Content-Language"] == language


def test_the_switch_of_languages_lasts_and_leads_back_to_the_page() -> None:
    client = browser_of(None)
    response = client.post("/choices", {"switch_language": "zh-hans", "next": "/demo?x=1"})
    assert response.headers["Location"] == "/demo?x=1"
    assert 'lang="zh-hans"' in _page(client)


def test_the_switch_of_a_page_with_a_form_shows_the_form_again_and_does_nothing() -> None:
    client = browser_of(None)
    response = client.post("/demo", {"switch_language": "zh-hans", "persona": "mei"})
    assert response.status_code == 200
    assert '<html lang="zh-hans"' in response.content.decode()
    assert "session" not in client.cookies, "nobody was signed in"


@pytest.mark.parametrize(
    "way", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
def test_no_choice_leads_to_another_site(way: str) -> None:
    response = browser_of(None).post("/choices", {"theme": "dark", "next": way})
    assert response.headers["Location"] == "/"


def test_the_colour_scheme_is_kept_in_a_cookie() -> None:
    client = browser_of(None)
    client.post("/choices", {"theme": "dark", "next": "/demo"})
    assert 'data-theme="dark"' in _page(client)
    client.post("/choices", {"theme": "<script>", "next": "/demo"})
    assert 'data-theme="dark"' in _page(client)


def test_the_network_country_can_be_chosen_in_the_demo() -> None:
    client = browser_of(None)
    client.post("/choices", {"network": "ID", "next": "/demo"})
    assert "Your network is in Indonesia" in _page(client)
    client.post("/choices", {"network": "unknown", "next": "/demo"})
    assert "The country of your network is unknown" in _page(client)


def test_the_demo_opens_with_the_country_of_its_shops_whatever_the_network_is() -> None:
    assert "Your network is in United Kingdom" in _page(Client())
    with override_settings(COUNTRY_HEADER="CF-IPCountry"):
        assert "Your network is in United Kingdom" in _page(Client(headers={"CF-IPCountry": "CN"}))


def test_the_network_country_of_a_trusted_proxy_is_taken_as_it_says() -> None:
    use(fresh("sqlite"))
    asked = RequestFactory(headers={"CF-IPCountry": "US"}).get("/")
    with override_settings(COUNTRY_HEADER="CF-IPCountry"):
        assert network_of(asked) == ("US", "header")
        assert network_of(RequestFactory(headers={"CF-IPCountry": "XX"}).get("/")) == (None, "unknown")
    assert network_of(asked) == (None, "unknown"), "an address of this machine is in no country"


def test_a_database_that_is_no_demo_has_no_personas_and_no_choice_of_network() -> None:
    use(fresh("sqlite"))
    client = browser_of(None)
    assert client.get("/demo").status_code == 404
    assert client.post("/demo", {"persona": "mei"}).status_code == 404
    client.post("/choices", {"network": "ID", "next": "/"})
    page = _page(client, "/")
    assert "Indonesia" not in page
    assert "demo-strip" not in page


def test_a_persona_signs_in_with_one_click_and_only_one_that_there_is() -> None:
    client = browser_of(None)
    assert client.post("/demo", {"persona": "nobody"}).status_code == 404
    assert client.post("/demo", {"persona": "mei"}).headers["Location"] == "/"
    assert personas.PERSONAS["mei"].name in _page(client)


def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    client = browser_of("mei")
    first = client.get("/demo")
    again = client.get("/demo", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name, value in (("network", "US"), ("language", "zh-hans"), ("stamp", "another form was sent")):
        other = browser_of("mei")
        other.cookies[name] = value
        changed = other.get("/demo", headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200, name


def test_every_page_is_safe_by_its_headers() -> None:
    for path in ("/demo", "/nothing-here"):
        headers = browser_of(None).get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_cookies_are_out_of_the_reach_of_scripts_and_of_other_sites() -> None:
    client = browser_of(None)
    client.post("/choices", {"theme": "dark", "network": "ID", "switch_language": "en"})
    client.post("/demo", {"persona": "mei"})
    client.get("/demo")
    del client.cookies["zone"]  # set by a script in the browser
    assert {"theme", "network"} <= client.cookies.keys()
    for name, cookie in client.cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name


def test_an_unknown_address_is_answered_in_the_same_look_and_both_languages() -> None:
    for language, words in (("en", "Page not found"), ("zh-CN", "页面不存在")):
        response = browser_of(None, language=language).get("/nothing/here")
        assert response.status_code == 404
        assert words in response.content.decode()
        assert "app-" in response.content.decode()


def test_an_unknown_address_of_the_api_is_still_a_problem_document() -> None:
    response = browser_of(None).get("/v1/nothing")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_page_names_no_other_host_and_holds_no_inline_style_or_script() -> None:
    page = _page(browser_of("mei"))
    assert not re.findall(r"(?:src|href|action)=\"(?:https?:)?//", page)
    assert not re.findall(r"\sstyle=|\son[a-z]+=|<style|<script>", page)


def test_a_message_is_shown_once_and_cannot_be_made_up() -> None:
    client = browser_of(None)
    client.cookies["messages"] = "[[&quot;__json_message&quot;,0,20,&quot;You won&quot;]]"
    assert "You won" not in _page(client)


@pytest.mark.parametrize(
    ("persona", "network", "cookie", "zone"),
    [
        ("mei", "US", "Asia%2FShanghai", "Asia/Shanghai"),
        ("mei", "US", "", "America/New_York"),
        ("mei", "US", "Mars%2FOlympus", "America/New_York"),
        ("mei", "unknown", "", "Europe/London"),
        ("meilin", "unknown", "", "America/New_York"),
        (None, "ID", "", "Asia/Jakarta"),
        (None, "unknown", "", "UTC"),
    ],
)
def test_times_are_in_the_browsers_zone_or_before_it_has_said_one_in_that_of_a_country(
    persona: str | None, network: str, cookie: str, zone: str
) -> None:
    client = browser_of(persona, network=network)
    client.cookies["zone"] = cookie
    shown = re.search(r"Times are in (?:GMT\S* \()?([\w/]+)", _page(client, "/help/"))
    assert shown is not None
    assert shown[1] == zone
