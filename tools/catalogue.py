"""Compiles the catalogues of translations, `python tools/catalogue.py`: each whose source is newer than its compiled form."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[1] / "src" / "shoplink" / "locale"


def compile_catalogues() -> None:
    """Compile every catalogue that has no compiled form yet, or an older one."""
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parents[1].name)
        with compiled.open("wb") as file:
            write_mo(file, catalogue)


if __name__ == "__main__":
    compile_catalogues()
