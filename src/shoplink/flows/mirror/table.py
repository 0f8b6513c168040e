"""The table of what a platform shows of current links: the complete list of a shop or of several."""

from collections.abc import Sequence

from msgspec.structs import replace

from shoplink.flows.file.tables import TABLES, Column, Table, choice, columns_of, missing
from shoplink.table import cell
from shoplink.table.header import plain_header
from shoplink.wording import input_errors
from shoplink.wording.input_errors import Bilingual

_ACCOUNTS, _LINKS = (
    {column.field: column for column in table.columns}
    for table in TABLES
    if table.kind in ("accounts", "links")
)

CURRENT_LINKS = Table(
    "links",
    "import_link",
    (
        replace(_LINKS["shop_id"], required=False),
        replace(_LINKS["account_id"], required=False),
        _ACCOUNTS["handle"],
        _LINKS["role"],
        Column(
            "since",
            Bilingual("Since", "起始时间"),
            cell.read_day_or_instant,
            cell.write_text,
            also=("Linked at", "绑定时间", "绑定日期", "邀请时间", "Date", "日期"),
            allowed=input_errors.INSTANT,
        ),
        choice(
            "state",
            Bilingual("State", "绑定状态"),
            {
                "invited": ("待确认", "邀请中", "已邀请"),
                "in_review": ("审核中",),
                # 绑定中 stands for both states before, so a list that says no more leaves the state open.
                "linked": ("已绑定",),
                "unlink_requested": ("申请解绑中", "申请解绑", "解绑中", "待解绑"),
            },
            also=("Status", "状态"),
        ),
    ),
)
"""What a platform shows of current links: the complete list of a shop or of several, which no import or export knows."""


def current_links(header: Sequence[str], skipped: frozenset[str]) -> list[Column | None] | None:
    """The column of each cell of the header of such a list; None if it is none. Raises ColumnError."""
    plain = {plain_header(name) for name in header}
    _, of_id, of_handle, *_ = CURRENT_LINKS.columns
    if missing(CURRENT_LINKS, plain) or not plain & (of_id.headers() | of_handle.headers()):
        return None
    return columns_of(CURRENT_LINKS, header, skipped)


def unknown_columns(header: Sequence[str]) -> frozenset[str]:
    """The names in a header that are no column of such a list."""
    known = {name for column in CURRENT_LINKS.columns for name in column.headers()}
    return frozenset(name for name in header if plain_header(name) not in known)
