"""Render the HTML outside the service's pages: statements and e-mails. The templates escape all values."""

from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine

_FOLDER = Path(__file__).parent / "templates"


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(_FOLDER)])


def render(name: str, values: dict[str, Any]) -> str:
    """The text of the template of this name in `flows/templates/`, with these values; texts are written as they are."""
    return _engine().get_template(name).render(Context(values, use_l10n=False, use_tz=False))
