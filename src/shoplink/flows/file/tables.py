"""The tables that can be imported and exported: their columns, and the values that each column allows.

Headers and cells may be in Chinese or English.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core import COMMANDS
from shoplink.table import cell
from shoplink.table.cell import CellError, Form
from shoplink.table.country import plain_name
from shoplink.table.header import HANDLE_HEADERS, plain_header
from shoplink.wording import Language, input_errors
from shoplink.wording.input_errors import Bilingual

Kind = Literal["shops", "accounts", "links", "products", "contents"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order of import, so that what a line names is recorded before it: shops and accounts before links, and so on."""

REASON = Bilingual("Reason", "原因")
"""The column that a file of rejected lines adds; it is not read back."""


class Column(Struct, frozen=True):
    """A column: the field of the command that it fills, its headers, and how its cells are read and written.

    `read` takes a cell that is not empty and the form of the file's cells; it raises CellError. `exported`:
    whether it holds a fact that is kept, and is written by an export.
    """

    field: str
    header: Bilingual
    read: Callable[[str, Form], object]
    write: Callable[[Any, Language], str]
    required: bool = False
    also: tuple[str, ...] = ()
    allowed: Bilingual = input_errors.TEXT
    exported: bool = True

    def headers(self) -> set[str]:
        """Every header that means this column, as `plain_header` writes it."""
        return {plain_header(name) for name in (self.field, *self.header, *self.also)}


class Table(Struct, frozen=True):
    """A kind of table, and the command that each of its lines stands for.

    `change` is the command of a table that has the first column and only some of the others: an empty cell leaves
    the fact as it is.
    """

    kind: Kind
    command: str
    columns: tuple[Column, ...]
    change: str | None = None


def choice(field: str, header: Bilingual, choices: Mapping[str, tuple[str, ...]], **more: Any) -> Column:
    """A column with a closed list of values, each with its Chinese names; the first of these is the one that is written."""
    values = {plain_name(name): value for value, names in choices.items() for name in (value, *names)}
    allowed = Bilingual(" or ".join(choices), "或".join(names[0] for names in choices.values()))

    def read(text: str, _: Form) -> str:
        if (value := values.get(text) or values.get(plain_name(text))) is None:
            raise CellError(allowed)
        return value

    def write(value: str, language: Language) -> str:
        return choices[value][0] if language.tag == "zh" else value

    return Column(field, header, read, write, allowed=allowed, **more)


def _id(field: str, en: str, zh: str, *also: str) -> Column:
    return Column(
        field,
        Bilingual(en, zh),
        cell.read_id,
        cell.write_word,
        required=True,
        also=also,
        allowed=input_errors.ID,
    )


def _country(field: str, en: str, zh: str, *also: str, required: bool = False) -> Column:
    return Column(
        field,
        Bilingual(en, zh),
        cell.read_country,
        cell.write_country,
        required=required,
        also=also,
        allowed=input_errors.COUNTRY,
    )


def _number(field: str, en: str, zh: str, *also: str, required: bool = False) -> Column:
    return Column(
        field,
        Bilingual(en, zh),
        cell.read_whole_number,
        cell.write_text,
        required=required,
        also=also,
        allowed=input_errors.WHOLE_NUMBER,
    )


_SHOP_ID = _id("shop_id", "Shop ID", "店铺ID", "小店ID", "店铺编号")
_ACCOUNT_ID = _id("account_id", "Account ID", "账号ID", "达人账号ID", "达人ID", "TikTok账号ID", "Creator ID")
_PRODUCT_ID = _id("product_id", "Product ID", "商品ID", "商品编号", "货品ID")
_STANDING = {"normal": ("正常",), "abnormal": ("异常",)}

