"""The page on which a shop is compared with what the platform shows of it, over HTTP."""

import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shoplink.core.facts import Actor
from shoplink.core.instant import format_instant
from shoplink.demo.mirrored import LAMPS, YOGA
from shoplink.flows import clock
from shoplink.flows.file.source import Reading
from shoplink.flows.mirror.read import read_list
from shoplink.flows.mirror.take import GivenLists, take_over
from shoplink.store.database.sql import query
from shoplink.store.read.mirror import comparisons
from shoplink.table.write import workbook
from tests.store.commands import command, execute_accepted, put_account
from tests.web.form_client import FormClient, hidden_fields, words
from tests.web.persona import browser_of

PAGE = f"/seller/{LAMPS}/mirror"
HEADER = "账号\t绑定类型\t绑定时间\t状态\t操作\n"
BY = Actor("platform", "nightly")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ivy(demo_world: str) -> FormClient:  # noqa: ARG001 (in use)
    return browser_of("ivy", network="US")


def line(handle: str, role: str = "渠道账号", since: str = "", state: str = "已绑定") -> str:
    return f"@{handle}\t{role}\t{since}\t{state}\t查看\n"


def as_recorded(*but: str) -> str:
    """What TikTok shows of the lamp shop if everything stands there as it is recorded, without some accounts."""
    lines = {
        "analights": line("analights", "官方账号"),
        "bencolemakes": line("bencolemakes", state="解绑中"),
        "devraodiy": line("devraodiy", state="审核中"),
        "evastone": line("evastone", state="待确认"),
    }
    return HEADER + "".join(text for handle, text in lines.items() if handle not in but)


def now() -> datetime:
    return clock.now().replace(second=0, microsecond=0)


def typed(text: str, at: datetime | None = None, **more: Any) -> dict[str, Any]:
    return {"links": text, "as_of": f"{at or now():%Y-%m-%dT%H:%M}", "source": "seller centre", **more}


def compare(client: FormClient, form: dict[str, Any], status: int = 200) -> str:
    answer = client.post_blindly(PAGE, {**form, "do": "compare"})
    assert answer.status_code == status, words(answer.content.decode())
    page: str = answer.content.decode()
    return page


def chosen(page: str) -> dict[str, str]:
    """What the selects of a page send if nobody changes them."""
    return dict(
        re.findall(r'<select class="form-select" name="(when/[^"]+)">.*?value="([^"]+)" selected', page)
    )


def take(client: FormClient, form: dict[str, Any], page: str = "", **more: Any) -> str:
    """Take over what a preview showed; returns what the page says then."""
    page = page or compare(client, form)
    sent = {**hidden_fields(page, {"do": "take"}, PAGE), **chosen(page), **form, "do": "take", **more}
    return words(client.post_blindly(PAGE, sent, follow=True).content.decode())


def events() -> int:
    return int(query("SELECT count(*) FROM event")[0][0])


def standing(shop_id: str = LAMPS) -> set[tuple[str, str]]:
    found = query("SELECT account_id, status FROM link WHERE shop_id = %s AND ended_at IS NULL", shop_id)
    return {(account, status) for account, status in found}


def test_what_differs_is_shown_then_taken_over_and_the_same_list_again_changes_nothing(
    ivy: FormClient,
) -> None:
    since = now() - 5 * DAY
    text = as_recorded("bencolemakes") + line("kaiwestyoga", since=f"{since:%Y-%m-%d}") + line("nobody.here")
    before = events()
    page = compare(ivy, typed(text))
    shown = words(page)
    assert events() == before, "a look changes nothing"
    assert "@bencolemakes No longer in the list: marketing account, linked" in shown
    assert "last seen as it was" in shown
    assert "the middle" in shown
    assert "@nobody.here nobody.here is in the list, and is not recorded" in shown
    assert "Cannot be recorded" in shown, "kai.west is linked with another shop"
    assert "Columns that are not used: 操作." in shown
    said = take(ivy, typed(text), page)
    assert "1 step was recorded. 2 questions are open." in said, (
        "ben.cole ended when last seen, as it was by default"
    )
    assert "ben.cole" not in {account for account, _ in standing()}
    after = events()
    assert "Nothing had to be recorded" in take(ivy, typed(text))
    assert events() == after


