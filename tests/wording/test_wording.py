"""Every reason, warning and event has its sentence in both languages, with its values."""

import random
import re
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from msgspec.structs import replace

from shoplink.core import CATALOGUE, AnyEvent, Reason, World, parse_command, step
from shoplink.core.commerce.events import ContentRecorded
from shoplink.core.parse import FIELD_MISSING, FIELD_WRONG
from shoplink.flows.file.replay import replay
from shoplink.rulebooks import packaged
from shoplink.wording import Tag, language_for, problems, say_reason, statement
from shoplink.wording import say as saying
from shoplink.wording import sentences as source
from shoplink.wording.events import EVENTS
from shoplink.wording.messages import KIND_NAMES, MESSAGES, SEE_IN_SHOPLINK, WHY_SENT
from tests.oracle.streams import random_stream, stories
from tests.rule import rule
from tests.traceability import ROOT

BOTH: tuple[Tag, Tag] = ("zh", "en")
MENU = {"zh": "我的账号 → 绑定 TikTok 账号", "en": "My account → Link TikTok account"}
WAY = "Enter → Your Shop → View link info → Send unlink request"


def _sources() -> set[str]:
    texts = [text for wording in source.REASONS.values() for text in wording]
    for table in (
        source.WARNINGS,
        EVENTS,
        source.ROLE_NAMES,
        source.ENROLMENT_NAMES,
        source.SUBJECT_NAMES,
        source.STATUS_NAMES,
    ):
        texts += table.values()
    texts += [text for problem in problems.PROBLEMS.values() for text in (problem.title, problem.detail)]
    texts += [FIELD_MISSING, FIELD_WRONG, *problems.MALFORMED]
    texts += [text for letter in MESSAGES.values() for text in letter]
    texts += [*KIND_NAMES.values(), SEE_IN_SHOPLINK, WHY_SENT]
    texts += statement.TEXTS.values()
    return {text.one if isinstance(text, source.Plural) else text for text in texts}


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_reason_is_worded() -> None:
    assert {key.split("/")[0] for key in source.REASONS} == set(CATALOGUE)


def test_every_variant_of_a_wording_can_be_chosen() -> None:
    variants = {key for key in source.REASONS if "/" in key}
    assert {key.split("/")[0] for key in variants} == set(saying._VARIANTS)


def test_every_event_is_worded() -> None:
    assert set(EVENTS) == {kind.__struct_config__.tag for kind in AnyEvent.__args__}


