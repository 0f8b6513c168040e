"""The permission table as a file that is read in diffs. `python -m tests.web.golden` rewrites it."""

from pathlib import Path

PERMISSIONS = Path(__file__).parent / "permissions.golden.txt"


def permissions() -> str:
    """The table, with one route and method on each line."""
    from shoplink.config.permissions import table  # noqa: PLC0415 (Django is set up first)

    return "".join(f"{row.method} {row.route} | {row.who}\n" for row in table())


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("SHOPLINK_SECRET_KEY", "only to read the table, and for nothing else")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
    django.setup()
    PERMISSIONS.write_text(permissions(), encoding="utf-8")