TABLES: tuple[Table, ...] = (
    Table(
        "shops",
        "put_shop",
        (
            _SHOP_ID,
            Column(
                "name",
                Bilingual("Shop name", "店铺名称"),
                cell.read_text,
                cell.write_text,
                also=("小店名称",),
            ),
            _country("market", "Market", "经营国家", required=True),
            choice(
                "enrolment",
                Bilingual("Enrolment", "入驻类型"),
                {"open": ("普招", "普招商家"), "invited": ("定邀", "定邀商家")},
                required=True,
            ),
            choice("status", Bilingual("Shop status", "店铺状态"), _STANDING, also=("小店状态",)),
            choice(
                "decided",
                Bilingual("Links decided", "绑定由谁决定"),
                {"here": ("本系统", "这里"), "elsewhere": ("TikTok", "平台", "其他平台")},
            ),
        ),
        change="change_shop",
    ),
    Table(
        "accounts",
        "put_account",
        (
            _ACCOUNT_ID,
            Column(
                "handle",
                Bilingual("Handle", "账号名称"),
                cell.read_handle,
                cell.write_word,
                also=HANDLE_HEADERS,
            ),
            _country(
                "region",
                "Region",
                "账号所在国家",
                "所在国家",
                "国家/地区",
                "Country",
                "Country/Region",
                required=True,
            ),
            _country("registered_in", "Registered in", "账号注册国家"),
            Column(
                "birth_date",
                Bilingual("Birth date", "出生日期"),
                cell.read_date,
                cell.write_text,
                allowed=input_errors.DATE,
            ),
            choice("status", Bilingual("Account status", "账号状态"), _STANDING),
            choice(
                "commerce_permission",
                Bilingual("Commerce permission", "电商权限"),
                {
                    "granted": ("正常", "有", "是", "已开通", "已授予"),
                    "revoked": ("已收回", "收回", "无", "否", "已取消"),
                },
                also=("E-commerce permission",),
            ),
            Column(
                "followers",
                Bilingual("Followers", "粉丝数"),
                cell.read_count,
                cell.write_text,
                also=("粉丝量", "Follower count"),
                allowed=input_errors.COUNT,
            ),
            Column(
                "facts_as_of",
                Bilingual("Facts as of", "数据时间"),
                cell.read_instant,
                cell.write_text,
                allowed=input_errors.INSTANT,
                exported=False,
            ),
        ),
        change="change_account",
    ),
    Table(
        "links",
        "import_link",
        (
            _SHOP_ID,
            _ACCOUNT_ID,
            choice(
                "role",
                Bilingual("Role", "绑定类型"),
                {"official": ("官方账号", "官方达人"), "marketing": ("渠道账号", "渠道达人")},
                required=True,
            ),
            Column(
                "linked_at",
                Bilingual("Linked at", "绑定时间"),
                cell.read_instant,
                cell.write_text,
                required=True,
                allowed=input_errors.INSTANT,
            ),
            Column(
                "unlinked_at",
                Bilingual("Unlinked at", "解绑时间"),
                cell.read_instant,
                cell.write_text,
                allowed=input_errors.INSTANT,
            ),
            Column(
                "source",
                Bilingual("Source", "来源"),
                cell.read_text,
                cell.write_text,
                exported=False,
            ),
        ),
    ),
    Table(
        "products",
        "put_product",
        (
            _PRODUCT_ID,
            _SHOP_ID,
            Column(
                "title",
                Bilingual("Title", "商品标题"),
                cell.read_text,
                cell.write_text,
                required=True,
                also=("商品名称", "标题", "Product name"),
            ),
            _number(
                "price_minor", "Price (minor units)", "价格（最小货币单位）", "价格（分）", required=True
            ),
            Column(
                "currency",
                Bilingual("Currency", "币种"),
                cell.read_text,
                cell.write_text,
                required=True,
                also=("货币",),
                allowed=input_errors.CURRENCY,
            ),
            choice(
                "status",
                Bilingual("Product status", "商品状态"),
                {"on_sale": ("在售", "上架", "销售中", "已上架"), "off": ("下架", "已下架", "停售")},
            ),
            Column(
                "listed_at",
                Bilingual("Listed at", "上架时间"),
                cell.read_instant,
                cell.write_text,
                required=True,
                also=("上架日期",),
                allowed=input_errors.INSTANT,
            ),
            _number("commission_rate_bp", "Commission (basis points)", "佣金率（基点）"),
            _number("units_7d", "Units, 7 days", "近7天销量", "近七天销量", "7天销量"),
            _number("units_prev_7d", "Units, 7 days before", "前7天销量", "前七天销量", "上一个7天销量"),
            _number("rank_page", "Result page", "搜索结果页", "排名页"),
        ),
    ),
    Table(
        "contents",
        "put_content",
        (
            _id("content_id", "Content ID", "内容ID", "视频ID", "直播ID"),
            _ACCOUNT_ID,
            choice(
                "kind",
                Bilingual("Kind", "内容类型"),
                {"video": ("视频", "短视频"), "live": ("直播",)},
                required=True,
            ),
            Column("title", Bilingual("Title", "内容标题"), cell.read_text, cell.write_text, also=("标题",)),
        ),
    ),
)


