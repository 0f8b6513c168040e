"""The compiled form of the translations, made from their source whenever that is newer."""

from pathlib import Path

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
