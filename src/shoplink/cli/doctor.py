"""`shoplink doctor`: what an operator is asked first when something is wrong."""

import platform
import sys
from importlib.metadata import version
from typing import Any

import click
import msgspec
from django.conf import settings

from shoplink.cli.database import with_database
from shoplink.config.parts import missing_parts
from shoplink.flows import clock
from shoplink.flows.health import TROUBLES, lag, troubles
from shoplink.network import CountryDatabaseError, country_database
from shoplink.store.database.health import database_version
from shoplink.store.database.owner import holder

_LAG_SECONDS_MAX = 60
_AGE_DAYS_MAX = 365


@click.command(
    epilog="""\b
Examples:
  shoplink doctor
  shoplink doctor --json

\b
Exit status: 0 if all is well; 1 if something is wrong.
"""
)
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@with_database
def doctor(*, as_json: bool) -> None:
    """Say which versions run on which database, and what is wrong: also beside a running service.

    Wrong are: a database that cannot be used, tables of another version, a timer that is more than a
    minute behind, a country database that cannot be read or is older than a year, TLS
    without a proxy that is believed, pages without their styles.
    """
    found, wrong = _examine()
    if as_json:
        click.echo(msgspec.json.encode({**found, "wrong": wrong}))
    else:
        for name, value in found.items():
            click.echo(f"{name.replace('_', ' '):<24}{'unknown' if value is None else value}")
        for problem in wrong:
            click.echo(f"WRONG: {problem}")
        if not wrong:
            click.echo("nothing is wrong")
    sys.exit(1 if wrong else 0)


def _examine() -> tuple[dict[str, Any], list[str]]:
    """What was found, by name, and sentences about what is wrong."""
    found: dict[str, Any] = {
        "shoplink": version("shoplink"),
        "python": platform.python_version(),
        "django": version("django"),
    }
    trouble = troubles()
    wrong = [TROUBLES[one] for one in trouble]
    found["tables"] = "unknown" if "unreachable" in trouble else "up to date"
    for one in ("schema_older", "schema_newer"):
        found["tables"] = TROUBLES[one] if one in trouble else found["tables"]
    if "unreachable" not in trouble:
        found |= _of_the_database()
    if set(trouble) <= {"read_only"}:
        wrong += _late(found)
    wrong += _country(found)
    wrong += _proxies()
    wrong += missing_parts()
    return found, wrong


def _of_the_database() -> dict[str, Any]:
    return {"database": database_version(), "owner": holder() or "nobody"}


def _late(found: dict[str, Any]) -> list[str]:
    late = lag()
    found |= {"due_lag_seconds": round(late.due_seconds, 1), "unnumbered_events": late.unnumbered}
    if late.due_seconds <= _LAG_SECONDS_MAX:
        return []
    return [f"what was due {late.due_seconds:.0f} s ago is not stored: `shoplink serve` or `tick` does that"]


def _proxies() -> list[str]:
    if settings.PROXIES or not settings.PUBLIC_URL.startswith("https://"):
        return []
    return [
        "SHOPLINK_PUBLIC_URL has https:// and SHOPLINK_PROXIES is 0: no proxy is believed, and forms are refused"
    ]


def _country(found: dict[str, Any]) -> list[str]:
    try:
        database = country_database()
    except CountryDatabaseError as error:
        return [str(error)]
    age = (clock.now() - database.made_at).days
    found |= {
        "country_database": database.name,
        "country_licence": database.licence,
        "country_age_days": age,
    }
    if age <= _AGE_DAYS_MAX:
        return []
    return [f"the country database is {age} days old: install a newer one, or name a file in SHOPLINK_MMDB"]
