"""E-mails over a real SMTP connection: whom they reach, in which language and time zone, and what is tried again."""

from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from threading import Event

import pytest
from django.db import connection
from django.test import override_settings
from msgspec.structs import replace
from prometheus_client import REGISTRY

from shoplink.flows import clock
from shoplink.flows.health import lag
from shoplink.flows.message import send_mail as flow
from shoplink.flows.message.loop import deliver
from shoplink.flows.message.notify import notify
from shoplink.store.database.fields import from_micros, to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute, query
from shoplink.store.people import inbox, outbox
from tests.flows.notification_cast import (
    DAY,
    HOUR,
    URL,
    asked_to_unlink,
    body,
    cast,
    deliver_at,
    execute_at,
    invited,
    kinds_received,
    linked,
    mail_kinds,
    mail_server,
    pair,
    person,
    subject,
)
from tests.membership_rows import remove_member
from tests.server import free_port
from tests.store.commands import NOON, accept, invite, put_account, put_shop
from tests.store.golden import listening
from tests.store.threads import run_together

pytestmark = pytest.mark.usefixtures("database")

MINUTE = timedelta(minutes=1)


def test_a_letter_is_in_the_readers_language_and_time_zone() -> None:
    cast()
    with mail_server() as post:
        invited()
        deliver_at(NOON)
        linked_at = NOON + HOUR
        execute_at(linked_at, accept("S", "A"))
        asked_to_unlink(NOON + 2 * DAY)
        deliver_at(NOON + 3 * DAY)
    english, chinese = post.to("olivia@example.com"), post.to("wei@example.com")
    assert subject(english[0]) == "“山海茶铺” invites “oliviasteeps” as its marketing account"
    assert "Confirm or decline before Wed 13 Nov 12:00 GMT" in body(english[0])
    assert subject(chinese[0]) == "「oliviasteeps」已确认邀请，绑定成功"
    assert subject(chinese[-1]) == "「oliviasteeps」的解绑申请已等待 1 天"
    assert "于北京时间 11 月 13 日（周三）20:00 申请与「山海茶铺」解绑" in body(chinese[-1])
    assert (english[0]["Content-Language"], chinese[0]["Content-Language"]) == ("en", "zh")
    assert not post.to("stranger@example.com")


def test_who_has_no_time_zone_is_told_in_that_of_the_country() -> None:
    cast()
    person("max@example.com", creator="A")
    with mail_server() as post:
        invited()
        deliver_at(NOON)
    (letter,) = post.to("max@example.com")
    assert "Confirm or decline before Wed 13 Nov 12:00 GMT" in body(letter)


def test_a_letter_leads_to_its_page_and_says_why_it_was_sent_and_where_to_choose_otherwise() -> None:
    cast()
    with mail_server() as post:
        invited()
        deliver_at(NOON)
    letter = post.letters[0]
    for text in (body(letter), body(letter, "html")):
        assert f"{URL}/creator/A/" in text
        assert "because you act for “oliviasteeps”" in text
        assert f"{URL}/settings/messages" in text
    assert letter["List-Unsubscribe"] == f"<{URL}/settings/messages>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["From"] == "shoplink@links.example.com"
    assert letter["Message-ID"].endswith("@links.example.com>")


def test_what_holds_a_link_stands_in_the_letter_with_its_remedy() -> None:
    cast()
    execute_at(NOON, put_account("A", registered_in="SG", handle="oliviasteeps"))
    with mail_server() as post:
        execute_at(NOON, invite("S", "A"), accept("S", "A"))
        deliver_at(NOON)
    held = body(post.to("olivia@example.com")[-1])
    assert (
        "• The account’s country of registration (Singapore) is not the shop’s market (United Kingdom)."
        in held
    )
    assert "Open a ticket in the help centre" in held
    assert "• 账号注册国家（新加坡）" in body(post.to("wei@example.com")[-1])


def test_a_name_with_line_breaks_and_markup_harms_no_letter() -> None:
    cast()
    execute_at(NOON, replace(put_shop("S"), name="Tea\r\nBcc: everybody@example.com <b>&"))
    with mail_server() as post:
        invited()
        deliver_at(NOON)
    letter = post.letters[0]
    assert letter["Bcc"] is None
    assert (
        subject(letter)
        == "“Tea Bcc: everybody@example.com <b>&” invites “oliviasteeps” as its marketing account"
    )
    assert "<b>" not in body(letter, "html")
    assert "&lt;b&gt;&amp;" in body(letter, "html")


