"""Shops decided elsewhere: what a seller and a creator see of them, and record, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shoplink.core.facts import Link
from shoplink.core.instant import shift
from shoplink.demo.mirrored import LAMPS, YOGA
from shoplink.flows import clock
from shoplink.flows.look import look_at_pair
from shoplink.flows.message.calendar import deadlines
from shoplink.flows.mirror.discrepancies import discrepancies
from shoplink.store.database.fields import to_micros
from shoplink.store.database.owner import writing
from shoplink.store.database.sql import execute
from shoplink.store.read.link import page_of_links
from tests.store.commands import command, execute_accepted, put_account
from tests.web.form_client import FormClient, words
from tests.web.persona import browser_of

TOKYO_OFFSET = timedelta(hours=9)


@pytest.fixture
def ivy(demo_world: str) -> FormClient:  # noqa: ARG001 (in use)
    return browser_of("ivy", network="US")


def _link(shop_id: str, account_id: str) -> Link:
    links = [
        link
        for _, link in page_of_links(clock.now(), 100, 0, shop_id=shop_id)
        if link.account_id == account_id
    ]
    return look_at_pair(shop_id, account_id).up_to_date(links[-1])


def _typed(at: datetime, **more: Any) -> dict[str, Any]:
    return {"happened_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}", **more}


def _page(client: FormClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return words(answer.content.decode())


def test_a_link_is_kept_from_its_invitation_to_its_end_with_the_instants_of_the_platform(
    ivy: FormClient,
) -> None:
    ivy.post(f"/seller/{YOGA}/link", {"handle": "umareyes"})
    path = f"/seller/{YOGA}/link/uma.reyes/marketing"
    shown = _page(ivy, path)
    assert "TikTok will most likely accept the invitation" in shown
    assert "Do it at TikTok" in shown
    assert "Send invitation </button>" not in ivy.get(path).content.decode()
    now = clock.now().replace(second=0, microsecond=0)
    sent_at = now - timedelta(hours=5)
    answer = ivy.post(path, _typed(sent_at, happened="invited", reference="HT-1", settlement="offline"))
    link = _link(YOGA, "uma.reyes")
    page = f"/seller/{YOGA}/links/{link.link_id}"
    assert answer.headers["Location"] == page
    assert (link.status, link.invited_at, link.expires_at) == (
        "invited",
        sent_at,
        shift(sent_at, timedelta(hours=48)),
    )
    assert (link.reference, link.settlement) == ("HT-1", "offline")
    (due,) = deadlines(look_at_pair(YOGA, "uma.reyes").world, {YOGA}, set())
    assert due.at == link.expires_at
    shown = _page(ivy, page)
    assert "Decided at TikTok" in shown
    assert "Withdraw now" not in shown
    for happened, hours in (("accepted", 4), ("linked", 3), ("requested", 2), ("unlinked", 1)):
        at = now - timedelta(hours=hours)
        ivy.post(page, _typed(at, happened=happened, source="seller centre"))
    link = _link(YOGA, "uma.reyes")
    hours_ago = [now - timedelta(hours=hours) for hours in (4, 3, 1)]
    assert [link.accepted_at, link.linked_at, link.ended_at] == hours_ago
    assert link.status == "unlinked"
    assert "When it happened" not in _page(ivy, page)


def test_what_the_rulebook_would_refuse_is_recorded_and_what_is_linked_there_already(ivy: FormClient) -> None:
    ivy.post(f"/seller/{LAMPS}/link", {"handle": "noralane1"})
    path = f"/seller/{LAMPS}/link/nora.lane-1/marketing"
    assert "TikTok will most likely refuse the invitation" in _page(ivy, path)
    since = clock.now().replace(second=0, microsecond=0) - timedelta(days=3)
    ivy.post(path, _typed(since, happened="linked"))
    link = _link(LAMPS, "nora.lane-1")
    assert (link.status, link.linked_at) == ("linked", since)


def test_a_wrong_instant_comes_back_with_everything_that_was_typed(ivy: FormClient) -> None:
    page = f"/seller/{LAMPS}/links/{_link(LAMPS, 'eva.stone').link_id}"
    for at, said in (
        ("", "Say when it happened."),
        ("2026-13-45T00:00", "This is not a date and time."),
        ("0001-01-01T00:00", "This cannot be done now"),
    ):
        answer = ivy.post(page, {"happened": "declined", "happened_at": at, "source": "a call"})
        assert answer.status_code in {409, 422}
        shown = answer.content.decode()
        assert said in words(shown), at
        assert f'name="happened_at" required value="{at}"' in shown
        assert 'value="a call"' in shown
        assert 'value="declined" checked' in shown
    assert _link(LAMPS, "eva.stone").status == "invited"


def test_an_instant_is_read_in_the_readers_time_zone(ivy: FormClient) -> None:
    ivy.cookies["zone"] = "Asia/Tokyo"
    at = clock.now().replace(second=0, microsecond=0) - timedelta(hours=1)
    page = f"/seller/{LAMPS}/links/{_link(LAMPS, 'eva.stone').link_id}"
    assert "Asia/Tokyo" in _page(ivy, page)
    ivy.post(page, {"happened": "accepted", "happened_at": f"{at + TOKYO_OFFSET:%Y-%m-%dT%H:%M}"})
    assert _link(LAMPS, "eva.stone").accepted_at == at


def test_what_waits_at_the_platform_is_asked_about_and_never_decided_here(ivy: FormClient) -> None:
    home = _page(ivy, "/seller/")
    assert "TikTok should have linked the account. Has it?" in home
    asked = _link(LAMPS, "ben.cole")
    answer = ivy.get(f"/seller/{LAMPS}/links/{asked.link_id}/unlink")
    assert answer.headers["Location"] == f"/seller/{LAMPS}/links/{asked.link_id}"
    shown = _page(ivy, f"/seller/{LAMPS}/links/{asked.link_id}")
    assert "Answer it at TikTok" in shown
    answer = ivy.post_blindly(
        f"/seller/{LAMPS}/many", {"do": "choose", "account_id": "eva.stone"}, follow=True
    )
    assert "withdraw the invitation there" in words(answer.content.decode())
    assert _link(LAMPS, "eva.stone").status == "invited"


def test_a_creator_sees_what_is_recorded_and_can_set_it_right(demo_world: str) -> None:  # noqa: ARG001 (in use)
    eva, link = browser_of("eva"), _link(LAMPS, "eva.stone")
    page = "/creator/eva.stone/"
    shown = _page(eva, page)
    assert "This is done at TikTok, not here." in shown
    assert "Decline now" not in shown
    at = clock.now().replace(second=0, microsecond=0)
    assert eva.post_blindly(page, _typed(at, happened="linked", link_id=link.link_id)).status_code == 404
    eva.post(page, _typed(at, happened="declined", link_id=link.link_id))
    ended = _link(LAMPS, "eva.stone")
    assert (ended.status, ended.ended_at) == ("declined", at)
    info = _page(browser_of("ben"), "/creator/ben.cole/profile/link")
    assert "It was recorded that the creator asked at TikTok to be unlinked" in info
    assert "· Shop" in info


def test_no_deadline_stands_in_the_calendar_where_time_does_not_decide(ivy: FormClient) -> None:
    link = _link(YOGA, "kai.west")
    at = clock.now().replace(second=0, microsecond=0) - timedelta(days=1)
    page = f"/seller/{YOGA}/links/{link.link_id}"
    ivy.post(page, _typed(at, happened="requested"))
    assert "By the rulebook TikTok counts the request as approved on" in _page(ivy, page)
    assert [*deadlines(look_at_pair(YOGA, "kai.west").world, {YOGA}, set())] == []


def test_a_shop_says_when_it_was_last_compared_and_waits_after_a_week(ivy: FormClient) -> None:
    now = clock.now()
    for shop_id, days in ((LAMPS, 3), (YOGA, 8)):
        with writing():
            at = to_micros(now - timedelta(days=days))
            execute(
                "INSERT INTO mirror (shop_id, as_of, compared_at, questions, data) VALUES (%s, %s, %s, 0, '[]')",
                shop_id,
                at,
                at,
            )
    home = _page(ivy, "/seller/")
    assert "Last compared with TikTok: 3 days ago." in home
    assert home.count("Last compared with TikTok: 1 week ago.") == 2
    assert home.count("Not compared") == 1
    assert "3 days ago" in _page(ivy, f"/seller/{LAMPS}/")


def test_the_platform_sees_what_was_let_through_by_rule_and_month_asked_again(demo_world: str) -> None:  # noqa: ARG001 (in use)
    alex = browser_of("alex")
    page = "/platform/discrepancies"
    shown = _page(alex, page)
    assert "12 marketing links in 180 days were let through by the platform; the rulebook says 10" in shown
    assert "The platform let a link end 12 h after it was established; the rulebook says 24 h" in shown
    assert "180 天内可绑定 10 次渠道账号" in shown
    assert "known since a later record" not in shown
    before = clock.now() - timedelta(days=100)
    execute_accepted(
        put_account("early"),
        command(
            "import_link",
            shop_id=LAMPS,
            account_id="early",
            role="marketing",
            linked_at=before.isoformat(),
            unlinked_at=(before + timedelta(days=2)).isoformat(),
        ),
    )
    shown = _page(alex, page)
    assert "13 marketing links in 180 days" in shown
    assert shown.count("known since a later record") == 1, "ben.cole was the tenth, and is the eleventh now"


def test_a_step_is_a_discrepancy_only_while_what_is_known_says_so(demo_world: str) -> None:  # noqa: ARG001 (in use)
    now = clock.now()
    (one,) = {item.broken for item in discrepancies(100).items if item.step.account_id == "eva.stone"}
    assert (one.code, one.reached, one.allowed, one.days) == ("shop.link_quota_spent", 12, 10, 180)
    ended = (now - timedelta(hours=40)).isoformat()
    execute_accepted(
        command("record_end", shop_id=LAMPS, account_id="ben.cole", how="unlinked", ended_at=ended)
    )
    assert {
        item.broken.reached for item in discrepancies(100).items if item.step.account_id == "eva.stone"
    } == {12}
    first = discrepancies(3)
    assert first.asked == 3
    rest = discrepancies(100, first.next_before)
    assert len(first.items) + len(rest.items) == len(discrepancies(100).items)
    assert rest.next_before is None


def test_the_platform_changes_who_decides_after_seeing_what_that_does(demo_world: str) -> None:  # noqa: ARG001 (in use)
    alex, page = browser_of("alex"), f"/platform/shops/{LAMPS}/decided"
    shown = _page(alex, page)
    assert "@devraodiy The account is linked" in shown, "nothing holds it: it is reviewed at once"
    answer = alex.post(page, {"to": "here"})
    assert answer.headers["Location"] == f"/platform/shops/{LAMPS}"
    assert _link(LAMPS, "dev.rao").status == "linked"
    shown = _page(alex, page)
    assert "Let TikTok decide about its links" in shown
    assert "No link changes at once." in shown
    alex.post(page, {"to": "elsewhere"})
    assert "Links are decided at TikTok" in _page(alex, f"/platform/shops/{LAMPS}")
    link = _link(LAMPS, "ben.cole")
    shown = _page(alex, f"/platform/links/{link.link_id}")
    assert "Revoke now" not in shown
    at = clock.now().replace(second=0, microsecond=0) - timedelta(hours=1)
    alex.post(f"/platform/links/{link.link_id}", _typed(at, happened="revoked"))
    assert _link(LAMPS, "ben.cole").status == "revoked"
