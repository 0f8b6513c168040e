"""Write examples/platform-export/: what a platform exports of two markets, the same bytes every time.

Three of its links are not accepted, so that whoever follows the how-to has something to correct.

python -m tests.cli.platform_export
"""

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from tests.traceability import ROOT

FOLDER = ROOT / "examples" / "platform-export"
SHOPS = 200
ACCOUNTS = 1_500
NOT_ACCEPTED = 3

_CHINA = timezone(timedelta(hours=8))
_UNTIL = datetime(2025, 6, 1, tzinfo=UTC)
_NAMES = {"GB": "英国", "US": "美国"}
_BRANDS = [
    "兰亭",
    "云裳",
    "木棉",
    "青禾",
    "山雀",
    "松果",
    "半夏",
    "知味",
    "拾光",
    "星野",
    "竹里",
    "南枝",
    "白露",
    "听雨",
    "归燕",
    "橙子",
    "暖阳",
    "海盐",
    "长安",
    "小满",
    "巧匠",
    "百川",
    "花间",
    "鹿鸣",
    "清和",
    "若水",
    "向晚",
    "千寻",
    "初见",
    "良木",
]
_TRADES = ["家居", "服饰", "美妆", "数码", "母婴", "户外", "宠物", "食品", "文具", "箱包"]
_ENGLISH_SHOPS = [
    "Harbour & Pine",
    "Oak Street Home",
    "Little Fern",
    "Brightside Beauty",
    "Northway Outdoor",
    "Maple Lane",
    "Copper Kettle",
    "Bluebell Kids",
    "Juniper & Co",
    "Penny Lane Paws",
    "Fox & Thistle",
    "Sunday Market",
]
_FIRST = [
    "amelia",
    "oliver",
    "grace",
    "jack",
    "sophie",
    "harry",
    "emily",
    "george",
    "lily",
    "noah",
    "ava",
    "james",
    "chloe",
    "ethan",
    "zoe",
    "liam",
    "mia",
    "lucas",
    "hannah",
    "owen",
    "ruby",
    "caleb",
    "nora",
    "isaac",
]
_TOPICS = [
    "cooks",
    "at.home",
    "outdoors",
    "reads",
    "bakes",
    "fits",
    "travels",
    "paints",
    "gardens",
    "thrifts",
    "unboxed",
    "styles",
    "diy",
    "tech",
    "runs",
]
_CHINESE_HANDLES = [
    "小雨的日常",
    "阿哲在伦敦",
    "纽约厨房",
    "豆豆妈妈",
    "大鹏测评",
    "林间手作",
    "Coco酱",
    "苏苏穿搭",
    "老王修车",
    "橘子汽水",
    "Mia米娅",
    "一只好物",
]


class _Dice:
    """Choices that come out alike on every Python: only `random()` is promised to."""

    def __init__(self) -> None:
        self._random = random.Random(20_250_601).random

    def below(self, number: int) -> int:
        return int(self._random() * number)

    def one(self, among: list[str] | tuple[str, ...]) -> str:
        return among[self.below(len(among))]

    def chance(self, share: float) -> bool:
        return self._random() < share


def files() -> dict[str, bytes]:
    """Every file of the example by its name: shops in UTF-8 with a mark, accounts in GB18030, links in UTF-8."""
    dice = _Dice()
    shops = [_shop(dice, number) for number in range(SHOPS)]
    accounts = [_account(dice, number) for number in range(ACCOUNTS)]
    return {
        "shops.csv": _csv(["店铺ID", "店铺名称", "经营国家", "入驻类型", "店铺状态"], shops).encode(
            "utf-8-sig"
        ),
        "accounts.csv": _csv(
            [
                "账号ID",
                "账号名称",
                "账号所在国家",
                "账号注册国家",
                "出生日期",
                "账号状态",
                "电商权限",
                "粉丝数",
            ],
            accounts,
        ).encode("gb18030"),
        "links.csv": _csv(
            ["店铺ID", "账号ID", "绑定类型", "绑定时间", "解绑时间"], _links(dice, shops, accounts)
        ).encode(),
    }


