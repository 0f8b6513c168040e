"""A form takes effect once however often it is sent, and keeps its input when it is refused."""

import re

import pytest

from shoplink.flows import clock
from shoplink.store.read.link import page_of_links, timeline
from tests.browser.tour import STOPS
from tests.web.form_client import FormClient
from tests.web.persona import browser_of

pytestmark = pytest.mark.usefixtures("demo_world")

PAGE = "/creator/olivia.chen/profile/link"


def _key(client: FormClient) -> str:
    found = re.search(r'name="key" value="([^"]+)"', client.get(PAGE).content.decode())
    assert found is not None
    return found[1]


def _requests() -> int:
    link = page_of_links(clock.now(), 10, 0, account_id="olivia.chen")[-1][1]
    return sum(type(event).__name__ == "UnlinkRequested" for event in timeline(link.link_id))


def test_a_form_sent_twice_is_done_once() -> None:
    client = browser_of("olivia")
    key = _key(client)
    form = client.filled(PAGE, {"do": "send", "key": key})
    for _ in range(2):
        assert client.post_blindly(PAGE, form).status_code == 302
    assert _requests() == 1


def test_a_form_kept_open_does_nothing_again_after_it_was_taken_back() -> None:
    client = browser_of("olivia")
    key = _key(client)
    form = client.filled(PAGE, {"do": "send", "key": key})
    client.post_blindly(PAGE, form)
    client.post(PAGE, {"do": "withdraw", "key": _key(client)})
    client.post_blindly(PAGE, form)
    assert _requests() == 1
    client.post(PAGE, {"do": "send", "key": _key(client)})
    assert _requests() == 2, "a new form is a new wish"


def test_a_key_of_one_person_is_not_that_of_another() -> None:
    key = _key(browser_of("olivia"))
    browser_of("zhou").post("/creator/zhou.zhou/profile/link", {"do": "withdraw", "key": key})
    browser_of("olivia").post(PAGE, {"do": "send", "key": key})
    assert _requests() == 1


def test_every_refusal_says_all_its_reasons_and_leads_to_their_help() -> None:
    client = browser_of("olivia")
    form = client.filled(PAGE, {"do": "send", "key": "of a form that was open before the network changed"})
    client.cookies["network"] = "ID"
    response = client.post_blindly(PAGE, form)
    assert response.status_code == 409
    page = response.content.decode()
    assert "/help/reasons/network.region_mismatch" in page
    assert _requests() == 0


def test_the_switch_of_languages_in_a_page_keeps_what_is_typed() -> None:
    switched = 0
    for stop in STOPS:
        client = browser_of(stop.persona, network=stop.network)
        if stop.before is not None:
            continue
        page = client.get(stop.address()).content.decode()
        form = re.search(r'class="footer-switch" form="([^"]+)"', page)
        if form is None or form[1] in {"choices", "main"}:
            continue
        body = re.search(rf'<form[^>]*id="{form[1]}".*?</form>', page, re.DOTALL)
        assert body is not None, (stop, "the form that the switch sends is on the page")
        names = re.findall(r'<(?:input class="form-control"|textarea)[^>]* name="(\w+)"', body[0])
        texts = {
            name: f"typed in {name}"
            for name in names
            if name not in {"until", "effective_from", "happened_at", "file"}
        }
        chosen = re.findall(
            r'<input [^>]*type="(?:hidden|radio)" name="(\w+)" value="([^"]*)"( checked)?', body[0]
        )
        sent = {
            name: value for name, value, checked in chosen if checked or f'hidden" name="{name}"' in body[0]
        }
        shown = client.post(stop.address(), {**sent, **texts, "switch_language": "zh-hans"})
        assert shown.status_code == 200, stop
        assert '<html lang="zh-hans"' in shown.content.decode()
        assert [text for text in texts.values() if text not in shown.content.decode()] == [], stop
        switched += 1
    assert switched >= 5
