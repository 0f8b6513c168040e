"""Whatever a form's text field cannot hold is refused, said, and stored nowhere."""

import pytest

from shoplink.store.database.sql import query
from tests.store.commands import execute_accepted, invite, put_account, put_shop
from tests.web.visitor import PASSWORD, Browser, person

pytestmark = pytest.mark.usefixtures("database")
WRONG = {
    "a line break": "a\nb",
    "NUL": "a\x00b",
    "U+202E": "a\u202eb",
    "U+200B": "a\u200bb",
    "U+FEFF": "a\ufeffb",
    "U+2028": "a\u2028b",
    "201 characters": "x" * 201,
    "only spaces": " \u3000 ",
}
WAIVER = {"do": "grant", "code": "shop.link_quota_spent", "kind": "shop", "subject": "S1"}
OPTIONAL = {"reference", "title"}
"""What may be left out; there, spaces alone are nothing."""
TITLES = {"note": "Note", "title": "Title", "reference": "Contract number"}
"""What the pages call the fields of commands."""


def _stored() -> list[tuple[int, ...]]:
    tables = ("event", "api_key", "waiver", "content", "link")
    return [query(f"SELECT count(*) FROM {table}")[0] for table in tables]  # noqa: S608 (names of this test)


def test_no_form_takes_a_text_that_its_field_cannot_hold() -> None:
    answers = execute_accepted(
        put_shop("S1"), put_account("A1"), put_account("A2", handle="mei"), invite("S1", "A1")
    )
    link_id = answers[3]["events"][0]["link_id"]
    person("all@example.com", ("shop", "S1"), ("creator", "A1"), ("platform", ""), name="Lin")
    browser = Browser()
    assert browser.sign_in("all@example.com").status_code == 302
    browser.reauthenticate(PASSWORD)
    forms = [
        ("/platform/keys", "name", {"scope": "read", "do": "create"}),
        ("/platform/waivers", "note", WAIVER),
        (f"/platform/links/{link_id}", "note", {}),
        ("/creator/A1/videos", "title", {"content_id": "V1", "kind": "video"}),
        ("/seller/S1/link/A2/marketing", "reference", {}),
        ("/settings/", "name", {"language": "", "time_zone": ""}),
    ]
    assert browser.send("/seller/S1/link", handle="mei", role="marketing").status_code == 302
    before = _stored()
    for path, field, others in forms:
        for what, text in WRONG.items():
            if what == "only spaces" and field in OPTIONAL:
                continue
            answer = browser.send(path, **others, **{field: text})
            assert answer.status_code in {409, 422}, (path, what, answer.status_code)
            assert _stored() == before, (path, what)
            page = answer.content.decode()
            assert "Traceback" not in page
            assert field not in TITLES or f"{TITLES[field]}: found" in page, (path, what)
    assert query("SELECT name FROM person") == [("Lin",)]


def test_a_refused_text_is_said_with_the_character_in_both_languages() -> None:
    for language, said in (("en", "without U+202E RIGHT-TO-LEFT OVERRIDE"), ("zh", "不能含有 U+202E")):
        person(f"{language}@example.com", ("platform", ""))
        browser = Browser(language)
        assert browser.sign_in(f"{language}@example.com").status_code == 302
        browser.reauthenticate(PASSWORD)
        page = browser.send("/platform/keys", name="a\u202eb", scope="read", do="create").content.decode()
        assert said in page


@pytest.mark.parametrize(
    ("language", "said"), [("en", ["Its ID: found", "Note: found"]), ("zh", ["ID：发现", "备注：发现"])]
)
def test_what_is_wrong_in_a_form_is_called_as_the_page_calls_it(language: str, said: list[str]) -> None:
    person("lin@example.com", ("platform", ""))
    browser = Browser(language)
    assert browser.sign_in("lin@example.com").status_code == 302
    for kind in ("shop", "account"):
        wrong = {**WAIVER, "kind": kind, "subject": "S\u200b1", "note": "a\u200bb"}
        page = browser.send("/platform/waivers", **wrong).content.decode()
        assert [words for words in said if words in page] == said
