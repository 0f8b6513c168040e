"""Orders in the seller's console of a running service: a file is sent, judged in a process of its own, and read."""

import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from tests.databases import fresh_demo
from tests.server import serving
from tests.web.form_client import words

SHOP = "hh-beauty-gb"
ORDERS = f"/seller/{SHOP}/orders"
HEADER = "order_id,shop_id,account_id,ordered_at,amount_minor,currency,commission_rate_bp,refund_minor\n"
_FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    """The answer after all redirects."""

    status: int
    path: str
    text: str
    headers: dict[str, str]


class Browser:
    """Somebody in the demo, with a browser of their own."""

    def __init__(self, url: str, persona: str) -> None:
        self.url, self.language = url, "en"
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open
        self.send("/demo", persona=persona)

    def ask(self, path: str, body: bytes | None = None, kind: str = _FORM) -> Answer:
        head = {"Accept-Language": self.language, "Content-Type": kind}
        request = urllib.request.Request(self.url + path, body, head)  # noqa: S310 (our own service)
        try:
            with self._open(request, timeout=60) as answer:
                text = answer.read().decode()
                head = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status, urlsplit(answer.url).path, text, head)
        except urllib.error.HTTPError as error:
            return Answer(error.code, path, error.read().decode(), {})

    def send(self, path: str, **fields: str) -> Answer:
        return self.ask(path, urlencode({"csrfmiddlewaretoken": _token(self.ask(path)), **fields}).encode())

    def upload(self, name: str, content: bytes, address: str = "", at: str = ORDERS) -> Answer:
        """Send a file by the form of the page, or to another address."""
        page = self.ask(at)
        found = re.search(r'action="([^"]+)"[^>]*multipart', page.text)
        assert found
        parts = {"csrfmiddlewaretoken": _token(page).encode()}
        body = b"".join(_part(f'name="{field}"', value) for field, value in parts.items())
        body += _part(f'name="file"; filename="{name}"', content) + b"--xyz--\r\n"
        return self.ask(address or unescape(found[1]), body, "multipart/form-data; boundary=xyz")

    def judged(self, run: str, **chosen: str) -> str:
        """The page of a run once it is judged, with what the form has chosen, apart from this."""
        return self.done(run, do="judge", **{**_chosen(self.ready(run)), **chosen})

    def done(self, run: str, **fields: str) -> str:
        """The page of a run once it is done what a form asks for."""
        self.send(run, **fields)
        return self.ready(run)

    def ready(self, run: str) -> str:
        """The page of a run once nothing is being done with it."""
        for _ in range(900):
            page = self.ask(run).text
            if "every 2s" not in page:
                return page
            time.sleep(0.1)
        raise AssertionError("it is not judged within two minutes")


def _token(page: Answer) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert found, page
    return found[1]


def _chosen(page: str) -> dict[str, str]:
    """What the lists of a page have chosen."""
    found = {}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected>', options)
        found[unescape(name)] = unescape(chosen[0]) if chosen else ""
    return found


def _part(head: str, content: bytes) -> bytes:
    return f"--xyz\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"


@pytest.fixture(scope="module")
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    home, kind = tmp_path_factory.mktemp("orders"), getattr(request, "param", "sqlite")
    with serving(fresh_demo(kind), home, SHOPLINK_UPLOAD_MB_MAX="2") as url:
        yield url, home


