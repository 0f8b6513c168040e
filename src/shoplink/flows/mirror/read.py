"""Read a list of current links from a table: a file, or what was copied from a web page (cells between tabs)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from shoplink.core.instant import parse_instant
from shoplink.core.mirror.compare import ListedLink
from shoplink.core.values import WrongValueError, read_handle, read_id
from shoplink.flows.file.rows import columns_of_ids, count_ids, describes, values_of
from shoplink.flows.file.source import Reading, UnreadableError
from shoplink.flows.file.tables import Column, ColumnError
from shoplink.flows.mirror.table import CURRENT_LINKS, current_links, unknown_columns
from shoplink.table.cell import Form, IdCount
from shoplink.table.error import TableError
from shoplink.table.read import HeaderError, Row, TableFile, open_table, rows
from shoplink.wording import input_errors
from shoplink.wording.input_errors import Bilingual, InputError
from shoplink.wording.input_errors import say_input_errors as say_input_errors  # noqa: PLC0414 (read from here)

_DAY_CHARACTERS = len("2024-11-11")
_PROBLEMS_MAX = 20
_AHEAD = timedelta(hours=14)
"""How far a page's clock can be ahead of UTC."""

NO_SHOP = Bilingual(
    "a shop in every line, or one named for the whole list", "每行都填店铺 ID，或为整份列表指定一家店铺"
)
OTHER_SHOP = Bilingual("the shop that the list is of", "该列表所属的店铺")
NO_ACCOUNT = Bilingual("an account by its id or its handle", "账号 ID 或账号名称")


_GRAMMAR = (
    ("shop_id", read_id, input_errors.ID),
    ("account_id", read_id, input_errors.ID),
    ("handle", read_handle, input_errors.HANDLE),
)


class LineProblem(Struct, frozen=True):
    """What is wrong in a line of a list."""

    line: int
    problems: tuple[InputError, ...]


class UnclearListError(ValueError):
    """A list with lines that cannot be read. Nothing of it is compared: what is missing in it would count as gone."""

    def __init__(self, lines: Sequence[LineProblem]) -> None:
        """`lines`: the first of them."""
        super().__init__(lines)
        self.lines = tuple(lines)


class PastedList(Struct, frozen=True):
    """A list as people paste or upload it: its rows by shop, and itself as lines of cells between tabs.

    `ignored` are the columns that say nothing of links.
    """

    by_shop: dict[str, list[ListedLink]]
    text: str
    ignored: list[str]


def read_list(
    name: str, stream: BinaryIO, reading: Reading, as_of: datetime, shop_id: str | None = None
) -> dict[str, list[ListedLink]]:
    """The rows of a list by shop; `shop_id` is the shop of a table without that column.

    Raises UnreadableError, UnclearListError and OSError.
    """
    file = _open(name, stream, reading, reading.skipped)
    return _read(file, reading, as_of, shop_id, other_shops=False).by_shop


def read_pasted(name: str, stream: BinaryIO, reading: Reading, as_of: datetime, shop_id: str) -> PastedList:
    """The list in what was copied from a page or exported there; `shop_id` is the shop of the lines that name none.

    Raises UnreadableError, UnclearListError and OSError.
    """
    file = _open(name, stream, reading, None)
    found = _read(file, reading, as_of, shop_id, other_shops=True)
    ignored = [
        name for name, column in zip(file.header, file.found, strict=True) if column is None and name.strip()
    ]
    return PastedList(found.by_shop, "\n".join(found.lines), ignored)


_File = TableFile[list[Column | None]]


def _open(name: str, stream: BinaryIO, reading: Reading, skipped: frozenset[str] | None) -> _File:
    """The table; `skipped` are the columns to ignore, None for all that are unknown."""
    try:
        return open_table(
            name,
            stream,
            lambda cells: current_links(cells, unknown_columns(cells) if skipped is None else skipped),
            reading.told,
        )
    except HeaderError as error:
        raise UnreadableError(_say_needed(name, error.cells)) from None
    except TableError as error:
        raise UnreadableError(error.said) from None
    except ColumnError as error:
        raise UnreadableError(
            Bilingual(f"{name}: line 1: {error.said.en}", f"{name}：第 1 行：{error.said.zh}")
        ) from None


