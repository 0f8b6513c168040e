"""Pages of lists: how many rows, behind which, and the cursor of the page that follows."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from shoplink.api.actor import ALLOWED as ACTORS
from shoplink.api.schema import Page
from shoplink.core.parse import ALLOWED, MalformedError

T = TypeVar("T")
Row = TypeVar("Row")

Limit = Annotated[int, Query(50, ge=1, le=200, description="How many at most.", examples=[50])]
ID = r"^[A-Za-z0-9_.:-]{1,64}$"
IdQuery = Annotated[str | None, Query(None, pattern=ID)]
Id = Annotated[str, Field(pattern=ID)]

_CURSOR = "`next` of the page before, as it is; none for the first page."
_FORMS = {
    "cursor": "`next` of the page before",
    "by": ACTORS,
    "handle": ALLOWED["note"],
    "name": ALLOWED["shop_id"],
}
"""What parameters hold whose names mean something else in a body, or nothing there."""
NumberCursor = Annotated[str | None, Query(None, pattern=r"^[0-9]{1,18}$", description=_CURSOR)]
IdCursor = Annotated[str | None, Query(None, pattern=ID, description=_CURSOR)]


_SENTENCES = {
    "greater_than_equal": "{name}: found {found}; allowed: at least {ge}",
    "less_than_equal": "{name}: found {found}; allowed: at most {le}",
    "string_too_long": "{name}: found {found}; allowed: at most {max_length} characters",
    "int_parsing": "{name}: found {found}; allowed: a whole number",
    "bool_parsing": "{name}: found {found}; allowed: true or false",
}
"""What is said of a parameter by the kind of Pydantic's error, where that says what is allowed."""


def wrong_parameter(request: HttpRequest, error: dict[str, Any]) -> MalformedError:
    """A parameter that is not what it may be, by Pydantic's error: which it is, what was found, what is allowed."""
    name, kind, given = str(error["loc"][-1]), error["type"], error.get("ctx", {})
    in_path = request.resolver_match.kwargs if request.resolver_match else {}
    found = None if kind == "missing" else repr(in_path.get(name, request.GET.get(name)))
    if kind in _SENTENCES:
        return MalformedError(_SENTENCES[kind], name, name=name, found=found, **given)
    if kind == "literal_error":
        return MalformedError.wrong(name, " | ".join(re.findall(r"'([^']+)'", given["expected"])), found)
    return MalformedError.wrong(name, _FORMS.get(name) or ALLOWED.get(name, ALLOWED["note"]), found)


def page(
    rows: list[Row], limit: int, key: Callable[[Row], int | str], show: Callable[[Row], T | None]
) -> Page[T]:
    """A page of at most `limit` of the rows; one row more says that there is another page.

    A row that `show` makes nothing of is left out.
    """
    shown = [body for row in rows[:limit] if (body := show(row)) is not None]
    return Page(shown, str(key(rows[limit - 1])) if len(rows) > limit else None)
