"""The help centre names the numbers of the rulebook in force, for every reason, in both languages."""

import re

import pytest

from shoplink.core import CATALOGUE, Rulebook, parse_rulebook
from shoplink.rulebooks import packaged
from shoplink.wording import Tag, language_for
from shoplink.wording.help import TOPICS
from shoplink.wording.help_reasons import REASONS_HELP
from shoplink.wording.say_help import say_reason_help, say_topics
from tests.rule import rule
from tests.traceability import ROOT

BOTH: tuple[Tag, Tag] = ("zh", "en")
GUIDE = packaged()["guide-2024-11"]
OTHER = packaged()["seller-university-2025"]


def changed(**values: str) -> Rulebook:
    """The guide's rulebook with other values, as TOML."""
    text = (ROOT / "src/shoplink/rulebooks/guide-2024-11.toml").read_text(encoding="utf-8")
    for name, value in values.items():
        text, count = re.subn(rf"(\[{name}\]\nvalue = ).*", rf"\g<1>{value}", text)
        assert count == 1, name
    return parse_rulebook(text, "changed.toml")


def texts(rulebook: Rulebook, tag: Tag) -> str:
    said = [
        *say_topics(rulebook, language_for(tag)).values(),
        *say_reason_help(rulebook, language_for(tag)).values(),
    ]
    return "\n".join(passage.text for topic in said for passage in topic.passages)


def test_every_reason_has_its_paragraph() -> None:
    assert list(REASONS_HELP) == list(CATALOGUE)


def test_every_reason_that_a_topic_leads_to_is_there() -> None:
    assert {code for topic in TOPICS.values() for code in topic.reasons} <= set(CATALOGUE)


@pytest.mark.parametrize("tag", BOTH)
@pytest.mark.parametrize("rulebook", [GUIDE, OTHER], ids=lambda rulebook: rulebook.name)
def test_everything_is_said_with_all_its_numbers(rulebook: Rulebook, tag: Tag) -> None:
    said = texts(rulebook, tag)
    assert not re.search(r"[{}]|None|no limit|stays open for ever|frozenset", said)
    for topics in (say_topics(rulebook, language_for(tag)), say_reason_help(rulebook, language_for(tag))):
        assert all(topic.title and topic.passages for topic in topics.values())


@rule("R5", "R6", "R19", "R23", "R24", "R25", "R26")
def test_the_numbers_are_those_of_the_guide() -> None:
    said = texts(GUIDE, "zh")
    for sentence in (
        "初始为普招的店铺：可绑定官方账号 1 个，渠道账号 0 个",
        "初始为定邀的店铺：可绑定官方账号 1 个，渠道账号 4 个",
        "账号使用者需年满 18 周岁",
        "达人在 48 小时内于 App 端确认",
        "历史总共可解绑 3 次",
        "180 天内可绑定 10 次",
        "绑定满 24 小时后才可解绑",
    ):
        assert sentence in said


CHANGES = [
    (
        "slots_open",
        "{ official = 7, marketing = 6 }",
        "官方账号 7 个，渠道账号 6 个",
        "official accounts 7, marketing accounts 6",
    ),
    (
        "slots_invited",
        "{ official = 9, marketing = 8 }",
        "官方账号 9 个，渠道账号 8 个",
        "official accounts 9, marketing accounts 8",
    ),
    ("invitation_hours", "1", "达人在 1 小时内", "within 1 hour;"),
    ("minimum_link_age_hours", "77", "绑定满 77 小时", "unlinked 77 hours after"),
    ("official_unlinks_per_shop", "5", "可解绑 5 次", "unlink 5 times"),
    (
        "marketing_links_per_shop",
        "{ limit = 33, days = 99 }",
        "99 天内可绑定 33 次",
        "link 33 times in 99 days",
    ),
    (
        "marketing_links_per_shop",
        '"no limit"',
        "店铺绑定次数不限",
        "how often a shop may link is not limited",
    ),
    (
        "marketing_links_per_account",
        "{ limit = 3, days = 44 }",
        "同一账号 44 天内最多可被绑定为渠道账号 3 次",
        "a marketing account 3 times in 44 days",
    ),
    ("shop_may_unlink_alone", "true", "店铺也可以直接解绑", "The shop may also unlink on its own"),
    ("minimum_age_years", "21", "需年满 21 周岁", "at least 21 years old"),
    ("unlink_answer_days", "12", "12 天内未处理的解绑申请视为同意", "counts as approved after 12 days"),
    (
        "network_asked_of",
        '["creator"]',
        "达人确认时的网络地址需与经营国家一致。",
        "The creator’s network must be in the shop’s country when",
    ),
    ("uncorrectable_regions", '["ID", "US"]', "印度尼西亚、美国", "Indonesia, United States"),
    ("affiliate_followers_minimum", "2500", "需有 2,500 粉丝", "needs 2,500 followers"),
    (
        "official_may_promote_other_shops",
        "true",
        "官方账号也可以推广",
        "An official account may also promote",
    ),
    ("marketing_may_promote_other_shops", "false", "渠道账号不能推广", "A marketing account may not promote"),
]


@pytest.mark.parametrize(("name", "value", "chinese", "english"), CHANGES)
def test_another_rulebook_has_other_numbers(name: str, value: str, chinese: str, english: str) -> None:
    other = changed(**{name: value})
    for tag, sentence in (("zh", chinese), ("en", english)):
        assert sentence not in texts(GUIDE, tag)  # type: ignore[arg-type]
        assert sentence in texts(other, tag)  # type: ignore[arg-type]


def test_every_number_comes_with_the_sentence_that_it_comes_from() -> None:
    said = say_topics(GUIDE, language_for("zh"))["quotas"].passages[0]
    assert said.sources == (GUIDE.sources["official_unlinks_per_shop"],)
    for topic in (*TOPICS.values(), *REASONS_HELP.values()):
        for passage in topic.passages:
            text = passage.text if isinstance(passage.text, str) else passage.text.many
            assert not re.search(r"\d", text), "a number in the text would not change with the rulebook"


@rule("R28", "R29", "R45")
def test_the_steps_are_those_of_the_guide_in_its_order() -> None:
    steps = "".join(
        passage.text
        for name in ("linking", "unlinking")
        for passage in say_topics(GUIDE, language_for("zh"))[name].passages
        if passage.kind == "step"
    )
    words = [
        "我的账号 → 绑定 TikTok 账号",
        "发送邀请",
        "橱窗按钮",
        "Enter",
        "Your Shop",
        "View link info",
        "Send unlink request",
        "查看细节",
        "同意",
    ]
    places = [steps.index(word) for word in words]
    assert places == sorted(places)