def _read(
    file: _File, reading: Reading, as_of: datetime, shop_id: str | None, *, other_shops: bool
) -> "_Rows":
    try:
        ids, description = IdCount(), 0
        of_ids = columns_of_ids(file.found)
        for number, row in enumerate(rows(file)):
            if not number and describes(file.found, row):
                description = row.line
            count_ids(of_ids, row, ids)
        form = replace(reading.form, zeros_are_rounding=ids.are_rounded)
        found = _Rows(file, form, as_of, shop_id, other_shops=other_shops)
        for row in rows(file):
            if row.line != description:
                found.add(row)
    except TableError as error:
        raise UnreadableError(error.said) from None
    if found.problems:
        raise UnclearListError(found.problems[:_PROBLEMS_MAX])
    return found


class _Rows:
    """The rows of a list, and the lines that are none."""

    def __init__(
        self, file: _File, form: Form, as_of: datetime, shop_id: str | None, *, other_shops: bool
    ) -> None:
        """`shop_id`: of the lines that name no shop; `other_shops`: whether others may."""
        self.by_shop: dict[str, list[ListedLink]] = {}
        self.problems: list[LineProblem] = []
        self._file, self._form, self._as_of = file, form, as_of
        self._shop_id, self._other_shops = shop_id, other_shops
        self._seen: dict[tuple[str, str], int] = {}
        self._names = {
            column.field: name for column, name in zip(file.found, file.header, strict=True) if column
        }
        self.lines = [self._line(file.header)]

    def add(self, row: Row) -> None:
        values, problems, _ = values_of(self._file.header, self._file.found, row, self._form)
        if not problems:
            problems = list(self._problems(values))
        if not problems:
            shop = str(values.get("shop_id") or self._shop_id)
            about = (shop, values.get("account_id") or f"@{values['handle'].casefold()}")
            if about in self._seen:
                problems = [InputError(None, None, input_errors.same_id(self._seen[about]))]
            self._seen[about] = row.line
            self.by_shop.setdefault(shop, []).append(_row(values, self._as_of))
            self.lines.append(self._line(row.cells))
        if problems:
            self.problems.append(LineProblem(row.line, tuple(problems)))

    def _line(self, cells: Sequence[str]) -> str:
        known = (cell for cell, column in zip(cells, self._file.found, strict=True) if column)
        return "\t".join(" ".join(cell.split()) for cell in known)

    def _problems(self, values: Mapping[str, Any]) -> Iterator[InputError]:
        given = values.get("shop_id")
        if given is None and self._shop_id is None:
            yield InputError(self._names.get("shop_id", "shop_id"), None, NO_SHOP)
        if given is not None and self._shop_id not in {None, given} and not self._other_shops:
            yield InputError(self._names["shop_id"], given, OTHER_SHOP)
        if not values.get("account_id") and not values.get("handle"):
            yield InputError(None, None, NO_ACCOUNT)
        for field, read, allowed in _GRAMMAR:
            try:
                if (value := values.get(field)) is not None:
                    read(value)
            except WrongValueError:
                yield InputError(self._names[field], value, allowed)


def _row(values: dict[str, Any], as_of: datetime) -> ListedLink:
    since, is_day = values.get("since"), False
    if since is not None and len(since) == _DAY_CHARACTERS:
        is_day, since = True, f"{since}T00:00:00Z"
    at = parse_instant(since) if since else None
    return ListedLink(
        account_id=values.get("account_id"),
        role=values["role"],
        state=values.get("state", "linked"),
        # A day that has begun where the page is, but not yet at 00:00 UTC.
        since=min(at, as_of) if at and is_day and at - as_of < _AHEAD else at,
        is_day=is_day,
        handle=values.get("handle"),
    )


def _say_needed(name: str, header: Sequence[str]) -> Bilingual:
    known = ", ".join(f"{column.header.zh}|{column.field}" for column in CURRENT_LINKS.columns)
    found = ", ".join(header)
    return Bilingual(
        f"{name}: line 1: found the columns {found}; a list of current links has {known}; needed are the role and the"
        " account, by id or handle",
        f"{name}：第 1 行：发现列 {found}；当前绑定列表的列有 {known}；绑定类型和账号（ID 或账号名称）两列必填",
    )
