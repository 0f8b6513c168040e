"""The errors of a line that is not a command: where it is wrong, what was found, what is allowed.

English and Chinese are side by side, because these texts name values that tables hold in both languages.
"""

from collections.abc import Mapping
from typing import NamedTuple

from shoplink.core import values
from shoplink.core.commission import judgement, parse
from shoplink.wording.language import Tag


class Bilingual(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str

    def say(self, tag: Tag) -> str:
        """The text in one of them."""
        return self.zh if tag == "zh" else self.en


COLUMN = Bilingual("column", "列")
FIELD = Bilingual("field", "字段")


class InputError(NamedTuple):
    """An error of a line: in the column or field `name`, or in the whole line if `name` is None.

    `of` says whether `name` is that of a column or of a field.
    """

    name: str | None
    found: str | None
    allowed: Bilingual
    of: Bilingual = COLUMN

    def say(self, tag: Tag) -> str:
        """The error in a language."""
        if self.name is None:
            return self.allowed.say(tag)
        if tag == "zh":
            found = "缺少值" if self.found is None else f"发现“{values.visible(self.found)}”"
            return f"{self.of.zh}「{self.name}」：{found}；应填{self.allowed.zh}"
        found = "missing" if self.found is None else f"found '{values.visible(self.found)}'"
        return f"{self.of.en} {self.name}: {found}; allowed: {self.allowed.en}"


def say_input_errors(problems: tuple[InputError, ...], tag: Tag) -> str:
    """All errors of a line, in a language."""
    return ("。" if tag == "zh" else ". ").join(problem.say(tag) for problem in problems)


ID = Bilingual(values.ID, "1–64 位字母、数字或 _ . : -")
ROUNDED_ID = Bilingual(
    "the whole id as text: a spreadsheet has rounded this number and the id is lost; export it again with the"
    " column formatted as text",
    "以文本保存的完整 ID：表格软件已将该数字四舍五入，原 ID 无法恢复，请将此列设为文本格式后重新导出",
)
COUNTRY = Bilingual(
    "a country by its ISO 3166-1 code or its Chinese or English name", "国家的两位代码、中文名称或英文名称"
)
DATE = Bilingual(
    "a date: 2024-11-11, 2024/11/11 or 2024年11月11日", "日期：2024-11-11、2024/11/11 或 2024年11月11日"
)
ORDER_OF_DATE = Bilingual(
    "a date with the year first, or one in the order that --dates states (dmy or mdy): the order is never guessed",
    "年份在前的日期，或用 --dates 指明顺序（dmy 或 mdy）：系统不会猜测日期的顺序",
)
COUNT = Bilingual("a whole number, also as 1.2K or 12.5万", "整数，也可写作 1.2K 或 12.5万")
INSTANT = Bilingual(
    "a date, or an instant with its offset: 2024-11-11 20:00:00+08:00 (--utc-offset gives one to all instants"
    " that have none)",
    "日期，或带时差的时间：2024-11-11 20:00:00+08:00（可用 --utc-offset 为所有不带时差的时间统一指定时差）",
)
WHOLE_NUMBER = Bilingual(values.COUNT, "0 到 2^53 - 1 的整数")
BASIS_POINTS = Bilingual(
    "a whole number of basis points from 0 to 10000", "0 到 10000 的整数（基点，100 基点 = 1%）"
)
RANK = Bilingual("a whole number from 1 to 2^53 - 1", "1 到 2^53 - 1 的整数")
CURRENCY = Bilingual("three capital letters (ISO 4217)", "三位大写字母（ISO 4217）")
TEXT = Bilingual(values.LINE, "1 至 200 个字符的单行文本")
LONG_TEXT = Bilingual(values.TEXT, "1 至 4000 个字符的文本")
HANDLE = Bilingual(values.HANDLE, "1 至 64 个字符且不含空格的账号名称")
COUNTRY_CODE = Bilingual(values.COUNTRY, "ISO 3166-1 国家代码，例如英国为 GB")
DURATION = Bilingual(
    "a duration (ISO 8601) from PT1S to P36525D, such as PT24H or P180D",
    "PT1S 至 P36525D 的时长（ISO 8601），例如 PT24H 或 P180D",
)
NOT_TOO_FAR = Bilingual("at most 100 years after the real time", "最多比真实时间晚 100 年")
RFC_3339 = Bilingual(values.INSTANT, "带时差的 RFC 3339 时间，至多精确到微秒")
NAMED = Bilingual("text of 1–64 characters", "1–64 个字符的文本")
CURRENCY_CODE = Bilingual(
    "a currency by its ISO 4217 code: GBP, USD, IDR", "ISO 4217 币种代码，如 GBP、USD、IDR"
)
IN_PAST = Bilingual(judgement.IN_PAST, "不晚于当前时间的时间")
KNOWN_SHOP = Bilingual(judgement.KNOWN_SHOP, "已登记店铺的 ID")
KNOWN_ACCOUNT = Bilingual(judgement.KNOWN_ACCOUNT, "已登记账号的 ID")
KNOWN_HANDLE = Bilingual(judgement.KNOWN_HANDLE, "下单时某个账号正在使用的账号名称")
ONE_HOLDER = Bilingual(judgement.ONE_HOLDER, "下单时只有一个账号使用的账号名称；当时使用它的有 {accounts}")
RATE_NEEDED = Bilingual(
    judgement.RATE_NEEDED,
    "佣金率：下单时店铺与该账号没有绑定关系，需按佣金率计算",
)


def same_id(line: int) -> Bilingual:
    """An id that an earlier line of the file has already."""
    return Bilingual(
        f"each id once in a file: line {line} has it already",
        f"同一文件中每个 ID 只出现一次：第 {line} 行已有此 ID",
    )


TOO_MANY_CELLS = Bilingual("the line has more cells than the header", "此行的单元格多于表头")
NOT_CSV = Bilingual(
    "the line is not CSV (is a quotation mark not closed?)", "此行不是有效的 CSV（引号是否未闭合？）"
)
OTHER_BODY = Bilingual(
    "this line's key was used before for another command: the line was not executed",
    "此行的幂等键此前已用于另一条命令，未执行",
)
IN_PROGRESS = Bilingual(
    "another process is executing this line now: it was not executed here; run this again later",
    "另一进程正在处理此行，此处未执行，请稍后重新运行",
)

NOT_EARLIER = Bilingual("not earlier than the line before, {earliest}", "不早于上一行的时间 {earliest}")
"""What the instant of a line may be."""

_FIELDS: dict[str, Bilingual] = {
    both.en: both
    for both in (
        NOT_EARLIER,
        ID,
        TEXT,
        WHOLE_NUMBER,
        *(
            Bilingual(f"{both.en}{values.WITHOUT}", f"{both.zh}，不能含有 {{character}}")
            for both in (ID, TEXT, LONG_TEXT, HANDLE)
        ),
        LONG_TEXT,
        HANDLE,
        COUNTRY_CODE,
        Bilingual(values.COUNTRY_IN_CAPITALS, "大写的 ISO 3166-1 国家代码：{capitals}"),
        Bilingual(f"{COUNTRY_CODE.en}, or null where it is unknown", f"{COUNTRY_CODE.zh}；未知时为 null"),
        Bilingual(values.DATE, "日期，格式为 YYYY-MM-DD"),
        Bilingual(values.NOT_BEFORE, "1900-01-01 或之后的日期"),
        Bilingual(values.NOT_IN_FUTURE, "不晚于今天的日期"),
        Bilingual("a reason code of the catalogue", "原因目录中的代码"),
        RFC_3339,
        Bilingual(f"{RFC_3339.en}, or null for no end", f"{RFC_3339.zh}；null 表示永久"),
        Bilingual(f"{RFC_3339.en}, not in the future", f"{RFC_3339.zh}，且不能晚于当前时间"),
        Bilingual("granted or revoked", "granted 或 revoked"),
        Bilingual("normal or abnormal", "normal 或 abnormal"),
        Bilingual("here or elsewhere", "here 或 elsewhere"),
        Bilingual(
            "unlinked, declined, withdrawn, expired or revoked",
            "unlinked、declined、withdrawn、expired 或 revoked",
        ),
        Bilingual("on_sale or off", "on_sale 或 off"),
        Bilingual("reject or affiliate", "reject 或 affiliate"),
        Bilingual("video or live", "video 或 live"),
        CURRENCY,
        BASIS_POINTS,
        RANK,
        Bilingual(f"1 to 100 ids, each {ID.en}", f"1 至 100 个 ID，每个为 {ID.zh}"),
        Bilingual("official or marketing", "official 或 marketing"),
        Bilingual("open or invited", "open 或 invited"),
        Bilingual("own or offline", "own 或 offline"),
        Bilingual("`next` of the page before", "上一页返回的 next"),
        Bilingual("an e-mail address of at most 254 characters", "不超过 254 个字符的邮箱地址"),
        NAMED,
        Bilingual(
            f"{NAMED.en}, or null where nobody promoted the order", f"{NAMED.zh}；订单无人推广时为 null"
        ),
        CURRENCY_CODE,
        Bilingual("a whole number from 0 to 10000, in basis points", "0 到 10000 的整数，单位为基点"),
        Bilingual("a whole number from 0 to the amount of the order", "0 到订单金额的整数"),
        Bilingual(parse.ONE_NAME, "留空：已填写 account_id，达人只用其中一项指明"),
        IN_PAST,
        KNOWN_SHOP,
        KNOWN_ACCOUNT,
        KNOWN_HANDLE,
        ONE_HOLDER,
        RATE_NEEDED,
        Bilingual("{orders: a list of at most 10000 orders}", "{orders: 不超过 10000 个订单的列表}"),
        Bilingual(
            "shop:ID, account:ID, support:ID or platform:ID", "shop:ID、account:ID、support:ID 或 platform:ID"
        ),
        Bilingual(
            "platform:ID, but not demo, sandbox or shoplink, which are reserved",
            "platform:ID，但不能是保留的 demo、sandbox 或 shoplink",
        ),
        *(
            Bilingual(
                f"one key of 1 to {length} printable ASCII characters, without a comma",
                f"一个 1 至 {length} 位可打印 ASCII 字符组成的键，不含逗号",
            )
            for length in (180, 200)
        ),
        Bilingual("a path on this service, such as /seller/S1/", "本服务内的路径，例如 /seller/S1/"),
        Bilingual("a whole number from 1 to 60", "1 至 60 的整数"),
        Bilingual("true", "true"),
        DURATION,
        NOT_TOO_FAR,
        Bilingual(
            "an address such as https://example.com/hooks, without user name and fragment",
            "网址，例如 https://example.com/hooks，不含用户名和 # 片段",
        ),
        Bilingual(
            "the address of a host on the internet; no private, local or reserved one",
            "互联网上的主机地址，不能是内网、本机或保留地址",
        ),
        Bilingual(
            "a list of types of events, of which each is one of: {types}", "事件类型的列表，可选：{types}"
        ),
        Bilingual("one line of at most 200 characters", "不超过 200 个字符的单行文本"),
        Bilingual("active or paused", "active 或 paused"),
        Bilingual("a position of the feed, from {least} to {most}", "事件流中的位置，{least} 至 {most}"),
        Bilingual(
            "{kind: shop, creator, account, support, platform or clock; id: text}",
            "{kind: shop、creator、account、support、platform 或 clock; id: 文本}",
        ),
    )
}


def allowed_in_field(allowed: str, params: Mapping[str, object] = {}) -> Bilingual:
    """What a field of a command may hold, in both languages, by its English text, which has places for `params`."""
    both = _FIELDS.get(allowed, Bilingual(allowed, allowed))
    return Bilingual(both.en.format_map(params), both.zh.format_map(params)) if params else both
