"""`shoplink rulebook`: list, show, check, compare, add, activate and cancel rulebooks."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from shoplink.api.http.body import plain
from shoplink.api.http.problem import with_sentences
from shoplink.cli.database import fail, records, with_database
from shoplink.cli.effects_text import effects_text
from shoplink.core import (
    ActivateRulebook,
    Command,
    MalformedError,
    Refused,
    Rulebook,
    RulebookError,
    differences,
    wire,
)
from shoplink.core.instant import format_instant
from shoplink.core.rulebook import ALLOWED_VALUES
from shoplink.flows import clock
from shoplink.flows.command import read_command_now
from shoplink.flows.execute import execute
from shoplink.flows.foresight.effects import effects_of_start
from shoplink.flows.rulebooks import NameTakenError, default_rulebook, install_rulebook, installed_rulebooks
from shoplink.rulebooks import packaged, read_rulebook
from shoplink.store.read.refusal import activations
from shoplink.wording import language_for

_DATABASE = "2 if the database cannot be used"
_MARKET = click.option("--market", required=True, metavar="MARKET", help="Two capital letters, e.g. GB.")


@click.group()
def rulebook() -> None:
    """List, show, check, compare, add, activate and cancel rulebooks: the numbers of the policy, each with its source."""


@rulebook.command(
    "list",
    epilog=f"""\b
Examples:
  shoplink rulebook list
  shoplink rulebook list --json

\b
Exit status: 0; {_DATABASE}.
""",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on each line.")
@with_database
def list_rulebooks(*, as_json: bool) -> None:
    """List every rulebook that can be activated, with its activations."""
    all_activations = activations()
    default = default_rulebook().name
    for name, book in installed_rulebooks().items():
        starts = [
            {"market": activation.market, "effective_from": format_instant(activation.effective_from)}
            for activation in all_activations
            if activation.name == name
        ]
        if as_json:
            answer = {"name": name, "digest": book.digest, "default": name == default, "activations": starts}
            click.echo(msgspec.json.encode(answer))
            continue
        where = [f"{start['market']} from {start['effective_from']}" for start in starts]
        if name == default:
            where.insert(0, "every market without an activation")
        click.echo(f"{name}\t{'; '.join(where) or 'not activated'}")


@rulebook.command(
    epilog=f"""\b
Example:
  shoplink rulebook show guide-2024-11

\b
Exit status: 0; 1 if the rulebook does not exist; {_DATABASE}.
"""
)
@click.argument("name", metavar="NAME")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(name: str, *, as_json: bool) -> None:
    """Show every parameter of a rulebook with its source. NAME may be a .toml file."""
    found = _find(name)
    values = {key: _plain(getattr(found.parameters, key)) for key in ALLOWED_VALUES}
    if as_json:
        parameters = {key: {"value": value, "source": found.sources[key]} for key, value in values.items()}
        click.echo(
            msgspec.json.encode({"name": found.name, "digest": found.digest, "parameters": parameters})
        )
        return
    click.echo(f"{found.name} ({found.digest[:12]})")
    for key, value in values.items():
        click.echo(f"\n{key} = {_text(value)}\n  {found.sources[key]}")


@rulebook.command(
    epilog="""\b
Example:
  shoplink rulebook check my-rules.toml

\b
Exit status: 0 if the rulebook is valid; 1 if it is not; 2 if the file cannot be read.
"""
)
@click.argument("file", metavar="FILE")
def check(file: str) -> None:
    """Check whether a rulebook file is valid. Needs no database."""
    try:
        found = read_rulebook(Path(file))
    except RulebookError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: cannot be read: {error}")
    click.echo(f"{file}: {found.name} ({found.digest[:12]}) is valid")


@rulebook.command(
    epilog=f"""\b
Examples:
  shoplink rulebook diff guide-2024-11 seller-university-2025
  shoplink rulebook diff guide-2024-11 my-rules.toml --json

\b
Exit status: 0 if they are equal; 1 if they differ or one does not exist; {_DATABASE}.
"""
)
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for each parameter, on a line of its own."
)
def diff(old: str, new: str, *, as_json: bool) -> None:
    """Show every parameter that differs between two rulebooks. A and B are names or .toml files."""
    differ = False
    for key, before, after in differences(_find(old), _find(new)):
        differ = True
        if as_json:
            click.echo(msgspec.json.encode({"parameter": key, "a": _plain(before), "b": _plain(after)}))
        else:
            click.echo(f"{key}: {_text(_plain(before))} → {_text(_plain(after))}")
    sys.exit(1 if differ else 0)


@rulebook.command(
    epilog=f"""\b
Example:
  shoplink rulebook add my-rules.toml

\b
Exit status: 0; 1 if it is not valid or its name is taken by another text; {_DATABASE} or FILE cannot be read.
"""
)
@click.argument("file", metavar="FILE")
@records("stop it first, use the rulebooks page of the platform, or serve from PostgreSQL")
def add(file: str) -> None:
    """Store a rulebook permanently, so that it can be activated by its name."""
    try:
        found = install_rulebook(Path(file).read_text(encoding="utf-8"), file)
    except (RulebookError, NameTakenError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: cannot be read: {error}")
    click.echo(f"{found.name} ({found.digest[:12]}) can be activated")


@rulebook.command(
    epilog=f"""\b
Examples:
  shoplink rulebook activate seller-university-2025 --market GB
  shoplink rulebook activate my-rules --market US --from 2027-01-01T00:00:00Z

