"""The platform imports tables in the console: what was checked is what is imported."""

import re
from base64 import b64encode
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shoplink.core import World
from shoplink.flows.look import look_at
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.run import verify
from tests.store.commands import execute_accepted, put_shop
from tests.web.desk import signed_in, somebody
from tests.web.form_client import FormClient

pytestmark = pytest.mark.usefixtures("database")
PATH = "/platform/import"
SHOPS = "店铺ID,经营国家,入驻类型,店铺名称\nS1,英国,定邀,山海茶铺\nS2,Mars,普招,\nS3,GB,普招,Three\n"
ACCOUNTS = "账号ID,账号所在国家,账号名称\nA1,GB,ada\n"


@pytest.fixture
def alex(database: str) -> FormClient:  # noqa: ARG001 (in use)
    return signed_in(somebody("alex", staff=["platform"]))


def _upload(client: FormClient, **texts: str | bytes) -> str:
    """Check files; returns the page."""
    files = [
        SimpleUploadedFile(f"{name}.csv", text.encode() if isinstance(text, str) else text)
        for name, text in texts.items()
    ]
    response = client.post(PATH, {"file": files, "do": "check"})
    return unescape(response.content.decode())


def _carried(page: str, **more: Any) -> dict[str, Any]:
    """What the form of a page with a result brings back."""
    form = page[page.index('id="import"') :].partition("</form>")[0]
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    return {**fields, **more}


def _shops() -> World:
    return look_at(shops=["S1", "S2", "S3"], accounts=["A1"]).world


def test_every_line_has_its_verdict_before_anything_is_stored(alex: FormClient) -> None:
    page = _upload(alex, accounts=ACCOUNTS, shops=SHOPS)
    assert "Import 3 lines" in page
    assert "Mars" in page
    assert not _shops().shops


def test_the_lines_that_pass_are_imported_once(alex: FormClient) -> None:
    page = _upload(alex, accounts=ACCOUNTS, shops=SHOPS)
    done = alex.post(PATH, _carried(page, do="import"))
    assert done.status_code == 200
    assert "3 lines are imported." in done.content.decode()
    world = _shops()
    assert set(world.shops) == {"S1", "S3"}
    assert world.shops["S1"].facts.name == "山海茶铺"
    assert world.accounts["A1"].facts.handle == "ada"
    counts = VerifyCounts()
    assert [one for one in verify(counts) if one.of != "membership"] == []  # alex is nobody's doing
    again = alex.post(PATH, _carried(_upload(alex, accounts=ACCOUNTS, shops=SHOPS), do="import"))
    assert "3 lines are imported." in again.content.decode()
    after = VerifyCounts()
    list(verify(after))
    assert after.events == counts.events


def test_nothing_is_imported_once_a_verdict_has_changed(alex: FormClient) -> None:
    page = _upload(alex, shops=SHOPS)
    execute_accepted(put_shop("S3", market="US"))  # a shop's market never changes
    late = alex.post(PATH, _carried(page, do="import"))
    assert late.status_code == 409
    assert "Nothing was imported" in late.content.decode()
    assert set(_shops().shops) == {"S3"}
    assert "Import 1 line" in late.content.decode()


def test_the_rejected_lines_are_a_file_that_can_be_corrected_and_sent_again(alex: FormClient) -> None:
    page = _upload(alex, shops=SHOPS)
    of = re.search(r'name="of" value="([^"]+)"', page)
    assert of is not None
    rejects = alex.post(PATH, _carried(page, do="rejects", of=of[1]))
    assert 'filename="shops.rejected.csv"' in rejects.headers["Content-Disposition"]
    text = rejects.content.decode("utf-8-sig")
    assert text.splitlines()[0] == "店铺ID,经营国家,入驻类型,店铺名称,Reason"
    assert len(text.splitlines()) == 2
    assert "Import 1 line" in _upload(alex, shops=text.replace("Mars", "GB"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"command":"put_shop"}\n', "Command files are imported with"),
        (b"a,b\n1,2\n", "found the columns a, b"),
        (SHOPS.replace("店铺名称", "颜色").encode(), "found the column '颜色'"),
        (b"", "is no table"),
    ],
)
def test_what_cannot_be_imported_says_why(alex: FormClient, content: bytes, said: str) -> None:
    response = alex.post(PATH, {"name": "f.csv", "content": b64encode(content).decode(), "do": "check"})
    assert response.status_code == 422
    assert said in unescape(response.content.decode())


def test_a_column_can_be_left_out(alex: FormClient) -> None:
    content = b64encode(SHOPS.replace("店铺名称", "颜色").encode()).decode()
    page = alex.post(PATH, {"name": "f.csv", "content": content, "skipped": "颜色", "do": "check"})
    assert "Import 2 lines" in page.content.decode()


@pytest.mark.parametrize(
    "form", [{}, {"name": "f.csv", "content": "§"}, {"name": ["f.csv"] * 6, "content": ["QQ=="] * 6}]
)
def test_a_form_without_whole_files_is_told_so(alex: FormClient, form: dict[str, Any]) -> None:
    assert alex.post(PATH, {**form, "do": "import"}).status_code == 422


def test_chinese_excel_is_read(alex: FormClient) -> None:
    assert "Import 2 lines" in _upload(alex, shops=SHOPS.encode("gb18030"))