@pytest.mark.parametrize("service", ["sqlite", "postgresql"], indirect=True)
def test_a_file_is_sent_judged_read_and_removed(service: tuple[str, Path]) -> None:
    url, home = service
    lan = Browser(url, "lan")
    with_others = f"O4,hh-tea-gb,olivia.chen,{datetime.now(UTC) - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ},1000,GBP,1000,"
    rows = [
        f"O1,{SHOP},,2026-11-01T10:00:00Z,1000,GBP,,",
        f"O2,{SHOP},,2026-11-01T10:00:00Z,2500,GBP,,500",
        f"O3,{SHOP},,yesterday,1000,GBP,,",
        with_others,
    ]
    sent = lan.upload("十一月 订单.csv", (HEADER + "\n".join(rows)).encode())
    assert (sent.status, sent.path.rpartition("/")[0]) == (200, ORDERS)
    assert "十一月 订单.csv" in sent.text
    page = lan.judged(sent.path)
    said = words(page)
    assert re.search(r"Counted 3 Rejected 1 ", said), said
    assert "Affiliate, commission is due 1 £10.00 £1.00" in said, (
        "the links of other shops are nobody's business"
    )
    assert "No creator 2 £30.00 £0.00" in said
    reason = "ordered_at: found 'yesterday'", "ordered_at」：发现“yesterday”"
    for language, why in zip(("en", "zh-CN"), reason, strict=True):
        lan.language = language
        assert why in words(lan.ask(sent.path).text), "whoever reads it, in whatever language it was judged"
    lan.language = "en"
    judged = lan.ask(f"{sent.path}/judged")
    assert judged.text.count("\n") == 4
    assert "attachment" in judged.headers["content-disposition"]
    assert "yesterday" in lan.ask(f"{sent.path}/rejects").text
    assert lan.ask(f"{sent.path}/left-out").status == 404
    other = Browser(url, "leo")
    for path in (sent.path, f"{sent.path}/judged", sent.path.replace(SHOP, "northbank-books")):
        assert other.ask(path).status == 404, path
    run = home / "orders" / sent.path.rpartition("/")[2]
    assert run.is_dir()
    assert lan.send(sent.path, do="remove").path == ORDERS
    assert not run.exists()
    assert lan.ask(sent.path).status == 404


@pytest.mark.parametrize(
    "name", ["../../etc/x.csv", "-rf.csv", "judged.csv", "a\\b:c*.csv", "x" * 300 + ".csv", ".hidden.csv"]
)
def test_a_name_leads_nowhere(service: tuple[str, Path], name: str) -> None:
    url, home = service
    sent = Browser(url, "lan").upload(name, HEADER.encode())
    assert sent.status == 200
    (file,) = (home / "orders" / sent.path.rpartition("/")[2]).iterdir()
    assert file.name not in {"judged.csv", "judged.rejects.csv"}
    assert not file.name.startswith(("-", "."))


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04broken", b"%PDF-1.7 not orders", b"\x00\xff" * 500, b"a,b\n1,2\n"]
)
def test_what_is_no_table_of_orders_is_named_and_can_be_removed(
    service: tuple[str, Path], content: bytes
) -> None:
    lan = Browser(service[0], "lan")
    sent = lan.upload("orders.csv", content)
    page = lan.ready(sent.path)
    if "Failed" not in page:
        assert "This is no export that we know." in page
    else:
        (said,) = re.findall(r'role="alert">.*?<div class="preserve">(.*?)</div>', page, re.DOTALL)
        lan.language = "zh-CN"
        (translated,) = re.findall(
            r'role="alert">.*?<div class="preserve">(.*?)</div>', lan.ask(sent.path).text, re.DOTALL
        )
        assert not re.search("[一-鿿]", said)
        assert re.search("[一-鿿]", translated), translated
        lan.language = "en"
    assert "Traceback" not in page
    assert str(service[1]) not in page
    assert lan.send(sent.path, do="remove").path == ORDERS


_TIKTOK = (
    "Order ID,SKU ID,Creator Username,Time Created,Est. Commission Base,Currency,Standard commission rate,Order Status,Fully returned or refunded\n"
    '576460752303423511,1,,01/10/2026 10:00:00,"1.234",GBP,10%,Completed,No\n'
    "576460752303423512,1,stranger,02/11/2026 10:00:00,20.00,GBP,10%,Completed,No\n"
    "576460752303423513,1,stranger,03/11/2026 10:00:00,30.00,GBP,10%,Cancelled,No\n"
)


