"""The set-up of subcommands that use the database."""

import functools
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, ParamSpec, TypeVar

import click
import django
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError

from shoplink.store.database.health import has_tables
from shoplink.store.database.owner import OwnedError, acquire_ownership, exclusive_access

P = ParamSpec("P")
R = TypeVar("R")


def with_database(command: Callable[P, R]) -> Callable[P, R]:
    """Run a subcommand with Django set up. Exits with status 2 if the database is unavailable or owned by another process."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        set_up()

        try:
            return command(*args, **kwargs)
        except OwnedError as error:
            fail(f"{error}\nsend the same through its API, or stop it first")
        except (OperationalError, ProgrammingError) as error:
            text = str(error).strip()
            if isinstance(error, ProgrammingError) or "no such" in text:
                fail(f"the tables do not fit this version ({text}); run `shoplink migrate` first")
            fail(f"the database cannot be used now: {text}")

    return run


def writes(instead: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run a subcommand that writes, which owns a SQLite file from its start, and makes the tables of an empty database.

    `instead` tells the user what to do while another process owns the file.
    """

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        @with_database
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                acquire_ownership(f"shoplink {click.get_current_context().info_name}")
            except OwnedError as error:
                fail(f"{error}\n{instead}")
            if not has_tables():
                update_tables()
            return command(*args, **kwargs)

        return run

    return decorate


def update_tables() -> None:
    """Create or update the tables, while no other process does, and encrypt secrets with the present key."""
    from shoplink.flows.people.secret_key import secret_key_problems  # noqa: PLC0415 (needs the apps)

    with exclusive_access("shoplink migrate"):
        call_command("migrate", verbosity=0)
        problems = secret_key_problems(renew=True)
    for problem in problems:
        warn(problem)


def records(instead: str) -> Callable[[Callable[P, R]], Callable[..., R]]:
    """Run a subcommand that writes what the clock says, too: it needs a clock that can be believed.

    Adds the option `--clock-is-right`. `instead` is as for `writes`.
    """

    def decorate(command: Callable[P, R]) -> Callable[..., R]:
        @clock_option
        @functools.wraps(command)
        def run(*args: P.args, clock_is_right: bool = False, **kwargs: P.kwargs) -> R:  # type: ignore[valid-type]
            @writes(instead)
            def believing() -> R:
                require_clock(clock_is_right=clock_is_right)
                return command(*args, **kwargs)

            return believing()

        return run

    return decorate


clock_option = click.option(
    "--clock-is-right",
    is_flag=True,
    help="Go on although the clock is behind the newest event, or leapt ahead.",
)


def require_clock(*, clock_is_right: bool) -> None:
    """Exit with status 2 if the clock cannot be believed, unless the user says that it is right.

    That the clocks of this machine and of the database differ is said only.
    """
    from shoplink.flows.clock import believe_clock, clock_problems  # noqa: PLC0415 (only with settings in place)

    if clock_is_right:
        believe_clock()
    problems = clock_problems()
    differ = [one.detail for one in problems if one.code == "clocks_differ"]
    if against := [one.detail for one in problems if one.code != "clocks_differ"]:
        fail("\n".join([*against, *differ, _BELIEVE]))
    for detail in differ:
        warn(detail)


_BELIEVE = "nothing was done; set the clock right, or say that it is right with --clock-is-right: this is needed once"


def warn(message: str) -> None:
    """Say what is probably wrong, and go on."""
    click.echo(f"WARNING: {message}", err=True)


def fail(message: str) -> NoReturn:
    """Print the message and exit with status 2."""
    click.echo(message.strip(), err=True)
    sys.exit(2)


def set_up() -> None:
    """Set up Django, with a generated secret key if the environment has none. Exits with status 2 on invalid settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoplink.config.settings")
    home = Path(os.environ.get("SHOPLINK_HOME", "var")).resolve()
    try:
        _make_home(home)
        if not os.environ.get("SHOPLINK_SECRET_KEY"):
            os.environ["SHOPLINK_SECRET_KEY"] = _stored_secret(home / "secret-key")
    except OSError as error:
        fail(f"SHOPLINK_HOME: {home} cannot be used: {error.strerror}")

    try:
        django.setup()
    except ValueError as error:
        fail(f"invalid settings: {error}")


def store_secret(secret: str) -> None:
    """Make this the secret key of SHOPLINK_HOME, unless it has one."""
    home = Path(os.environ.get("SHOPLINK_HOME", "var")).resolve()
    _make_home(home)
    if not (path := home / "secret-key").exists():
        _write_secret(path, secret)


def _make_home(home: Path) -> None:
    if not home.exists():
        home.mkdir(parents=True)
        (home / ".gitignore").write_text("*\n", encoding="utf-8")  # keys and data must not be committed


def _stored_secret(path: Path) -> str:
    """The secret in a file that only this user can read; created at the first start."""
    if not path.exists():
        _write_secret(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8").strip()


def _write_secret(path: Path, secret: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)
