"""Errors that are also data, so that a page can say them in its reader's language."""

from typing import Self


class ToldError(Exception):
    """An error whose text is for a terminal. `kind` is its sentence on a page ('' if it has none), `values` fill it."""

    kind = ""
    values: dict[str, object] = {}  # noqa: RUF012 (replaced, never changed)

    def told(self, kind: str, **values: object) -> Self:
        """The same error, with its sentence and what fills it."""
        self.kind, self.values = kind, values
        return self