def test_whoever_does_not_want_a_kind_by_mail_finds_it_in_the_inbox_alone() -> None:
    _, olivia, _ = cast()
    inbox.save_mail_choices(olivia, {"link.invited": False, "link.withdrawn": True})
    with mail_server() as post:
        execute_at(NOON, invite("S", "A"), pair("withdraw"))
        deliver_at(NOON)
        assert [subject(letter) for letter in post.letters] == ["“山海茶铺” withdrew its invitation"]
    assert kinds_received(olivia) == ["link.invited", "link.withdrawn"]


def test_a_choice_made_before_it_is_sent_counts_and_so_does_leaving() -> None:
    _, olivia, _ = cast()
    second = person("second@example.com", creator="A")
    with mail_server() as post:
        post.answer = "451 later"
        invited()
        deliver_at(NOON)
        inbox.save_mail_choices(olivia, {"link.invited": False})
        with writing():
            remove_member(second, "creator", "A")
        post.answer = "250 OK"
        deliver_at(NOON + HOUR)
        assert not post.letters
    assert mail_kinds() == {"none": ["link.invited", "link.invited"]}


def test_whoever_has_no_address_is_told_in_the_inbox() -> None:
    cast()
    handed_off = person(None, creator="A")
    with mail_server() as post:
        invited()
        deliver_at(NOON)
        assert [letter["To"] for letter in post.letters] == ["olivia@example.com"]
    assert kinds_received(handed_off) == ["link.invited"]


def test_without_an_smtp_server_nothing_is_due_and_nothing_comes_later() -> None:
    _, olivia, _ = cast()
    invited()
    deliver_at(NOON)
    assert mail_kinds() == {"none": ["link.invited"]}
    with mail_server() as post:
        deliver_at(NOON + HOUR)
        assert not post.letters
    assert kinds_received(olivia) == ["link.invited"]


def test_a_server_that_is_away_gets_everything_that_still_matters_when_it_is_back() -> None:
    cast()
    with mail_server() as post:
        with override_settings(EMAIL_PORT=free_port()):
            invited()
            assert deliver_at(NOON).mails.postponed == 1
            execute_at(NOON, pair("withdraw"))
            assert deliver_at(NOON).mails.postponed == 1
        assert deliver_at(NOON + MINUTE - timedelta(seconds=1)).mails.taken == 0
        done = deliver_at(NOON + MINUTE)
        assert (done.mails.sent, done.mails.not_sent) == (1, 1)
        assert [subject(letter) for letter in post.letters] == ["“山海茶铺” withdrew its invitation"]
    assert mail_kinds() == {"moot": ["link.invited"], "sent": ["link.withdrawn"]}