def test_what_is_recognised_is_shown_before_it_is_calculated(service: tuple[str, Path]) -> None:
    lan = Browser(service[0], "lan")
    run = lan.upload("affiliate.csv", _TIKTOK.encode()).path
    said = words(lan.ready(run))
    assert "This is an export of TikTok Shop: affiliate orders." in said
    assert "Encoding UTF-8 Between columns comma Time zone Europe/London Rows 3" in said
    assert "Creator Username Creator’s handle stranger" in said
    assert re.search(r"Order Status: Cancelled ?: 1", said), said[said.find("Rows that will") :][:300]
    assert "Not calculated yet" in said
    said = words(lan.judged(run))
    assert "Counted 1 Rejected 1 Left out 1" in said, said[said.find("Failed") :][:900]
    said = words(lan.judged(run, decimal=","))
    assert "No creator 1 £1,234.00" in said, said[said.find("Counted") :][:400]
    assert 'decimal = ","' in lan.ask(f"{run}/mapping").text
    other = words(lan.done(run, do="look", preset="tiktok-orders"))
    assert "This is no export that we know." in other


def test_a_file_that_no_preset_fits_is_read_as_the_person_says(service: tuple[str, Path]) -> None:
    lan = Browser(service[0], "lan")
    run = lan.upload("own.csv", "Nr;Wann;Geld\n1;02.11.2026 10:00;3,50\n".encode("utf-16")).path
    page = lan.ready(run)
    assert "This is no export that we know. Say which column is which." in words(page)
    answer = lan.send(run, do="judge", **_chosen(page))
    assert (answer.status, "Choose the columns of order number" in answer.text) == (409, True)
    columns = {"field.order_id": "Nr", "field.ordered_at": "Wann", "field.amount": "Geld"}
    said = words(lan.judged(run, dates="dmy", decimal=",", **columns))
    assert "Counted 1 Rejected 0" in said
    assert "No creator 1 £3.50 £0.00" in said


def test_a_month_is_read_printed_and_closed_as_it_was_seen(service: tuple[str, Path]) -> None:
    url, home = service
    lan = Browser(url, "lan")
    first = lan.upload("affiliate.csv", _TIKTOK.replace('"1.234"', "12.34").encode()).path
    page = lan.judged(first)
    assert "2026-10 £0.00 £0.00 £0.00 £12.34" in words(page), words(page)[words(page).find("Statement") :][
        :1500
    ]
    assert "2026-11 · Commission due £2.00" in words(page)
    printed = lan.ask(f"{first}/statement/2026-11")
    assert (printed.status, "£2.00" in printed.text or "2.00" in printed.text) == (200, True)
    assert "default-src 'none'" in printed.headers["content-security-policy"]
    assert lan.ask(f"{first}/statement/2026-12").status == 404
    assert Browser(url, "leo").ask(f"{first}/statement/2026-11").status == 404
    assert lan.ask(f"{first}/commission").text.count("\n") >= 3
    assert "?close=2026-11" not in page, "months are closed in order"
    look = lan.ask(f"{first}?close=2026-10").text
    assert "Close 2026-10?" in words(look)
    seen = dict(re.findall(r'name="(period|seen)" value="([^"]*)"', look))
    second = lan.upload("again.csv", _TIKTOK.replace('"1.234"', "12.34").encode()).path
    lan.judged(second)
    also = dict(re.findall(r'name="(period|seen)" value="([^"]*)"', lan.ask(f"{second}?close=2026-10").text))
    assert "Closed" in words(lan.done(first, do="close", **seen))
    (record,) = (home / "orders" / "closed").iterdir()
    assert (record / "closings.json").is_file()
    stale = lan.send(second, do="close", **also)
    assert (stale.status, "Something has changed since you looked" in stale.text) == (409, True)
    assert "?close=2026-11" in lan.ask(first).text


