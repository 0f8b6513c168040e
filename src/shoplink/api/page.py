"""Pages of lists: how many rows, behind which, and the cursor of the page that follows."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from ninja import Query
from pydantic import Field

from shoplink.api.schema import Page

T = TypeVar("T")
Row = TypeVar("Row")

Limit = Annotated[int, Query(50, ge=1, le=200, description="How many at most.", examples=[50])]
ID = r"^[A-Za-z0-9_.:-]{1,64}$"
IdQuery = Annotated[str | None, Query(None, pattern=ID)]
Id = Annotated[str, Field(pattern=ID)]

_CURSOR = "`next` of the page before, as it is; none for the first page."
NumberCursor = Annotated[str | None, Query(None, pattern=r"^[0-9]{1,18}$", description=_CURSOR)]
IdCursor = Annotated[str | None, Query(None, pattern=ID, description=_CURSOR)]


def page(
    rows: list[Row], limit: int, key: Callable[[Row], int | str], show: Callable[[Row], T | None]
) -> Page[T]:
    """A page of at most `limit` of the rows; one row more says that there is another page.

    A row that `show` makes nothing of is left out.
    """
    shown = [body for row in rows[:limit] if (body := show(row)) is not None]
    return Page(shown, str(key(rows[limit - 1])) if len(rows) > limit else None)
