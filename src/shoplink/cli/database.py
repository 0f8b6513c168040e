"""What every subcommand that needs the database starts with."""

import functools
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")


def with_database(command: Callable[P, R]) -> Callable[P, R]:
    """Run a subcommand with Django set up; a database owned by another process is status 2."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        set_up()
        from shoplink.store.owner import OwnedError  # noqa: PLC0415 (only with settings in place)

        try:
            return command(*args, **kwargs)
        except OwnedError as error:
            click.echo(str(error), err=True)
            sys.exit(2)

    return run


def set_up() -> None:
    """Make Django ready, with a secret key of this installation's own if the environment has none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
    home = Path(os.environ.get("SHOPLINK_HOME", "var")).resolve()
    home.mkdir(parents=True, exist_ok=True)
    if not os.environ.get("SHOPLINK_SECRET_KEY"):
        os.environ["SHOPLINK_SECRET_KEY"] = _kept_secret(home / "secret-key")
    import django  # noqa: PLC0415 (settings read the environment when Django is set up)

    django.setup()


def _kept_secret(path: Path) -> str:
    """The secret in a file that only this user can read, made at the first start."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8").strip()
