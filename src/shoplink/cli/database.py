"""What every subcommand that needs the database starts with."""

import functools
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, ParamSpec, TypeVar

import click
import django
from django.db import OperationalError, ProgrammingError

from shoplink.store.database.owner import OwnedError, claim

P = ParamSpec("P")
R = TypeVar("R")


def with_database(command: Callable[P, R]) -> Callable[P, R]:
    """Run a subcommand with Django set up; a database that is away or another process's is status 2."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        set_up()

        try:
            return command(*args, **kwargs)
        except OwnedError as error:
            fail(f"{error}\nsend the same through its API, or stop it first")
        except (OperationalError, ProgrammingError) as error:
            said = str(error).strip()
            if isinstance(error, ProgrammingError) or "no such" in said:
                fail(f"the tables are not as this version needs them ({said}); run `shoplink migrate` first")
            fail(f"the database cannot be used now: {said}")

    return run


def writes(instead: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The same for a subcommand that writes: it owns a SQLite file from its start.

    `instead` says how to reach the same while another process owns the file.
    """

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        @with_database
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                claim(f"shoplink {click.get_current_context().info_name}")
            except OwnedError as error:
                fail(f"{error}\n{instead}")
            return command(*args, **kwargs)

        return run

    return decorate


def fail(message: str) -> NoReturn:
    """Say why it cannot be done, and end with status 2."""
    click.echo(message.strip(), err=True)
    sys.exit(2)


def set_up() -> None:
    """Make Django ready, with a secret key of this installation's own if the environment has none.

    Settings that are wrong end the process with status 2.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
    home = Path(os.environ.get("SHOPLINK_HOME", "var")).resolve()
    try:
        if not home.exists():
            home.mkdir(parents=True)
            (home / ".gitignore").write_text("*\n", encoding="utf-8")  # keys and data are nobody's to commit
        if not os.environ.get("SHOPLINK_SECRET_KEY"):
            os.environ["SHOPLINK_SECRET_KEY"] = _kept_secret(home / "secret-key")
    except OSError as error:
        fail(f"SHOPLINK_HOME: {home} cannot be used: {error.strerror}")

    try:
        django.setup()
    except ValueError as error:
        fail(f"the settings are wrong: {error}")


def _kept_secret(path: Path) -> str:
    """The secret in a file that only this user can read, made at the first start."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8").strip()
