"""The pages of the inbox, the bell, e-mail notifications and the calendar of deadlines."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from shoplink.flows import clock
from shoplink.flows.message.inbox import path_of
from shoplink.flows.tick import tick
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query
from shoplink.store.models import Person
from shoplink.store.people.inbox import mail_choices, page_of_messages, unread_count
from tests.flows.notification_cast import HOUR, Cast, cast, deliver_at, execute_at, pair, person
from tests.membership_rows import remove_member
from tests.rule import rule
from tests.store.commands import accept, command, invite, put_account, put_shop
from tests.web.persona import browser_of, statements_of
from tests.web.visitor import let_in


def browser(person_id: str, **headers: str) -> Client:
    client = Client(headers=headers)
    let_in(client, Person.objects.get(person_id=person_id))
    return client


@pytest.fixture
def invited(database: str) -> Cast:  # noqa: ARG001 (the database is in use)
    """The cast, an hour after S has invited A; all messages are delivered."""
    people_of_it = cast()
    at = clock.now() - HOUR
    execute_at(at, invite("S", "A"))
    deliver_at(at)
    return people_of_it


def test_the_inbox_says_what_happened_and_the_bell_how_much_of_it_is_new(invited: Cast) -> None:
    olivia, wei = browser(invited.olivia), browser(invited.wei)
    page = olivia.get("/inbox/").content.decode()
    assert "“山海茶铺” invites “oliviasteeps” as its marketing account" in page
    assert "Unread:" in page
    assert "1 unread message<" in olivia.get("/settings/messages").content.decode()
    empty = wei.get("/inbox/").content.decode()
    assert "暂无消息" in empty
    assert "0 条未读消息" in empty


def test_a_message_that_is_opened_is_read_and_leads_to_its_page(invited: Cast) -> None:
    olivia = browser(invited.olivia)
    number = page_of_messages(invited.olivia, 1)[0].number
    response = olivia.post("/inbox/", {"open": number})
    assert (response.status_code, response.headers["Location"]) == (302, "/creator/A/")
    assert olivia.get("/creator/A/").status_code == 200
    assert unread_count(invited.olivia) == 0


def test_all_messages_that_were_shown_are_marked_as_read_at_once(invited: Cast) -> None:
    olivia = browser(invited.olivia)
    shown = page_of_messages(invited.olivia, 1)[0].number
    at = clock.now()
    execute_at(at, pair("withdraw"))
    deliver_at(at)
    page = olivia.post("/inbox/", {"up_to": shown}, follow=True).content.decode()
    assert "1 message marked as read." in page
    assert unread_count(invited.olivia) == 1, "what came in meanwhile is still new"
    assert [one.kind for one in page_of_messages(invited.olivia, 9, unread=True)] == ["link.withdrawn"]


@pytest.mark.parametrize(
    "typed", [{"open": "1"}, {"open": "99"}, {"open": "x"}, {"up_to": "99"}, {"up_to": "x"}, {}]
)
def test_nobody_reads_or_marks_what_was_told_to_somebody_else(invited: Cast, typed: dict[str, str]) -> None:
    response = browser(invited.stranger).post("/inbox/", typed)
    assert (response.status_code, response.headers["Location"]) == (302, "/inbox/")
    assert unread_count(invited.olivia) == 1


def test_the_bell_answers_304_until_something_changes(invited: Cast) -> None:
    olivia = browser(invited.olivia)
    first = olivia.get("/inbox/bell")
    assert "bell-count" in first.content.decode()
    known = {"If-None-Match": first.headers["ETag"]}
    assert olivia.get("/inbox/bell", headers=known).status_code == 304
    olivia.post("/inbox/", {"up_to": 9})
    changed = olivia.get("/inbox/bell", headers=known)
    assert changed.status_code == 200
    assert "bell-count" not in changed.content.decode()


def test_the_list_that_refreshes_itself_answers_304_until_something_changes(invited: Cast) -> None:
    olivia = browser(invited.olivia, **{"HX-Request": "true"})
    known = {"If-None-Match": olivia.get("/inbox/").headers["ETag"]}
    assert olivia.get("/inbox/", headers=known).status_code == 304
    at = clock.now()
    execute_at(at, pair("withdraw"))
    deliver_at(at)
    assert olivia.get("/inbox/", headers=known).status_code == 200


def test_the_inbox_goes_on_page_by_page(invited: Cast) -> None:
    for number in range(15):
        at = clock.now() + timedelta(seconds=number)
        execute_at(at, pair("withdraw"), invite("S", "A"))
        deliver_at(at)
    olivia = browser(invited.olivia)
    first = olivia.get("/inbox/").content.decode()
    onward = re.search(r'href="(/inbox/\?before=\d+)" rel="next"', first)
    assert onward is not None
    second = olivia.get(onward[1]).content.decode()
    assert (first.count('name="open"'), second.count('name="open"')) == (20, 11)
    assert 'rel="next"' not in second


def test_the_inbox_takes_as_many_statements_for_many_messages_as_for_one(invited: Cast) -> None:
    olivia = browser(invited.olivia)
    before = statements_of(olivia, "/inbox/")
    for number in range(12):
        shop_id = f"X{number}"
        execute_at(clock.now(), put_shop(shop_id, name=f"Shop {number}"))
        execute_at(clock.now(), invite(shop_id, "A"))
    deliver_at(clock.now())
    assert statements_of(olivia, "/inbox/") == before


@pytest.mark.usefixtures("demo_world")
def test_every_message_of_the_demo_leads_to_a_page_that_is_there() -> None:
    kinds = set()
    for persona in ("mei", "leo", "callum", "zhou", "olivia", "meilin"):
        client = browser_of(persona)
        for message in page_of_messages(f"person_{persona}", 1000):
            kinds.add(message.kind)
            assert client.get(path_of(message), follow=True).status_code == 200, message
    assert len(kinds) >= 7


def test_what_comes_by_mail_is_chosen_by_kind(invited: Cast) -> None:
    olivia = browser(invited.olivia)
    page = olivia.get("/settings/messages").content.decode()
    assert "also sent to olivia@example.com" in page
    assert page.count('name="kind"') == page.count(" checked") == 13
    assert "A creator declines" not in page, "that is told to shops"
    response = olivia.post("/settings/messages", {"kind": ["link.invited", "nonsense", "link.declined"]})
    assert response.headers["Location"] == "/settings/messages"
    chosen = mail_choices(invited.olivia)
    assert [kind for kind, by_mail in chosen.items() if by_mail] == ["link.invited"]
    assert olivia.get("/settings/messages").content.decode().count(" checked") == 1


def test_switching_the_language_keeps_what_was_chosen_and_saves_nothing(invited: Cast) -> None:
    olivia = browser(invited.olivia)
    page = olivia.post("/settings/messages", {"kind": "link.invited", "switch_language": "zh-hans"})
    text = page.content.decode()
    assert "收到店铺的绑定邀请" in text
    assert text.count(" checked") == 1
    assert mail_choices(invited.olivia) == {}


def new_address(client: Client) -> str:
    page = client.post("/settings/calendar", {"do": "make"}).content.decode()
    found = re.search(r"<code>http://localhost:8000(/calendar/[\w-]+\.ics)</code>", page)
    assert found is not None
    return found[1]


def entries(path: str) -> list[tuple[str, str, str]]:
    """The summary, instant and page of each entry of a calendar."""
    response = Client().get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.content)
    return [
        (str(entry["summary"]), f"{entry.decoded('dtstart'):%Y-%m-%dT%H:%M:%S%z}", str(entry["url"]))
        for entry in calendar.walk("VEVENT")
    ]


@rule("R23")
def test_a_calendar_holds_the_deadlines_of_all_my_shops_and_accounts(invited: Cast) -> None:
    link_id, expires_at = query("SELECT link_id, expires_at FROM link")[0]
    at = f"{datetime.fromtimestamp(expires_at / 1e6, UTC):%Y-%m-%dT%H:%M:%S}+0000"
    creators = entries(new_address(browser(invited.olivia)))
    assert creators == [
        (
            "The invitation from “山海茶铺” to “oliviasteeps” (marketing account) expires: confirm or decline",
            at,
            "http://localhost:8000/creator/A/",
        )
    ]
    sellers = entries(new_address(browser(invited.wei)))
    assert sellers == [
        (
            "「山海茶铺」对「oliviasteeps」的渠道账号邀请到期",
            at,
            f"http://localhost:8000/seller/S/links/{link_id}",
        )
    ]
    assert entries(new_address(browser(invited.stranger))) == []


def test_a_calendar_holds_until_when_an_unlink_request_has_to_be_answered(invited: Cast) -> None:
    now = clock.now()
    execute_at(
        now,
        command(
            "activate_rulebook",
            name="seller-university-2025",
            market="GB",
            effective_from=f"{now + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}",
        ),
        accept("S", "A"),
    )
    address = new_address(browser(invited.wei))
    assert entries(address) == [], "a link that stands has no deadline"
    execute("UPDATE link SET linked_at = linked_at - 200000000000")
    asked_at = now + timedelta(minutes=2)
    execute_at(asked_at, pair("request_unlink", network_region="GB"))
    assert [summary for summary, _, _ in entries(address)] == [
        "处理「oliviasteeps」与「山海茶铺」解绑申请的最后期限"
    ]


def test_what_is_over_stands_in_no_calendar_even_before_that_is_stored(invited: Cast) -> None:
    address = new_address(browser(invited.olivia))
    assert len(entries(address)) == 1
    execute("UPDATE link SET expires_at = expires_at - 172800000000, due_at = due_at - 172800000000")
    assert query("SELECT status FROM link") == [("invited",)]
    assert entries(address) == []
    tick()
    assert entries(address) == []


def test_a_calendar_stays_the_same_and_answers_304_until_a_deadline_changes(invited: Cast) -> None:
    address = new_address(browser(invited.olivia))
    first = Client().get(address)
    known = {"If-None-Match": first.headers["ETag"]}
    assert Client().get(address).content == first.content
    assert Client().get(address, headers=known).status_code == 304
    execute_at(clock.now(), pair("withdraw"))
    assert Client().get(address, headers=known).status_code == 200


def test_a_calendar_address_is_shown_once_replaced_and_revoked(invited: Cast) -> None:
    olivia = browser(invited.olivia)
    first = new_address(olivia)
    assert "/calendar/" not in olivia.get("/settings/calendar").content.decode()
    assert first.split("/")[2].removesuffix(".ics") not in str(query("SELECT * FROM calendar_address"))
    second = new_address(olivia)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    olivia.post("/settings/calendar", {"do": "revoke"})
    revoked, unknown = Client().get(second), Client().get("/calendar/nobodys.ics")
    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert revoked.content == unknown.content


def test_the_calendar_of_a_former_member_no_longer_shows_the_shop(invited: Cast) -> None:
    address = new_address(browser(invited.olivia))
    with writing():
        remove_member(invited.olivia, "creator", "A")
    assert entries(address) == []
    execute("UPDATE person SET is_active = false WHERE person_id = %s", invited.olivia)
    assert Client().get(address).status_code == 404


def test_a_calendar_takes_as_many_statements_for_many_deadlines_as_for_one(invited: Cast) -> None:
    address = new_address(browser(invited.olivia))
    before = statements_of(Client(), address)
    for number in range(8):
        execute_at(clock.now(), put_shop(f"X{number}"), put_account(f"Y{number}"))
        execute_at(
            clock.now(),
            invite(f"X{number}", "A"),
            invite("S", f"Y{number}", "marketing" if number < 3 else "official"),
        )
        if number >= 3:
            execute_at(clock.now(), command("withdraw", shop_id="S", account_id=f"Y{number}"))
    person("other@example.com", shop="S")
    assert len(entries(address)) == 9
    assert statements_of(Client(), address) == before
