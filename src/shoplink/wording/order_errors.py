"""The errors of an order that cannot be attributed, in both languages as in `input_errors`."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from shoplink.wording import input_errors as inputs
from shoplink.wording.input_errors import Bilingual, InputError
from shoplink.wording.language import Tag

_INSTANT = Bilingual(
    "a date and a time: 2026-11-01 20:00:00+08:00, 2026/11/1 20:00 and the like",
    "日期和时间，如 2026-11-01 20:00:00+08:00、2026/11/1 20:00",
)
_MINOR = Bilingual(
    'a whole number of minor units (pence, cents); for decimals write amounts = "major" in the mapping',
    '以最小货币单位（便士、分）计的整数；若为小数金额，请在映射文件中写 amounts = "major"',
)
_NUMBER = Bilingual(
    "an amount in digits, as 1234.50 or 1,234.50, alone or with the sign of its currency: neither abbreviated nor negative",
    "以数字书写的金额，如 1234.50 或 1,234.50，可带币种符号；不得缩写（如 1.2K、1.2万）或用括号表示负数",
)
_STATED_MARKS = Bilingual(
    "an amount written with the marks that `decimal` and `thousands` in the mapping state",
    "按映射文件中 decimal 和 thousands 所写的小数点与千位分隔符书写的金额",
)
_AMBIGUOUS = Bilingual(
    'an amount that can be read in one way only: this one may be thousands or decimals; write decimal = "." or'
    ' decimal = "," in the mapping',
    '只有一种读法的金额：此处可能是千位分隔，也可能是小数；请在映射文件中写明 decimal = "." 或 decimal = ","',
)
_RATE = Bilingual(
    "a rate from 0 to 100 %: 0–10000 basis points, or as `rates` in the mapping says",
    "0 至 100% 的佣金率：0–10000 个基点，或按映射文件中 rates 的写法",
)

_WORDS: dict[str, Bilingual] = {
    "rounded": inputs.ROUNDED_ID,
    "too_long": inputs.NAMED,
    "not_instant": _INSTANT,
    "no_offset": Bilingual(
        "an instant with its offset, as 2026-11-01 20:00:00+08:00 (utc_offset or time_zone in the mapping gives one"
        " to all that have none)",
        "带时差的时间，如 2026-11-01 20:00:00+08:00（可在映射文件中用 utc_offset 或 time_zone 统一指定）",
    ),
    "no_time": Bilingual(
        "a date with its time: the day alone does not say which link was in force",
        "日期和时间：仅凭日期无法确定当时生效的绑定关系",
    ),
    "no_such_hour": Bilingual(
        "a local time that its time zone has, between 2010 and 2039: clocks were put forward over this one",
        "所属时区内存在的本地时间（2010–2039 年）：进入夏令时时此时刻被跳过",
    ),
    "repeated_hour": Bilingual(
        'a local time that occurs once: clocks went back and showed this one twice; write repeated_hour = "first" or'
        ' "second" in the mapping',
        '只出现一次的本地时间：夏令时结束时此时刻出现两次，请在映射文件中写明 repeated_hour = "first" 或 "second"',
    ),
    "not_whole": _MINOR,
    "not_number": _NUMBER,
    "other_marks": _STATED_MARKS,
    "ambiguous": _AMBIGUOUS,
    "other_currency": Bilingual(
        "an amount in the currency of its row: this one has the sign of another",
        "与该行币种一致的金额：此处带有其他币种的符号",
    ),
    "negative": Bilingual("0 or more; refunds go into the column of refunds", "不小于 0；退款请填入退款列"),
    "too_large": Bilingual("at most 2^53 - 1 minor units", "不超过 2^53 - 1 个最小货币单位"),
    "too_fine": Bilingual("no more decimals than the currency has", "小数位数不超过该币种的最小单位"),
    "unknown": inputs.CURRENCY_CODE,
    "not_rate": _RATE,
    "needed": inputs.RATE_NEEDED,
    "not_id": inputs.ID,
    "not_handle": inputs.HANDLE,
    "in_future": inputs.IN_PAST,
    "unknown_shop": inputs.KNOWN_SHOP,
    "unknown_account": inputs.KNOWN_ACCOUNT,
    "unknown_handle": inputs.KNOWN_HANDLE,
    "several_accounts": inputs.ONE_HOLDER,
    "more_than_amount": Bilingual("at most the amount of the order", "不超过订单金额"),
    "not_divided": Bilingual(
        "one same amount on each line of the order, and a readable amount on each: it is divided over the lines"
        " (per_order in the mapping)",
        "订单各行均为同一金额，且各行金额均可读取：该金额按行分摊（映射文件中的 per_order）",
    ),
}
_MISSING: dict[str, Bilingual] = {
    "order_id": inputs.NAMED,
    "shop_id": inputs.NAMED,
    "ordered_at": _INSTANT,
    "amount": Bilingual("the amount of the order", "订单金额"),
    "currency": _WORDS["unknown"],
}

WORDS = frozenset(_WORDS)
"""Every word for a problem of a cell, besides `missing`."""


_BROKEN_LINE = Bilingual(
    "the line has {found} cells, the header {header}", "此行有 {found} 个单元格，表头有 {header} 个"
)


class CellProblem(Struct, frozen=True):
    """What is wrong with a cell of a row, as data: the field and the word for its problem, its column, and what was found.

    `params` are further values of the sentence. `found` is None for an empty cell.
    """

    field: str
    word: str
    column: str
    found: str | None = None
    params: dict[str, str] = {}


class RejectedRow(Struct, frozen=True):
    """A row that could not be judged: its file and line, and every problem."""

    file: str
    line: int
    problems: tuple[CellProblem, ...]


def cell_problems(
    problems: str, column: Callable[[Any], str], cells: Mapping[str, object]
) -> tuple[CellProblem, ...]:
    """What is wrong with a row; `problems` has the form `field.word,field.word,`.

    `column` gives the name of a field's column; `cells` is the row by column.
    """
    found = []
    for problem in problems.removesuffix(",").split(","):
        field, _, word = problem.partition(".")
        name = column(field)
        cell = None if word in ("missing", "needed") else cells.get(name)
        params = {"accounts": str(cells["shoplink_holders"])} if word == "several_accounts" else {}
        found.append(CellProblem(field, word, name, None if cell is None else str(cell), params))
    return tuple(found)


def broken_line(found: int, header: int) -> CellProblem:
    """A line and the header differ in their number of cells."""
    return CellProblem("line", "cells", "", params={"found": str(found), "header": str(header)})


def say_cell_problems(problems: Iterable[CellProblem], tag: Tag) -> str:
    """Word what is wrong with a row."""
    return ("。" if tag == "zh" else ". ").join(_say_cell_problem(each, tag) for each in problems)


def _say_cell_problem(problem: CellProblem, tag: Tag) -> str:
    if problem.field == "line":
        return _BROKEN_LINE.say(tag).format(**problem.params)
    allowed = _MISSING[problem.field] if problem.word == "missing" else _WORDS[problem.word]
    if problem.params:
        allowed = Bilingual(*(text.format(**problem.params) for text in allowed))
    return InputError(problem.column, problem.found, allowed).say(tag)


def say_problem(field: str, word: str, tag: Tag) -> str:
    """Word what is expected of a field where it has this problem."""
    return (_MISSING[field] if word == "missing" else _WORDS[word]).say(tag)


_TAGS: tuple[Tag, ...] = ("en", "zh")


def is_broken_line(reason: str) -> bool:
    """Whether a reason is that of a line that does not have the cells of its header, in either language."""
    return any(
        re.fullmatch(_BROKEN_LINE.say(tag).format(found="[0-9]+", header="[0-9]+"), reason) for tag in _TAGS
    )


def say_left_out(column: str, cell: str, tag: Tag) -> str:
    """Word that a row does not count because of a cell, as `where` in the mapping says."""
    found = cell or {"en": "nothing", "zh": "空"}[tag]
    return Bilingual(f"left out: {column} is {found}", f"未计入：列“{column}”为“{found}”").say(tag)


def say_again(tag: Tag, *, is_identical: bool) -> str:
    """Word that a row does not count because the same line comes again."""
    if is_identical:
        return Bilingual("repeated: the same line counts elsewhere", "重复：相同的一行已在别处计入").say(tag)
    return Bilingual("repeated: a later version of this line counts", "重复：已计入此行较新的版本").say(tag)