def test_what_fails_again_and_again_is_tried_less_often_and_given_up() -> None:
    cast()
    execute_at(NOON, invite("S", "A"), pair("withdraw"))
    with mail_server() as post:
        post.refuse["olivia@example.com"] = "450 mailbox busy"
        at, tries = NOON, []
        while deliver_at(at) and "due" in mail_kinds():
            tries.append(at)
            at = from_micros(query("SELECT not_before FROM message WHERE mail = 'due'")[0][0]) or NOON
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert len(tries) == flow.ATTEMPTS_MAX - 1
    assert pauses[:3] == [MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert pauses[-1] == 6 * HOUR
    assert DAY < at - NOON < 3 * DAY
    assert mail_kinds() == {"moot": ["link.invited"], "failed": ["link.withdrawn"]}


def test_an_address_that_is_refused_for_ever_is_not_tried_again_and_keeps_nobody_waiting() -> None:
    cast()
    person("later@example.com", creator="A")
    with mail_server() as post:
        post.refuse["olivia@example.com"] = "550 no such user"
        invited()
        deliver_at(NOON)
        assert [letter["To"] for letter in post.letters] == ["later@example.com"]
    assert sorted(mail_kinds()) == ["failed", "sent"]


def test_a_message_that_is_refused_for_ever_is_not_tried_again() -> None:
    cast()
    with mail_server() as post:
        post.answer = "554 no"
        invited()
        deliver_at(NOON)
    assert mail_kinds() == {"failed": ["link.invited"]}


def test_while_somebody_sends_a_letter_nobody_else_does() -> None:
    cast()
    invited()
    with mail_server() as post:
        deliver(lambda: NOON)
        execute("UPDATE message SET mail = 'due', not_before = 0")
        claimed = outbox.claim_mail(NOON, NOON + flow.LEASE, 10)
        assert [one.email for one in claimed] == ["olivia@example.com"]
        assert deliver_at(NOON + flow.LEASE - timedelta(seconds=1)).mails.taken == 0
        sent_before = len(post.letters)
        # The sender that claimed it was killed: it is sent after the lease has ended.
        assert deliver_at(NOON + flow.LEASE).mails.sent == 1
        assert len(post.letters) == sent_before + 1


def test_several_deliverers_send_each_letter_once() -> None:
    cast()
    for number in range(30):
        person(f"reader{number}@example.com", creator="A")
    with mail_server() as post:
        invited()
        run_together([lambda: deliver_at(NOON)] * 4)
        addresses = [letter["To"] for letter in post.letters]
    assert len(addresses) == len(set(addresses)) == 31


def test_a_slow_server_is_sent_to_again_and_the_state_is_asked_before_each_letter() -> None:
    cast()
    person("second@example.com", creator="A")
    with mail_server() as post:
        invited()
        flow_now = Clock()
        refused = Event()

        def hear(_address: str) -> None:
            """While the first e-mail is being sent, the shop withdraws its invitation."""
            if not refused.is_set():
                refused.set()
                execute_at(NOON + MINUTE, pair("withdraw"))
                connection.close()
                flow_now.passed = 2 * MINUTE

        post.on_letter = hear
        deliver(flow_now)
        assert [subject(letter) for letter in post.letters] == [
            "“山海茶铺” invites “oliviasteeps” as its marketing account"
        ]
    assert mail_kinds() == {"sent": ["link.invited"], "moot": ["link.invited"]}


class Clock:
    """A clock that shows NOON until it is set."""

    def __init__(self) -> None:
        self.passed = timedelta(0)

    def __call__(self) -> datetime:
        return NOON + self.passed


def test_sending_takes_as_many_statements_for_each_letter_whatever_else_is_there() -> None:
    cast()
    counts = []
    for copies, at in ((1, NOON), (10, NOON + DAY)):
        accounts = [f"A{copies}.{number}" for number in range(copies)]
        for account_id in accounts:
            person(f"{account_id}@example.com", creator=account_id)
        execute_at(at, *(put_account(account_id) for account_id in accounts))
        execute_at(at, *(put_shop(f"S.{account_id}") for account_id in accounts))
        execute_at(at, *(invite(f"S.{account_id}", account_id) for account_id in accounts))
        with mail_server() as post:
            notify(partial(max, at, at))
            with listening() as heard:
                flow.send_due_mail(partial(max, at, at))
        assert len(post.letters) == copies
        counts.append(len(heard))
    for_one = {"sqlite": 2, "postgresql": 1}[connection.vendor]
    assert counts[1] - counts[0] == 9 * for_one, "to note, in its own transaction, that it was sent"


def test_what_became_of_letters_is_counted() -> None:
    cast()

    def count(outcome: str) -> float:
        return REGISTRY.get_sample_value("shoplink_emails_total", {"outcome": outcome}) or 0

    before = {outcome: count(outcome) for outcome in ("sent", "postponed", "failed")}
    with mail_server() as post:
        post.answer = "451 later"
        linked()
        post.answer = "250 OK"
        deliver_at(NOON + HOUR)
    assert count("sent") - before["sent"] == 2
    assert count("postponed") - before["postponed"] == 2


def test_the_log_names_no_reader(caplog: pytest.LogCaptureFixture) -> None:
    cast()
    with mail_server() as post:
        post.refuse["olivia@example.com"] = "550 olivia@example.com is unknown here"
        invited()
        deliver_at(NOON)
        with override_settings(EMAIL_PORT=free_port()):
            execute_at(NOON, pair("withdraw"))
            deliver_at(NOON)
    assert len(caplog.records) == 2
    assert not [record for record in caplog.records if "olivia" in record.getMessage()]


def test_how_far_the_deliveries_are_behind_can_be_measured() -> None:
    cast()
    invited()
    before = clock.now()
    assert lag().unnotified_events == query("SELECT count(*) FROM event WHERE position IS NOT NULL")[0][0]
    with mail_server():
        notify(lambda: before)
    assert lag().unnotified_events == 0
    assert lag().mail_seconds == 0, "what happened years ago is not sent"
    execute("UPDATE message SET mail = 'due', not_before = %s", to_micros(before - HOUR))
    assert 3600 <= lag().mail_seconds < 3700
