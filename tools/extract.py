"""Finds the texts of templates for Babel; `babel.cfg` names it."""

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import Any, BinaryIO, cast

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def extract_template(
    fileobj: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """Babel's extractor for templates: what Django makes of one is read as Python."""
    source = templatize(fileobj.read().decode("utf-8"), origin="")
    lines = "\n".join(line.strip() for line in source.splitlines())  # its indentation means nothing
    yield from extract_python(BytesIO(lines.encode()), keywords, comment_tags, cast("Any", options))
