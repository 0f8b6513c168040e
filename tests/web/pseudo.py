"""A pseudo-language: every text of the catalogue within ⟦ and ⟧, which makes untranslated texts visible."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.test import override_settings

from shoplink.wording import language_for
from tools.catalogue import LOCALE

SHOWN_ATTRIBUTES = {
    "title",
    "alt",
    "placeholder",
    "aria-label",
    "aria-description",
    "data-over",
    "data-label",
}

VOID = {"br", "hr", "img", "input", "link", "meta", "use", "wbr", "col", "source"}


@contextmanager
def pseudo_language(folder: Path) -> Iterator[None]:
    """Replace Chinese with the pseudo-language, in pages and in sentences, until the block ends."""
    name = Path("zh_Hans", "LC_MESSAGES")
    with (LOCALE / name / "django.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    for message in catalogue:
        if message.id:
            source = message.id if isinstance(message.id, str) else message.id[-1]
            message.string = f"⟦{source}⟧" if isinstance(message.id, str) else (f"⟦{source}⟧",)
    (folder / name).mkdir(parents=True)
    with (folder / name / "django.mo").open("wb") as file:
        write_mo(file, catalogue)
    chinese = language_for("zh")
    kept = dict(chinese._texts)
    chinese._texts.update({text: f"⟦{text}⟧" for text in kept})
    try:
        with override_settings(LOCALE_PATHS=[folder]):  # Django then reloads its catalogues
            yield
    finally:
        chinese._texts.update(kept)


class _Reader(HTMLParser):
    """The texts that a page shows or reads aloud, without those in `translate="no"`: quotations, codes."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0
        self._data = 0  # the depth within an element that is not to be translated

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._data or given.get("translate") == "no":
            self._data += tag not in VOID
            return
        if tag in {"script", "style"}:
            self._silent += 1
        self.texts += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]
        if tag == "input" and given.get("type") in {"submit", "button"} and given.get("value"):
            self.texts.append(given["value"] or "")

    def handle_endtag(self, tag: str) -> None:
        if self._data:
            self._data -= 1
        elif tag in {"script", "style"}:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent and not self._data and data.strip():
            self.texts.append(" ".join(data.split()))


def texts(page: str) -> list[str]:
    """The texts of a page, including those in attributes."""
    reader = _Reader()
    reader.feed(re.sub(r"</?bdi>", "", page))  # a name is part of the sentence around it
    return reader.texts


def outside(text: str) -> str:
    """The part of a text outside ⟦…⟧."""
    depth, left = 0, []
    for character in text:
        depth += character == "⟦"
        if depth == 0:
            left.append(character)
        depth -= character == "⟧"
    return "".join(left)