def test_the_platform_has_orders_of_all_shops_judged_and_reads_the_runs_of_shops(
    service: tuple[str, Path],
) -> None:
    url, _home = service
    alex, lan = Browser(url, "alex"), Browser(url, "lan")
    at = f"{datetime.now(UTC) - timedelta(minutes=5):%Y-%m-%d %H:%M:%S}"
    rows = [
        f"1,hh-tea-gb,olivia.chen,{at},10.00,GBP,",
        f"2,hh-home-gb,hannah.brooks,{at},5.50,GBP,",
        f"3,hh-home-gb,olivia.chen,{at},7.00,GBP,10%",
        f"4,no-such-shop,olivia.chen,{at},7.00,GBP,10%",
    ]
    export = "Nr,Shop ID,Creator,Time,Money,Cur,Rate\n" + "\n".join(rows)
    run = alex.upload("all shops.csv", export.encode(), at="/platform/orders").path
    assert run.startswith("/platform/orders/R")
    columns = {
        "field.order_id": "Nr",
        "field.shop_id": "Shop ID",
        "field.account_id": "Creator",
        "field.ordered_at": "Time",
        "field.amount": "Money",
        "field.currency": "Cur",
        "field.commission_rate": "Rate",
    }
    alex.ready(run)
    said = words(alex.judged(run, **columns, time_zone="Europe/London"))
    assert "Counted 3 Rejected 1" in said, said[said.find("What became") :][:900]
    assert re.search(r"Official account 2 £15\.50 £0\.00", said), said
    assert f"{at[:7]} £15.50 £0.00 £7.00" in said, said[said.find("Statement") :][:600]
    assert "Close month" not in said, "only shops close months"
    assert lan.ask(run).status == 404
    assert lan.ask("/platform/orders").status == 404
    own = lan.upload("mine.csv", HEADER.encode()).path.rpartition("/")[2]
    listed = words(alex.ask("/platform/orders").text)
    assert "All shops" in listed
    assert "mine.csv" in listed
    alex.ready(f"/platform/orders/{own}")
    assert "Calculate" not in words(alex.ask(f"/platform/orders/{own}").text), "the platform only reads"
    token = _token(alex.ask("/platform/orders"))
    sent = urlencode({"csrfmiddlewaretoken": token, "do": "remove"}).encode()
    assert alex.ask(f"/platform/orders/{own}", sent).status == 404
    assert lan.ask(f"{ORDERS}/{own}").status == 200


def test_a_large_file_is_let_in_with_the_permit_of_the_page_only(service: tuple[str, Path]) -> None:
    url, home = service
    lan, large = Browser(url, "lan"), HEADER.encode() + b"x" * (1 << 20)
    assert lan.upload("large.csv", large).status == 200
    for address in (ORDERS, f"{ORDERS}?permit=", f"{ORDERS}?permit=%3A1xXpQz%3AAFI0F2ejDVRybOA97aSw3YDXE0t"):
        before = len(list((home / "orders").iterdir()))
        assert lan.upload("large.csv", large, address).status == 413, address
        assert len(list((home / "orders").iterdir())) == before
    assert lan.upload("larger.csv", b"x" * (3 << 20)).status == 413
    assert lan.upload("empty.csv", b"").status == 422


def test_uploads_that_stall_keep_nobody_from_anything_else(service: tuple[str, Path]) -> None:
    lan = Browser(service[0], "lan")
    found = re.search(r'action="([^"]+)"[^>]*multipart', lan.ask(ORDERS).text)
    assert found
    address = urlsplit(service[0])
    head = f"POST {unescape(found[1])} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 90000\r\n\r\nabc"
    stalled = []
    for _ in range(6):
        one = socket.create_connection((str(address.hostname), int(address.port or 0)))
        one.sendall(head.encode())
        stalled.append(one)
    assert lan.ask(ORDERS).status == 200
    assert lan.upload("orders.csv", HEADER.encode()).status == 503
    for one in stalled:
        one.close()
    for _ in range(50):
        if lan.upload("orders.csv", HEADER.encode()).status == 200:
            return
        time.sleep(0.1)
    raise AssertionError("uploads stay refused")
