"""Reads a value by the type of its field: first its grammar, if the type carries one, then the type itself."""

from collections.abc import Callable
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from shoplink.core.values.plain import read_instant, read_whole_number

Reader = Callable[[Any], Any]


def reader_of(declared: Any) -> tuple[type, Reader] | None:
    """What reads the values of a type, and the JSON type that it reads; None where the type alone says everything."""
    if get_origin(declared) in {Union, UnionType}:
        readers = [reader_of(one) for one in get_args(declared)]
        return next((one for one in readers if one is not None), None)
    if get_origin(declared) is Annotated:
        read = next((one for one in declared.__metadata__ if callable(one)), None)
        return None if read is None else (float if read is read_whole_number else str, read)
    return (str, read_instant) if declared is datetime else None


def read_value(value: object, declared: Any) -> Any:
    """A value of JSON as a value of a type. Raises WrongValueError and msgspec.ValidationError."""
    reader = reader_of(declared)
    if reader is not None and type(value) is reader[0]:
        value = reader[1](value)
    return msgspec.convert(value, declared)