def test_a_row_is_changed_or_left_out_and_an_instant_out_of_bounds_is_refused_naming_them(
    ivy: FormClient,
) -> None:
    execute_accepted(put_account("fay", handle="fayshines", region="GB"))
    text = as_recorded("bencolemakes") + line("fayshines", since=f"{now() - 3 * DAY:%Y-%m-%d}")
    pair = f"{LAMPS}/ben.cole"
    page = compare(ivy, typed(text))
    assert f'name="out/{LAMPS}/fay"' in page
    early = f"{now() - 60 * DAY:%Y-%m-%dT%H:%M}"
    said = take(ivy, typed(text), page, **{f"when/{pair}": "open", f"at/{pair}": early})
    assert "the instant must be between" in said
    assert ("ben.cole", "linked") in standing()
    at = now() - 2 * HOUR
    out = {f"out/{LAMPS}/fay": "yes", f"at/{pair}": f"{at:%Y-%m-%dT%H:%M}", f"when/{pair}": "open"}
    assert "1 step was recorded. 1 question is open." in take(ivy, typed(text), page, **out)
    [(ended,)] = query("SELECT ended_at FROM link WHERE shop_id = %s AND account_id = 'ben.cole'", LAMPS)
    assert ended == at.timestamp() * 1_000_000
    assert "fay" not in {account for account, _ in standing()}


def test_the_form_sent_twice_is_one_and_one_that_was_overtaken_does_nothing(ivy: FormClient) -> None:
    text = as_recorded("bencolemakes", "evastone")
    page, form = compare(ivy, typed(text)), typed(text)
    sent = {**hidden_fields(page, {"do": "take"}, PAGE), **form, "do": "take", "key": "k1"}
    ended = format_instant(clock.now())
    execute_accepted(
        command("record_end", shop_id=LAMPS, account_id="eva.stone", how="declined", ended_at=ended)
    )
    before = events()
    answer = ivy.post_blindly(PAGE, sent)
    assert answer.status_code == 409
    assert "Nothing was done: this has changed since you opened the page" in words(answer.content.decode())
    assert events() == before
    page = answer.content.decode()
    sent = {**hidden_fields(page, {"do": "take"}, PAGE), **chosen(page), **form, "do": "take", "key": "k2"}
    for _ in range(2):
        assert "1 step was recorded." in words(ivy.post_blindly(PAGE, sent, follow=True).content.decode())
    assert events() == before + 1
    other = ivy.post_blindly(PAGE, {**sent, "source": "elsewhere"})
    assert "This form was already sent with other input" in words(other.content.decode())


def test_an_empty_list_needs_saying_twice(ivy: FormClient) -> None:
    shown = compare(ivy, typed(""), 422)
    assert "the list is empty" in words(shown)
    assert 'name="empty"' in shown
    assert "No longer in the list" in words(compare(ivy, typed("", empty="yes")))
    assert standing()


def test_a_list_may_name_several_of_my_shops_and_touches_no_other(ivy: FormClient) -> None:
    text = "店铺ID\t账号\t绑定类型\n" + "".join(
        f"{shop}\t{handle}\t{role}\n"
        for shop, handle, role in (
            (YOGA, "kaiwestyoga", "官方账号"),
            (YOGA, "umareyes", "渠道账号"),
            ("hh-home-gb", "umareyes", "渠道账号"),
        )
    )
    execute_accepted(command("change_shop", shop_id="hh-tea-gb", decided="elsewhere"))
    shown = words(compare(ivy, typed(text)))
    assert "1 line is of a shop that is not yours: it is left out." in shown
    at = f"{now() - 2 * DAY:%Y-%m-%dT%H:%M}"
    take(ivy, typed(text), **{f"at/{YOGA}/uma.reyes": at, f"when/{YOGA}/uma.reyes": "open"})
    assert ("uma.reyes", "linked") in standing(YOGA)
    assert standing(LAMPS), "a shop that is not in the list is not touched"
    [(by,)] = query("SELECT data FROM event WHERE shop_id = %s ORDER BY number DESC LIMIT 1", YOGA)
    assert '"kind":"shop"' in str(by).replace(" ", "")
    assert YOGA in str(by)
    assert "hh-home-gb" not in comparisons(["hh-home-gb"])
    assert ivy.get("/seller/hh-home-gb/mirror").status_code == 404
    assert browser_of("mei").get("/seller/hh-home-gb/mirror").status_code == 404, "decided here"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"as_of": ""}, "Say when TikTok showed this list."),
        ({"as_of": "2126-01-01T00:00"}, "this instant has not come yet"),
        ({"links": "Product\tPrice\nTea\t3\n"}, "needed are the role and the account"),
        ({"links": HEADER + "@ann\t朋友\t\t\t\n"}, "found '朋友'"),
        ({"links": HEADER + "".join(line(f"user{n}") for n in range(2_001))}, "At most 2000 links"),
        ({"source": "x" * 201}, "At most 200 characters"),
    ],
)
def test_what_cannot_be_read_says_why_and_keeps_what_was_typed(
    ivy: FormClient, form: dict[str, str], said: str
) -> None:
    page = compare(ivy, typed(as_recorded()) | form, 422)
    assert said in words(page)
    assert (form.get("links") or as_recorded())[:30] in page


