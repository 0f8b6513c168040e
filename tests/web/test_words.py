"""Every text that a reader sees is in the catalogues."""

import re
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import available_timezones

import pytest

from shoplink.demo import links, personas
from shoplink.flows import clock
from shoplink.rulebooks import packaged
from shoplink.store.database.sql import query
from tests.browser.tour import STOPS
from tests.web.persona import seen
from tests.web.pseudo import outside, pseudo_language, texts

NAMES = {
    "shoplink",
    "English",
    "简体中文",
    "中文",
    "UTC",
    "TikTok",
    "CSV",
    "XLSX",
    "Excel",
    "API",
    "ID",
    "iCalendar",
    "SMTP",
    "JSON",
    "TOML",
}
CODES = re.compile(r"[A-Za-z0-9]+([._:-][A-Za-z0-9]+)+|\b[A-Z]{2}\b|https?://\S+")
CHINESE = re.compile(r"[㐀-鿿]")


def _data() -> list[str]:
    """Names that people have chosen, which are in no catalogue."""
    rows = query(
        "SELECT name FROM shop UNION SELECT handle FROM account UNION SELECT account_id FROM account"
    )
    rows += query("SELECT shop_id FROM shop UNION SELECT name FROM person UNION SELECT email FROM person")
    rows += query("SELECT file_name FROM order_run")
    rows += query("SELECT title FROM product UNION SELECT title FROM content")
    rows += query(
        "SELECT text FROM ticket_message UNION SELECT evidence FROM ticket_message UNION SELECT text FROM ticket_note"
    )
    called = {text for (text,) in rows if text} | {persona.name for persona in personas.PERSONAS.values()}
    called |= {source for rulebook in packaged().values() for source in rulebook.sources.values()}
    notes = {
        getattr(command, name, None)
        for command in links.world_commands(clock.now())
        for name in ("note", "message", "reference")
    }
    return sorted(
        called | available_timezones() | {note for note in notes if note} | NAMES, key=len, reverse=True
    )


def _without(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(name, " ")
    return text


@pytest.mark.usefixtures("demo_world")
def test_every_text_of_every_page_is_in_the_catalogue(tmp_path: Path) -> None:
    names = _data()
    found = []
    with pseudo_language(tmp_path):
        for stop in STOPS:
            page = seen(stop, "zh-CN")
            assert "⟦" in page, stop
            for text in texts(page):
                left = _without(CODES.sub(" ", _without(outside(text), names)), [links.DEMO_ACTOR.id])
                if re.search(r"[A-Za-z]{2}", left):
                    found.append((stop.path, text))
    assert not found


@pytest.mark.usefixtures("demo_world")
def test_an_english_page_holds_no_chinese_but_names() -> None:
    names = _data()
    found = [
        (stop.path, text)
        for stop in STOPS
        for text in texts(seen(stop, "en"))
        if CHINESE.search(_without(text, [*names, "普招", "定邀"]))
    ]
    assert not found


@pytest.mark.usefixtures("demo_world")
def test_the_pseudo_language_is_gone_after_its_run(tmp_path: Path) -> None:
    with pseudo_language(tmp_path):
        assert "⟦" in seen(STOPS[0], "zh-CN")
    assert "⟦" not in seen(STOPS[0], "zh-CN")