def _changes(table: Table) -> Iterator[Table]:
    """The table that changes single facts of the things in a table, if there is one."""
    if table.change is not None:
        of_id, *others = table.columns
        changeable = COMMANDS[table.change].__struct_fields__
        columns = [replace(column, required=False) for column in others if column.field in changeable]
        yield replace(table, command=table.change, columns=(of_id, *columns))


_CHANGES = [change for table in TABLES for change in _changes(table)]

KIND_NAMES = {
    kind: Bilingual(kind, zh)
    for kind, zh in zip(KINDS, ("店铺", "账号", "绑定", "商品", "视频和直播"), strict=True)
}


class ColumnError(ValueError):
    """A header of a table with a column that is unknown or stands there twice. `said` says it in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        """`en` and `zh`: what was found, and what is allowed."""
        super().__init__(en)
        self.said = Bilingual(en, zh)


def recognise(header: Sequence[str], skipped: frozenset[str]) -> tuple[Table, list[Column | None]] | None:
    """The table that a header belongs to, and the column of each cell; None for a cell that is ignored.

    `skipped` has the headers of columns to ignore. None if the cells are the header of no table. Raises ColumnError.
    """
    plain = {plain_header(name) for name in header}
    for table in TABLES:
        if not missing(table, plain):
            return table, columns_of(table, header, skipped)
    for table in _CHANGES:
        of_id, *others = (column.headers() for column in table.columns)
        known = {*_ignored(skipped), *of_id}.union(*others)
        if plain <= known and of_id & plain and any(names & plain for names in others):
            return table, columns_of(table, header, skipped)
    return None


def say_needed(header: Sequence[str]) -> Bilingual:
    """What is missing in a header: for the table that lacks least, or for every table if none is begun."""
    plain = {plain_header(name) for name in header}
    lacking = {table: missing(table, plain) for table in TABLES}
    begun = [table for table in TABLES if len(lacking[table]) < sum(c.required for c in table.columns)]
    nearest = [min(begun, key=lambda table: len(lacking[table]))] if begun else TABLES
    columns = [(KIND_NAMES[table.kind], _names(lacking[table])) for table in nearest]
    found = ", ".join(header)
    return Bilingual(
        f"line 1: found the columns {found}; {'missing is' if begun else 'needed are'}, for "
        + "; ".join(f"{kind.en}: {names}" for kind, names in columns),
        f"第 1 行：发现的列为 {found}；{'缺少' if begun else '需要'}"
        + "；".join(f"{names}（{kind.zh}）" for kind, names in columns),
    )


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(f"{column.header.zh}|{column.field}" for column in columns)


def missing(table: Table, plain: set[str]) -> list[Column]:
    """The columns that a table must have and a header lacks."""
    return [column for column in table.columns if column.required and not column.headers() & plain]


def _ignored(skipped: frozenset[str]) -> set[str]:
    return {plain_header(name) for name in (*REASON, *skipped, "")}


def columns_of(table: Table, header: Sequence[str], skipped: frozenset[str]) -> list[Column | None]:
    """The column of a table for each cell of its header; None for a cell that is ignored. Raises ColumnError."""
    ignored = _ignored(skipped)
    columns: list[Column | None] = []
    for name in header:
        column = next((c for c in table.columns if plain_header(name) in c.headers()), None)
        if plain_header(name) in ignored:
            column = None
        elif column is None:
            known = _names(table.columns)
            raise ColumnError(
                f"found the column {name!r}; {table.kind} have {known} (--skip-column leaves one out)",
                f"发现列“{name}”；{KIND_NAMES[table.kind].zh}表的列为 {known}（--skip-column 可忽略某一列）",
            )
        elif column in columns:
            raise ColumnError(f"the column {name!r} stands there twice", f"列“{name}”出现了两次")
        columns.append(column)
    return columns