def test_a_workbook_is_read_and_stays_in_the_form_as_text(ivy: FormClient) -> None:
    rows = [("analights", "官方账号"), ("bencolemakes", "渠道账号")]
    file = SimpleUploadedFile("links.xlsx", workbook(["账号", "绑定类型"], rows))
    answer = ivy.post_blindly(PAGE, {**typed(""), "do": "compare", "file": file})
    assert "bencolemakes\t渠道账号" in answer.content.decode()
    assert "@evastone No longer in the list" in words(answer.content.decode())


def nightly(text: str, at: datetime) -> int:
    """A nightly run, which takes over what is certain; returns how many questions it leaves."""
    rows = read_list(
        "nightly", io.BytesIO(text.encode()), Reading(BY, skipped=frozenset({"操作"})), at, LAMPS
    )
    return len(take_over(GivenLists(at, rows, BY, "nightly")).left)


def test_the_questions_of_a_nightly_run_wait_at_home_and_are_answered_on_the_page(ivy: FormClient) -> None:
    nightly(as_recorded(), now() - 5 * HOUR)
    assert nightly(as_recorded("bencolemakes", "evastone"), now() - HOUR) == 2
    assert "2 differences from the list of TikTok wait for an answer." in words(
        ivy.get("/seller/").content.decode()
    )
    shown = words(ivy.get(PAGE).content.decode())
    assert "Open questions" in shown
    assert "How it ended" in shown
    ben, eva = f"{LAMPS}/ben.cole", f"{LAMPS}/eva.stone"
    at = f"{now() - 3 * HOUR:%Y-%m-%dT%H:%M}"
    answers = {f"when/{ben}": "open", f"at/{ben}": at, f"when/{eva}": "open"}
    sent = {**ivy.filled(PAGE, {"do": "answer"}), **answers, "key": "k"}
    for _ in range(2):
        answer = ivy.post_blindly(PAGE, sent, follow=True)
        assert "1 step was recorded. 1 question is open." in words(answer.content.decode())
    assert ("eva.stone", "invited") in standing()
    kept = comparisons([LAMPS])[LAMPS]
    assert [one.account_id for one in kept.left] == ["eva.stone"]
    assert kept.as_of == now() - HOUR
    ended = format_instant(clock.now())
    execute_accepted(
        command("record_end", shop_id=LAMPS, account_id="eva.stone", how="declined", ended_at=ended)
    )
    assert "wait for an answer" not in words(ivy.get("/seller/").content.decode()), (
        "it was recorded on its own"
    )
    assert "Open questions" not in words(ivy.get(PAGE).content.decode())


def test_the_number_of_statements_does_not_grow_with_the_list(ivy: FormClient) -> None:
    execute_accepted(*(put_account(f"many-{n}", handle=f"many{n}", region="GB") for n in range(60)))
    counts = []
    for many in (1, 60):
        since = f"{now() - 3 * DAY:%Y-%m-%d}"
        text = as_recorded() + "".join(line(f"many{n}", since=since) for n in range(many))
        page = compare(ivy, typed(text))
        with CaptureQueriesContext(connection) as captured:
            compare(ivy, typed(text))
        with CaptureQueriesContext(connection) as taken:
            take(ivy, typed(text), page)
        counts.append((len(captured), len(taken)))
    assert counts[0] == counts[1]
