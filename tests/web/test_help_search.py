"""What people ask the help centre, in both languages, and the page that must come first."""

import pytest

from shoplink.core import CATALOGUE
from shoplink.rulebooks import packaged
from shoplink.web.help.asked import ASKED
from shoplink.web.help.centre import help_index
from shoplink.web.help.search import search_pages, search_words
from shoplink.wording.help import TOPICS

INDEX = help_index(packaged()["guide-2024-11"])

QUESTIONS = {
    "解绑": "unlinking",
    "怎么解绑": "unlinking",
    "怎么解绑？": "unlinking",
    "解除绑定": "unlinking",
    "取消绑定": "unlinking",
    "我想解除和店铺的绑定": "unlinking",
    "jiebang": "unlinking",
    "How do I unlink?": "unlinking",
    "how do I unlink": "unlinking",
    "unlinking": "unlinking",
    "remove account": "unlinking",
    "disconnect my account": "unlinking",
    "取消关联": "unlinking",
    "解约": "unlinking",
    "怎么绑定": "linking",
    "如何绑定账号？": "linking",
    "how to link an account": "linking",
    "connect account": "linking",
    "绑定条件": "linking",
    "邀请达人": "linking",
    "绑定中": "held",
    "长期显示绑定中": "held",
    "一直绑定中": "held",
    "审核": "held",
    "pending": "held",
    "stuck": "held",
    "why is it still linking": "held",
    "卡住了": "held",
    "绑定失败": "failed",
    "绑定不了怎么办": "failed",
    "linking fails": "failed",
    "link failed": "failed",
    "未成年": "account.under_age",
    "未成年可以绑定吗": "account.under_age",
    "18岁": "account.under_age",
    "under 18": "account.under_age",
    "Underage": "account.under_age",
    "年龄": "account.under_age",
    "1000粉丝": "account.followers_below_minimum",
    "1,000 粉丝": "account.followers_below_minimum",
    "１０００粉丝": "account.followers_below_minimum",
    "粉丝 1000": "account.followers_below_minimum",
    "1k粉丝": "account.followers_below_minimum",
    "1千粉丝": "account.followers_below_minimum",
    "1000": "account.followers_below_minimum",
    "1,000": "account.followers_below_minimum",
    "1000 followers": "account.followers_below_minimum",
    "48小时": "link.invitation_expired",
    "48 小时": "link.invitation_expired",
    "48 hours": "link.invitation_expired",
    "48h": "link.invitation_expired",
    "deadline": "link.invitation_expired",
    "超时": "link.invitation_expired",
    "邀请过期": "link.invitation_expired",
    "邀请过期了怎么办": "link.invitation_expired",
    "expired": "link.invitation_expired",
    "24小时": "link.younger_than_minimum",
    "24 hours": "link.younger_than_minimum",
    "渠道达人": "roles",
    "官方达人": "roles",
    "联盟达人": "roles",
    "official account": "roles",
    "佣金": "roles",
    "commission": "roles",
    "普招": "slots",
    "定邀": "slots",
    "how many accounts can I link": "slots",
    "如何提升次数": "quotas",
    "180天": "quotas",
    "quota": "quotas",
    "客服": "support",
    "工单": "support",
    "ticket": "support",
    "talk to a human": "support",
    "名额已满": "shop.slots_full",
    "slot": "slots",
    "VPN": "network.region_mismatch",
    "vpn": "network.region_mismatch",
    "梯子": "network.region_mismatch",
    "豁免": "shop.link_quota_spent",
    "country registered": "account.registration_mismatch",
    "注册国家": "account.registration_mismatch",
    "Singapore": "account.region_mismatch",
    "新加坡": "account.region_mismatch",
    "wrong country": "account.region_mismatch",
    "电商权限": "account.commerce_permission_revoked",
    "账号被封": "account.status_not_normal",
    "店铺被封": "shop.status_not_normal",
    "已被绑定": "account.already_linked",
    "already linked": "account.already_linked",
    "商家不同意解绑": "unlink.already_requested",
    "店铺单方面解绑": "unlink.needs_creator_request",
    "橱窗同步": "showcase.not_official",
    "unlnik": "unlinking",
    "folowers": "account.followers_below_minimum",
}


@pytest.mark.parametrize(("question", "page"), QUESTIONS.items())
def test_what_people_ask_is_answered_first_by_the_page_for_it(question: str, page: str) -> None:
    assert search_pages(INDEX, question)[:1] == [page]


@pytest.mark.parametrize("question", ["橱窗", "账号", "shop", "country", "国家", "解绑 次数"])
def test_a_broad_question_finds_several_pages_and_not_everything(question: str) -> None:
    assert 1 < len(search_pages(INDEX, question)) < len(CATALOGUE)


@pytest.mark.parametrize("question", ["xyzzyq", "", "  ", "？！", "the of", "的", "987654321", "🙂"])
def test_what_no_page_is_about_finds_none(question: str) -> None:
    assert search_pages(INDEX, question) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("How do I unlink?", ["unlink"]),
        ("linked, linking and links", ["link"]),
        ("怎么解除绑定", ["解除", "除绑", "绑定"]),
        ("1,000粉丝", ["1000", "粉丝"]),
        ("1k 粉丝", ["1000", "粉丝"]),
        ("1.5万", ["15000"]),
        ("４８小时", ["48", "小时"]),
        ("48h", ["48", "hour"]),
        ("Café", ["caf"]),
    ],
)
def test_words_are_compared_without_what_makes_no_difference(text: str, words: list[str]) -> None:
    assert search_words(text) == words


def test_every_page_that_questions_are_written_for_is_there() -> None:
    assert set(ASKED) <= {*TOPICS, *CATALOGUE}
    assert set(TOPICS) <= set(ASKED)
    for name, asked in ASKED.items():
        for each in asked:
            assert name in search_pages(INDEX, each), f"{each} does not find {name}"
