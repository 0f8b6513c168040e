"""Checks that files have the columns that a mapping reads: each file by itself, and all files of a run together."""

from collections.abc import Container

from shoplink.attribution.engine import RESERVED, ColumnKind, Shape
from shoplink.attribution.mapping import INSTANTS, OPTIONAL, REQUIRED, Field, Mapping, MappingError

_EXPECTED: dict[Field, tuple[tuple[ColumnKind, ...], str]] = {
    "order_id": (("text", "whole"), "text or a whole number"),
    "shop_id": (("text", "whole"), "text or a whole number"),
    "account_id": (("text", "whole"), "text or a whole number"),
    "handle": (("text",), "text"),
    **dict.fromkeys(
        INSTANTS,
        (
            ("text", "instant", "local"),
            "a timestamp with time zone, a timestamp with utc_offset or time_zone in the mapping, or text",
        ),
    ),
    "amount": (("text", "whole", "decimal"), "a whole number, a decimal or text: money is exact"),
    "currency": (("text",), "text"),
    "commission_rate": (("text", "whole", "decimal"), "a whole number, a decimal or text"),
    "refund": (("text", "whole", "decimal"), "a whole number, a decimal or text: money is exact"),
    "sku_id": (("text", "whole"), "text or a whole number"),
    "commission": (("text", "whole", "decimal"), "a whole number, a decimal or text: money is exact"),
}
_MAY_BE_ELSEWHERE: tuple[Field, ...] = ("commission_rate", "refund")
"""The fields whose column one file of several may lack: it is empty there, and the run says so."""


def check_columns(
    mapping: Mapping, shape: Shape, files: str, elsewhere: Container[str] = ()
) -> tuple[str, ...]:
    """Check that the columns of a mapping exist and can hold their fields. Raises MappingError.

    Returns the columns that are missing and may be, because the other files, whose columns are `elsewhere`, have them.
    """
    missing: list[str] = []
    mapping_name = mapping.name or "without a mapping"
    for name in shape.kinds:
        if name.casefold().startswith(RESERVED):
            raise MappingError(
                f"{files}: found the column {name!r}; names that begin with {RESERVED} are ours"
            ).told("column_reserved", column=name)
    for field in (*REQUIRED, *OPTIONAL):
        column = mapping.column(field)
        if column is None:
            continue
        if column not in shape.kinds and field in _MAY_BE_ELSEWHERE and column in elsewhere:
            missing.append(column)
            continue
        if column not in shape.kinds:
            what = f"{field} is read from the column {column!r}"
            raise _missing(mapping_name, what, files, shape).told("column_missing", column=column)
        kinds, expected = _EXPECTED[field]
        kind = shape.kinds[column]
        if kind not in kinds or (kind == "local" and mapping.zone is None):
            raise MappingError(
                f"{mapping_name}: {field} is read from the column {column!r} of {files}: found {shape.types[column]}; "
                f"expected {expected}"
            ).told("column_kind", column=column)
    _check_columns_of_rules(mapping, shape, files)
    return tuple(missing)


def _check_columns_of_rules(mapping: Mapping, shape: Shape, files: str) -> None:
    mapping_name = mapping.name or "without a mapping"
    for column in mapping.rows.columns:
        if column not in shape.kinds:
            what = f"a rule for rows reads the column {column!r}"
            raise _missing(mapping_name, what, files, shape).told("column_missing", column=column)
        if shape.kinds[column] == "other":
            raise MappingError(
                f"{mapping_name}: a rule for rows reads the column {column!r} of {files}: found "
                f"{shape.types[column]}; expected text or a number"
            )


def _missing(mapping_name: str, reads: str, files: str, shape: Shape) -> MappingError:
    return MappingError(
        f"{mapping_name}: {reads}, which {files} does not have; found the columns {', '.join(shape.kinds)}"
    )


def check_columns_agree(mapping: Mapping, shapes: dict[str, Shape]) -> None:
    """Check that the column of each field has the same kind in all files. Raises MappingError.

    Engines convert several kinds to one silently: a local time without an offset becomes a time in UTC.
    """
    for field, column in mapping.columns.items():
        # Whole numbers read the same as text and decimals do, and an empty column of Parquet has this kind too.
        found = {
            shape.kinds[column]: file
            for file, shape in shapes.items()
            if shape.kinds.get(column, "whole") != "whole"
        }
        if len(found) > 1:
            types = ", ".join(f"{shapes[file].types[column]} in {file}" for file in found.values())
            raise MappingError(
                f"{mapping.name or 'without a mapping'}: {field} is read from the column {column!r}: found {types}; "
                "expected one kind in all files of a run"
            )