def _extracted() -> set[str]:
    """Every text that is marked for translation in code and templates."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")  # type: ignore[no-untyped-call]
    keywords: dict[str, Any] = {**DEFAULT_KEYWORDS, "N_": None, "P_": (1, 2), "gettext_lazy": None}
    found = extract_from_dir(ROOT, methods, options, keywords)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def test_the_chinese_catalogue_holds_every_text_and_no_other() -> None:
    path = ROOT / "src/shoplink/locale/zh_Hans/LC_MESSAGES/django.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale="zh_Hans")
    messages = [message for message in catalog if message.id]
    ids = {message.id if isinstance(message.id, str) else message.id[0] for message in messages}
    assert ids == _extracted(), "run `make messages`"
    assert ids >= _sources()
    assert not [message.id for message in messages if message.fuzzy or not message.string]
    assert not catalog.obsolete


def test_a_translation_leaves_no_number_out_and_adds_none() -> None:
    chinese = language_for("zh")
    assert _sources()
    for text in _sources():
        # The singular of a text may leave its number out ("the only place").
        missing = _placeholders(text) - _placeholders(chinese.text(text))
        added = _placeholders(chinese.text(text)) - _placeholders(text)
        assert not missing, text
        assert added <= {"slots"}, text


@pytest.mark.parametrize("tag", BOTH)
def test_whatever_happens_can_be_said_with_all_its_numbers(tag: Tag) -> None:
    streams = [*stories().values(), *(random_stream(random.Random(seed), 150) for seed in range(20))]
    said = 0
    for stream in streams:
        world = World(packaged(), packaged()["guide-2024-11"])
        for answer in replay((msgspec.json.encode(command) for command in stream), world, language_for(tag)):
            for text in _texts(answer):
                said += 1
                assert text
                assert not re.search(r"[{}]|None|\bdatetime\b", text), text
    assert said > 5_000


def _texts(answer: dict[str, Any]) -> list[str]:
    reasons = [text for reason in answer["reasons"] for text in (reason["detail"], reason["remedy"])]
    return [*reasons, *(event["detail"] for event in answer["events"]), *answer.get("warning_details", [])]


@rule("R25")
def test_a_spent_quota_is_said_with_its_number_and_the_day_it_comes_back() -> None:
    reason = Reason(
        "shop.link_quota_spent",
        "clock",
        datetime(2025, 5, 19, 19, tzinfo=UTC),
        {"limit": 10, "days": 180, "used": 10, "pending": 0},
    )
    assert say_reason(reason, language_for("zh")).problem == (
        "此店铺近 180 天内已绑定 10 个渠道账号，最早可于 2025 年 5 月 19 日再绑定新的渠道账号。"
    )
    assert say_reason(reason, language_for("en")).problem == (
        "This shop has linked 10 marketing accounts in the last 180 days;"
        " it can link a new one from 19 May 2025 at the earliest."
    )


def test_english_has_two_numbers() -> None:
    params = {"hours": 1, "linked_at": datetime(2025, 1, 1, tzinfo=UTC)}
    reason = Reason("link.younger_than_minimum", "clock", datetime(2025, 1, 1, 1, tzinfo=UTC), params)
    assert say_reason(reason, language_for("en")).problem == "The link is less than 1 hour old."


def test_an_instant_is_said_in_the_readers_time_zone() -> None:
    at = datetime(2025, 1, 1, 20, tzinfo=UTC)
    reason = Reason(
        "link.younger_than_minimum", "clock", at + timedelta(hours=1), {"hours": 24, "linked_at": at}
    )
    assert (
        say_reason(reason, language_for("zh"), ZoneInfo("Asia/Shanghai")).remedy
        == "最早可于北京时间 2025 年 1 月 2 日（周四）05:00 解绑。"
    )


@pytest.mark.parametrize(
    ("tag", "zone", "now", "said"),
    [
        ("zh", "Asia/Shanghai", datetime(2026, 11, 30, tzinfo=UTC), "北京时间 12 月 1 日（周二）23:04"),
        ("zh", "America/Chicago", datetime(2026, 11, 30, tzinfo=UTC), "12 月 1 日（周二）09:04（GMT−6）"),
        ("en", "America/Chicago", datetime(2026, 11, 30, tzinfo=UTC), "Tue 1 Dec 09:04 GMT−6"),
        ("en", "Asia/Shanghai", datetime(2026, 11, 30, tzinfo=UTC), "Tue 1 Dec 23:04 GMT+8"),
        ("en", "Asia/Kolkata", datetime(2026, 11, 30, tzinfo=UTC), "Tue 1 Dec 20:34 GMT+5:30"),
        ("en", "UTC", datetime(2026, 11, 30, tzinfo=UTC), "Tue 1 Dec 15:04 UTC"),
        ("en", "Europe/London", datetime(2026, 11, 30, tzinfo=UTC), "Tue 1 Dec 15:04 GMT"),
        ("en", "Europe/London", datetime(2027, 1, 1, tzinfo=UTC), "Tue 1 Dec 2026 15:04 GMT"),
        (
            "zh",
            "Asia/Shanghai",
            datetime(2026, 12, 31, 17, tzinfo=UTC),
            "北京时间 2026 年 12 月 1 日（周二）23:04",
        ),
        ("zh", "Asia/Shanghai", None, "北京时间 2026 年 12 月 1 日（周二）23:04"),
    ],
)
def test_an_instant_names_its_weekday_and_its_zone_by_the_offset(
    tag: Tag, zone: str, now: datetime | None, said: str
) -> None:
    language = language_for(tag) if now is None else language_for(tag).as_of(now)
    assert language.instant(datetime(2026, 12, 1, 15, 4, tzinfo=UTC), ZoneInfo(zone)) == said


def test_no_zone_is_ever_told_by_an_abbreviation_that_several_zones_have() -> None:
    at, names = datetime(2026, 7, 1, tzinfo=UTC), available_timezones()
    assert "Asia/Shanghai" in names
    for name in names:
        for tag in get_args(Tag):
            said = language_for(tag).zone(ZoneInfo(name), at)
            assert re.fullmatch(r"北京时间|UTC|GMT([+−]\d{1,2}(:\d\d)?)?", said), (name, said)


@pytest.mark.parametrize("tag", BOTH)
@rule("R28", "R29")
def test_the_remedy_for_a_missing_link_names_the_menu_of_the_guide(tag: Tag) -> None:
    for code, params in (
        ("link.not_found", {}),
        ("link.invitation_expired", {"expired_at": datetime.now(UTC)}),
    ):
        assert MENU[tag] in say_reason(Reason(code, "nobody", params=params), language_for(tag)).remedy


@pytest.mark.parametrize("tag", BOTH)
@rule("R43", "R45")
def test_the_remedy_for_a_missing_unlink_request_names_the_way_of_the_guide(tag: Tag) -> None:
    for code in ("unlink.not_requested", "unlink.needs_creator_request"):
        assert WAY in say_reason(Reason(code, "creator"), language_for(tag)).remedy


@rule("R39")
def test_where_support_can_help_the_remedy_says_so() -> None:
    for code in ("account.age_unknown", "account.region_mismatch", "shop.unlink_quota_spent"):
        params = {"market": "GB", "region": "ID", "used": 3, "limit": 3}
        assert "帮助中心" in say_reason(Reason(code, "support", params=params), language_for("zh")).remedy


@rule("R12")
def test_an_official_account_has_one_name() -> None:
    assert language_for("zh").text(source.ROLE_NAMES["official"]) == "官方账号"
    assert not [
        text
        for text in _sources()
        if "official creator" in text or "官方达人" in language_for("zh").text(text)
    ]


def test_saying_a_reason_leaves_it_as_it_was() -> None:
    world = World(packaged(), packaged()["guide-2024-11"])
    command = {
        "command": "accept",
        "at": "2025-01-01T00:00:00Z",
        "shop_id": "s",
        "account_id": "a",
        "network_region": None,
    }
    first = step(world, parse_command(command)).decision
    say_reason(first.reasons[0], language_for("zh"))  # type: ignore[union-attr]
    assert step(world, parse_command(command)).decision == first


@pytest.mark.parametrize("tag", BOTH)
def test_a_video_without_a_title_is_called_by_its_id(tag: Tag) -> None:
    recorded = ContentRecorded(
        at=datetime(2025, 1, 1, tzinfo=UTC), content_id="V1", account_id="A1", kind="video"
    )
    assert "V1" in saying.say_event(recorded, language_for(tag))
    assert "Tea" in saying.say_event(replace(recorded, title="Tea"), language_for(tag))


def test_every_kind_of_an_error_about_orders_has_a_sentence_on_a_page() -> None:
    kinds = {
        kind
        for path in (ROOT / "src").rglob("*.py")
        for kind in re.findall(r'\.told\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert {"column_missing", "stale", "file"} <= kinds
    assert kinds - {"file"} <= statement.RUN_PROBLEMS.keys(), (
        "a file is said in both languages where it is read"
    )
    assert statement.CLOSING.keys() <= statement.RUN_PROBLEMS.keys()
