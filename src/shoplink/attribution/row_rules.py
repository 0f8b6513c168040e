"""The keys of a mapping that are about rows: which count, what makes two the same, what stands once for a whole order."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from shoplink.core.commission.told import ToldError

Names = tuple[str, ...]
"""The names of one column: that of the first language, and others under which exports have it."""

ROW_KEYS = ("where", "identity", "version", "per_order", "skip_lines", "description_line", "partitions")

_CONDITION_KEYS = {"column", "in", "not_in"}
_SKIP_LINES_MAX = 1_000


class MappingError(ToldError, ValueError):
    """A mapping that is invalid or does not fit its file; the text says where, what was found and what is expected."""


class Condition(Struct, frozen=True):
    """A row counts if its cell in the column is one of `words`, or with `excludes` none of them.

    The words are compared without regard to case and spaces around them.
    """

    column: str
    words: tuple[str, ...]
    excludes: bool


class RowRules(Struct, frozen=True):
    """What a mapping says of rows.

    `where`: the conditions that a row must meet to count. `identity`: the columns that make two rows the same line, of which
    the one with the later `version`, or the later in the files, counts. `per_order`: columns with an amount of the whole
    order on each of its lines. `skip_lines`: lines above the header that are not looked at. `description_line`: whether
    the line below it describes the columns; None means that it is found out. `partitions`: folders named `column=value`
    are columns.
    """

    where: tuple[Condition, ...] = ()
    identity: Names = ()
    version: str | None = None
    per_order: Names = ()
    skip_lines: int = 0
    description_line: bool | None = None
    partitions: bool = False

    @property
    def columns(self) -> Names:
        """Every column that the rules read, apart from those of amounts."""
        version = () if self.version is None else (self.version,)
        return (*(condition.column for condition in self.where), *self.identity, *version)

    def renamed(self, new: Callable[[str], str]) -> "RowRules":
        """The same rules with other names of columns."""
        return RowRules(
            where=tuple(
                Condition(new(condition.column), condition.words, condition.excludes)
                for condition in self.where
            ),
            identity=tuple(map(new, self.identity)),
            version=None if self.version is None else new(self.version),
            per_order=tuple(map(new, self.per_order)),
            skip_lines=self.skip_lines,
            description_line=self.description_line,
            partitions=self.partitions,
        )


class ColumnNames:
    """Reads the name of a column wherever a mapping gives one, and keeps the others that it may have."""

    def __init__(self, name: str) -> None:
        """`name`: what errors call the mapping."""
        self._name = name
        self.others: dict[str, Names] = {}

    def read(self, key: str, value: Any) -> str:
        """The first name of a column, given as a text or as a list of texts. Raises MappingError."""
        names = value if isinstance(value, list) else [value]
        if not names or not all(isinstance(one, str) for one in names):
            raise MappingError(
                f"{self._name}: {key}: found {value!r}; expected the name of a column as text, or a list of names"
            )
        if len(names) > 1:
            self.others[names[0]] = tuple(names)
        return str(names[0])


def read_row_rules(given: dict[str, Any], columns: ColumnNames, name: str) -> RowRules:
    """The rules in a mapping that was read from TOML; errors call it `name`. Raises MappingError."""
    where = _list(given, "where", name, "a list of conditions")
    identity = _list(given, "identity", name, "a list of columns")
    per_order = _list(given, "per_order", name, "a list of columns")
    return RowRules(
        where=tuple(
            _condition(one, f"where, {number}.", columns, name) for number, one in enumerate(where, 1)
        ),
        identity=tuple(columns.read("identity", one) for one in identity),
        version=columns.read("version", given["version"]) if "version" in given else None,
        per_order=tuple(columns.read("per_order", one) for one in per_order),
        skip_lines=_skip_lines(given, name),
        description_line=_flag(given, "description_line", name),
        partitions=_flag(given, "partitions", name) or False,
    )


def _list(given: dict[str, Any], key: str, name: str, expected: str) -> list[Any]:
    value = given.get(key, [])
    if not isinstance(value, list) or (key in given and not value):
        raise MappingError(f"{name}: {key}: found {value!r}; expected {expected}")
    return value


def _condition(given: Any, key: str, columns: ColumnNames, name: str) -> Condition:
    expected = 'expected { column = "…", in = ["…"] } or { column = "…", not_in = ["…"] }'
    if not isinstance(given, dict) or "column" not in given or len(given) != len(_CONDITION_KEYS) - 1:
        raise MappingError(f"{name}: {key}: found {given!r}; {expected}")
    for word in given.keys() - _CONDITION_KEYS:
        raise MappingError(f"{name}: {key}: found the key {word!r}; {expected}")
    excludes = "not_in" in given
    words = given["not_in" if excludes else "in"]
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise MappingError(f"{name}: {key}: found {words!r}; expected a list of cells as text")
    return Condition(columns.read(f"{key} column", given["column"]), tuple(words), excludes)


def _skip_lines(given: dict[str, Any], name: str) -> int:
    lines = given.get("skip_lines", 0)
    if isinstance(lines, bool) or not isinstance(lines, int) or not 0 <= lines <= _SKIP_LINES_MAX:
        raise MappingError(f"{name}: skip_lines: found {lines!r}; allowed: 0 to {_SKIP_LINES_MAX}")
    return lines


def _flag(given: dict[str, Any], key: str, name: str) -> bool | None:
    flag = given.get(key)
    if flag is not None and not isinstance(flag, bool):
        raise MappingError(f"{name}: {key}: found {flag!r}; allowed: true, false")
    return flag