\b
Exit status: 0; 1 if it was refused; {_DATABASE}.
"""
)
@click.argument("name", metavar="NAME")
@_MARKET
@click.option(
    "--from", "start", metavar="INSTANT", help="RFC 3339 with an offset.  [default: the next full minute]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, in the format of `replay`.")
@records("send POST /v1/rulebooks/NAME/activations instead, or stop it first")
def activate(name: str, market: str, start: str | None, *, as_json: bool) -> None:
    """Activate a rulebook in a market. Its effects on existing links happen at its start."""
    start = start or format_instant(_next_minute(clock.now()))
    fields = {"name": name, "market": market, "effective_from": start}
    _carry_out("activate_rulebook", fields, f"{name} is in force in {market} from {start}", as_json=as_json)


@rulebook.command(
    epilog=f"""\b
Examples:
  shoplink rulebook effects seller-university-2025 --market GB
  shoplink rulebook effects my-rules --market US --from 2027-01-01T00:00:00Z --json

\b
Exit status: 0; 1 if the activation would be refused; {_DATABASE}.
"""
)
@click.argument("name", metavar="NAME")
@_MARKET
@click.option("--from", "start", metavar="INSTANT", help="RFC 3339 with an offset.  [default: now]")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, as GET /v1/rulebooks/NAME/effects."
)
@with_database
def effects(name: str, market: str, start: str | None, *, as_json: bool) -> None:
    """Show what activating a rulebook in a market would do at its start. Nothing is done or stored."""
    fields = {"name": name, "market": market, "effective_from": start or format_instant(clock.now())}
    command = _parsed("activate_rulebook", fields)
    assert isinstance(command, ActivateRulebook), "this is the command that was parsed"
    found = effects_of_start(name, market, command.effective_from if start else None)
    if isinstance(found, Refused):
        _say_reasons([wire(reason) for reason in found.reasons])
        sys.exit(1)
    language = language_for("en")
    if as_json:
        from shoplink.api.rulebook import show_effects  # noqa: PLC0415 (only with settings in place)

        click.echo(msgspec.json.encode(plain(show_effects(found, language))))
        return
    for line in effects_text(found, language):
        click.echo(line)


@rulebook.command(
    epilog=f"""\b
Example:
  shoplink rulebook cancel my-rules --market US --from 2027-01-01T00:00:00Z --note "a month later"

\b
Exit status: 0; 1 if it was refused; {_DATABASE}.
"""
)
@click.argument("name", metavar="NAME")
@_MARKET
@click.option(
    "--from",
    "start",
    required=True,
    metavar="INSTANT",
    help="The start to cancel, as `rulebook list` shows it.",
)
@click.option("--note", required=True, metavar="TEXT", help="Why.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, in the format of `replay`.")
@records("send POST /v1/rulebooks/NAME/activations/cancel instead, or stop it first")
def cancel(name: str, market: str, start: str, note: str, *, as_json: bool) -> None:
    """Cancel an activation before its start: it never starts."""
    fields = {"name": name, "market": market, "effective_from": start, "note": note}
    done = f"{name} will not be in force in {market} from {start}"
    _carry_out("cancel_activation", fields, done, as_json=as_json)


def _say_reasons(reasons: list[dict[str, Any]]) -> None:
    """Say why something is refused, and what can be done."""
    for reason in with_sentences(reasons, language_for("en")):
        click.echo(f"{reason['detail']} {reason['remedy']}", err=True)


def _parsed(kind: str, fields: dict[str, str]) -> Command:
    """A command of the platform, given now. Exits with status 2 if it is malformed."""
    by = {"kind": "platform", "id": "operator"}
    try:
        return read_command_now(fields, {"command": kind, "by": by})
    except MalformedError as error:
        fail(str(error))


def _carry_out(kind: str, fields: dict[str, str], done: str, *, as_json: bool) -> NoReturn:
    """Execute a command of the platform, say what came of it, and exit."""
    answer = execute(_parsed(kind, fields))
    if as_json:
        click.echo(msgspec.json.encode(answer))
    elif answer["outcome"] == "accepted":
        click.echo(done)
    _say_reasons(answer["reasons"])
    sys.exit(0 if answer["outcome"] == "accepted" else 1)


def _next_minute(now: datetime) -> datetime:
    """The first full minute that is still in the future when the command is decided."""
    return (now + timedelta(seconds=61)).replace(second=0, microsecond=0)


def _find(name: str) -> Rulebook:
    """The rulebook with this name or in this file. Exits with status 1 if it does not exist."""
    if name.endswith(".toml"):
        try:
            return read_rulebook(Path(name))
        except (OSError, UnicodeDecodeError, RulebookError) as error:
            fail(str(error))
    found = packaged().get(name) or _installed().get(name)
    if found is None:
        click.echo(f"there is no rulebook {name!r}; `shoplink rulebook list` lists them", err=True)
        sys.exit(1)
    return found


@with_database
def _installed() -> dict[str, Rulebook]:
    """Every rulebook in the database by its name; packaged ones need no database."""
    return installed_rulebooks()


def _plain(value: object) -> object:
    """A parameter as JSON, with sets in a fixed order."""
    return sorted(value) if isinstance(value, frozenset) else msgspec.to_builtins(value)


def _text(value: object) -> str:
    """A parameter as JSON text on one line."""
    return msgspec.json.encode(value).decode()