def _shop(dice: _Dice, number: int) -> list[str]:
    market = "GB" if number % 5 < 3 else "US"
    if dice.chance(0.7):
        name = f"{dice.one(_BRANDS)}{dice.one(_TRADES)}{_NAMES[market]}店"
    else:
        name = f"{dice.one(_ENGLISH_SHOPS)} {market}"
    enrolment = "定邀" if dice.chance(0.55) else "普招"
    status = "异常" if dice.chance(0.03) else "正常"
    return [
        str(7_495_100_000_000_000_000 + number * 10_007_919_393 + 311),
        name,
        _NAMES[market],
        enrolment,
        status,
    ]


def _account(dice: _Dice, number: int) -> list[str]:
    market = "GB" if number % 5 < 3 else "US"
    if dice.chance(0.25):
        handle = f"{dice.one(_CHINESE_HANDLES)}{number}"
    else:
        handle = f"{dice.one(_FIRST)}.{dice.one(_TOPICS)}{number}"
    registered = "印度尼西亚" if dice.chance(0.03) else _NAMES[market]
    born = date(1965, 1, 1) + timedelta(days=dice.below(15_300))
    followers = int(10 ** (2 + 4 * dice.below(1_000) / 1_000)) + dice.below(90)
    return [
        str(6_800_000_000_000_000_000 + number * 371_009_311_777 + 43),
        handle,
        _NAMES[market],
        registered,
        "" if dice.chance(0.02) else born.isoformat(),
        "异常" if dice.chance(0.02) else "正常",
        "已收回" if dice.chance(0.02) else "正常",
        f"{followers:,}" if number % 50 == 0 else str(followers),
    ]


def _links(dice: _Dice, shops: list[list[str]], accounts: list[list[str]]) -> list[list[str]]:
    """Links that can be: an account with one shop at a time, in its market, a shop within its slots."""
    free = {market: [row[0] for row in accounts if row[2] == market] for market in _NAMES.values()}
    links = []
    for shop_id, _, market, enrolment, _ in shops:
        if dice.chance(0.8):
            links.append((shop_id, free[market].pop(), "官方账号"))
        if enrolment == "定邀":
            links += [(shop_id, free[market].pop(), "渠道账号") for _ in range(dice.below(5))]
    rows = []
    for shop_id, account_id, role in links:
        linked_at = _UNTIL - timedelta(minutes=60 + dice.below(400 * 24 * 60))
        if dice.chance(0.1):  # the account was with the same shop before
            before = linked_at - timedelta(days=90 + dice.below(100))
            rows.append([shop_id, account_id, role, _local(before), _local(linked_at - timedelta(days=30))])
        rows.append([shop_id, account_id, role, _local(linked_at), ""])
    return [*rows, *_not_accepted(shops, free[_NAMES["GB"]])]


def _not_accepted(shops: list[list[str]], free: list[str]) -> list[list[str]]:
    """What goes wrong most often: an id that a spreadsheet spoiled, a time without an offset, a shop left out."""
    shop_id, linked_at = shops[0][0], "2025-03-02 07:20:00"
    rows = [
        [shop_id, f"{float(free[-1]):.5E}", "渠道账号", f"{linked_at}+08:00", ""],
        [shop_id, free[-2], "渠道账号", linked_at, ""],
        ["7495100999999999999", free[-3], "官方账号", f"{linked_at}+08:00", ""],
    ]
    assert len(rows) == NOT_ACCEPTED
    return rows


def _local(instant: datetime) -> str:
    return instant.astimezone(_CHINA).isoformat(sep=" ")


def _csv(header: list[str], rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def main(folder: Path = FOLDER) -> None:
    """Write the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
