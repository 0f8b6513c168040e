"""`shoplink doctor`: versions, the state of the database, and problems."""

import os
import platform
import sys
from importlib.metadata import version
from typing import Any

import click
import msgspec

from shoplink.cli.database import with_database
from shoplink.cli.doctor.contradictions import contradictions
from shoplink.cli.doctor.world import try_mail, try_provider
from shoplink.config.parts import missing_parts
from shoplink.flows import clock
from shoplink.flows.clock import clock_problems
from shoplink.flows.health import TROUBLES, free_bytes, lag, troubles
from shoplink.network import CountryDatabaseError, country_database
from shoplink.store.database.health import database_version, wal_bytes
from shoplink.store.database.owner import current_owner

_FREE_BYTES_MIN = 200 << 20
_WAL_BYTES_MAX = 256 << 20  # written back about every 30 MiB
_LAG_SECONDS_MAX = 60
_AGE_DAYS_MAX = 365


@click.command(
    epilog="""\b
Examples:
  shoplink doctor
  shoplink doctor --json
  shoplink doctor --try --mail-to mei@example.com

\b
Exit status: 0 if there is no problem; 1 if there is one.
"""
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--try",
    "outside",
    is_flag=True,
    help="Also ask the mail server, and the provider that people sign in with.",
)
@click.option("--mail-to", metavar="EMAIL", help="Send an e-mail to this address, too; needs --try.")
@with_database
def doctor(*, as_json: bool, outside: bool, mail_to: str | None) -> None:
    """Print the versions, the database and any problems. May run beside a running service.

    Problems are: a database that cannot be used, tables of another version, a timer that is more than a
    minute late, a clock that is behind the newest event, leapt, or differs from the database's, a disk that is nearly full, a write-ahead log that
    does not shrink, a secret key that is another one or does not open what is stored, a country database that cannot be read or is older
    than a year, settings that contradict each other, misspelt names of settings, and pages without their style sheets.

    With --try, a mail server or a provider that is not there, or that does not take what the settings say, is one, too.
    """
    if mail_to and not outside:
        raise click.UsageError("--mail-to needs --try")
    facts, problems = _examine(outside=outside, mail_to=mail_to)
    if as_json:
        click.echo(msgspec.json.encode({**facts, "wrong": problems}))
    else:
        for name, value in facts.items():
            click.echo(f"{name.replace('_', ' '):<24}{'unknown' if value is None else value}")
        for problem in problems:
            click.echo(f"PROBLEM: {problem}")
        if not problems:
            click.echo("no problems")
    sys.exit(1 if problems else 0)


def _examine(*, outside: bool, mail_to: str | None) -> tuple[dict[str, Any], list[str]]:
    """The facts by name, and a sentence for each problem."""
    facts: dict[str, Any] = {
        "shoplink": version("shoplink"),
        "python": platform.python_version(),
        "django": version("django"),
    }
    trouble = troubles()
    wrong = [TROUBLES[one] for one in trouble]
    facts["tables"] = "unknown" if "unreachable" in trouble else "up to date"
    for one in ("schema_older", "schema_newer"):
        facts["tables"] = TROUBLES[one] if one in trouble else facts["tables"]
    if "unreachable" not in trouble:
        facts |= _database_facts()
    if set(trouble) <= {"read_only", "full"}:
        wrong += _secrets()
        wrong += _late(facts)
        wrong += [one.detail for one in clock_problems()]
    wrong += _disk(facts)
    wrong += _log(facts)
    wrong += _country(facts)
    wrong += contradictions(os.environ)
    wrong += missing_parts()
    if outside:
        wrong += _world(facts, mail_to)
    return facts, wrong


def _database_facts() -> dict[str, Any]:
    return {"database": database_version(), "owner": current_owner() or "nobody"}


def _disk(facts: dict[str, Any]) -> list[str]:
    free = facts["free_bytes"] = free_bytes()
    if free >= _FREE_BYTES_MIN:
        return []
    return [
        f"the disk is nearly full: {free >> 20} MiB are free of the {_FREE_BYTES_MIN >> 20} that should be"
    ]


def _log(facts: dict[str, Any]) -> list[str]:
    size = facts["wal_bytes"] = wal_bytes()
    if size is None or size <= _WAL_BYTES_MAX:
        return []
    text = f"the write-ahead log of the SQLite file has {size >> 20} MiB: something has been reading the file for long; the"
    return [f"{text} log shrinks once nothing reads, at the latest when the service stops"]


def _late(facts: dict[str, Any]) -> list[str]:
    late = lag()
    facts |= {"due_lag_seconds": round(late.due_seconds, 1), "unnumbered_events": late.unnumbered}
    if late.due_seconds <= _LAG_SECONDS_MAX:
        return []
    return [f"the timer is {late.due_seconds:.0f} s late: start `shoplink serve`, or run `shoplink tick`"]


def _secrets() -> list[str]:
    from shoplink.flows.people.secret_key import secret_key_problems  # noqa: PLC0415 (needs the apps)

    return secret_key_problems(renew=False)


def _world(facts: dict[str, Any], mail_to: str | None) -> list[str]:
    facts["mail_server"], mail = try_mail(mail_to)
    facts["sign_in_provider"], provider = try_provider()
    return [*mail, *provider]


def _country(facts: dict[str, Any]) -> list[str]:
    try:
        database = country_database()
    except CountryDatabaseError as error:
        return [str(error)]
    age = (clock.now() - database.made_at).days
    facts |= {
        "country_database": database.name,
        "country_licence": database.licence,
        "country_age_days": age,
    }
    if age <= _AGE_DAYS_MAX:
        return []
    return [f"the country database is {age} days old: install a newer one, or set SHOPLINK_MMDB to a file"]
