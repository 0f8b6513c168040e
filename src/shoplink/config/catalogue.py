"""The catalogue of translations: compiled whenever its source is newer, and filled from templates too."""

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[1] / "locale"


def compile_catalogues() -> None:
    """Compile every catalogue that has no compiled form yet, or an older one."""
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parents[1].name)
        fresh = compiled.with_suffix(f".{id(catalogue)}")
        with fresh.open("wb") as file:
            write_mo(file, catalogue)
        fresh.replace(compiled)  # whole at once, for processes that start together


def extract_template(
    fileobj: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """Babel's extractor for templates: what Django makes of one is read as Python."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 (settings import this module)

    source = templatize(fileobj.read().decode("utf-8"), origin="")
    lines = "\n".join(line.strip() for line in source.splitlines())  # its indentation means nothing
    yield from extract_python(BytesIO(lines.encode()), keywords, comment_tags, cast("Any", options))
