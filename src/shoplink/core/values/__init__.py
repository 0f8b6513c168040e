"""The values that come in (values.md section 1): one grammar for each, which every entry point uses.

A type of a field carries the function that reads it, so a field of a command, a parameter of a query and a cell of a
table with the same type hold the same values. A reader returns the value in its normal form, or raises
WrongValueError.
"""

from shoplink.core.values.country import COUNTRIES, COUNTRY, COUNTRY_IN_CAPITALS, Market, read_country
from shoplink.core.values.plain import (
    COUNT,
    DATE,
    ID,
    INSTANT,
    NOT_BEFORE,
    NOT_IN_FUTURE,
    BirthDate,
    Count,
    Id,
    is_id,
    read_birth_date,
    read_id,
    read_instant,
    read_whole_number,
)
from shoplink.core.values.read import Reader, read_value, reader_of
from shoplink.core.values.text import (
    HANDLE,
    LINE,
    TEXT,
    Handle,
    LongText,
    ShortText,
    as_line,
    fold_handle,
    is_line,
    read_handle,
    read_line,
    read_text,
)
from shoplink.core.values.wrong import WITHOUT, WrongValueError, shown, visible

__all__ = [
    "COUNT",
    "COUNTRIES",
    "COUNTRY",
    "COUNTRY_IN_CAPITALS",
    "DATE",
    "HANDLE",
    "ID",
    "INSTANT",
    "LINE",
    "NOT_BEFORE",
    "NOT_IN_FUTURE",
    "TEXT",
    "WITHOUT",
    "BirthDate",
    "Count",
    "Handle",
    "Id",
    "LongText",
    "Market",
    "Reader",
    "ShortText",
    "WrongValueError",
    "as_line",
    "fold_handle",
    "is_id",
    "is_line",
    "read_birth_date",
    "read_country",
    "read_handle",
    "read_id",
    "read_instant",
    "read_line",
    "read_text",
    "read_value",
    "read_whole_number",
    "reader_of",
    "shown",
    "visible",
]
