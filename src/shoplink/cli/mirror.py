"""`shoplink mirror`: compare a platform's list of current links with what is recorded, and take it over."""

import sys
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click
import msgspec

from shoplink.cli.database import clock_option, fail, records, with_database
from shoplink.cli.file.tables import open_input, reading_of, takes_tables
from shoplink.core.instant import parse_instant
from shoplink.core.values import WrongValueError, read_id, read_line
from shoplink.wording import Language, Tag, language_for, say_reason
from shoplink.wording.mirror.lists import say_difference, say_list_problem

if TYPE_CHECKING:
    from shoplink.core.mirror.compare import Difference
    from shoplink.core.mirror.settle import Question
    from shoplink.flows.mirror.outcome import Outcome
    from shoplink.flows.mirror.take import GivenLists

_QUESTIONS = 3


@click.command(
    epilog="""\b
Examples:
  shoplink mirror links.csv --as-of 2026-11-29T18:00:00+08:00
  shoplink mirror pasted.txt --as-of 2026-11-29T18:00:00+08:00 --shop hh-tea-gb --take-over
  shoplink mirror links.xlsx --as-of 2026-11-29T18:00:00+08:00 --accept-certain     (for a nightly run)

\b
Exit status: 0 if the list and the record agree, or do after what was done; 3 if differences are left; 2 if the list
cannot be read or compared, or the database cannot be used.
"""
)
@click.argument("file", metavar="FILE")
@click.option(
    "--as-of", required=True, metavar="INSTANT", help="When the platform showed this list (RFC 3339)."
)
@click.option("--shop", metavar="SHOP", help="The shop of a list that has no column for it.")
@click.option(
    "--accept-certain", is_flag=True, help="Record what needs no question, and keep the rest for the shop."
)
@click.option(
    "--take-over",
    is_flag=True,
    help="Record that and what has a likeliest answer: a link that is gone ended when it was last known to stand.",
)
@click.option(
    "--empty-is-right", is_flag=True, help="The list of --shop is empty because it has no current link."
)
@click.option("--source", metavar="TEXT", help="Where the list was seen; kept with what is recorded.")
@click.option(
    "--language",
    "tag",
    type=click.Choice(["zh", "en"]),
    default="en",
    show_default=True,
    help="The language of the text.",
)
@takes_tables
@clock_option
@click.option("--by", default="platform:mirror", show_default=True, help="The actor who records.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def mirror(  # noqa: PLR0913 (one parameter per option)
    file: str,
    as_of: str,
    shop: str | None,
    tag: Tag,
    *,
    accept_certain: bool,
    take_over: bool,
    empty_is_right: bool,
    clock_is_right: bool,
    as_json: bool,
    **told: Any,
) -> None:
    """Compare FILE, the complete list of current links of each shop in it, with what is recorded.

    FILE is a table, or what was copied from the platform's page; - is standard input. Its columns are the shop, the account
    (by id or handle), the role, since when, and the state. Nothing is stored unless --take-over or --accept-certain is
    given. A shop that is not in the list is not touched.
    """

    def run() -> int:
        from shoplink.flows.mirror import take  # noqa: PLC0415 (only with settings in place)

        given = _given(file, as_of, shop, tag, empty_is_right=empty_is_right, **told)
        try:
            if take_over or accept_certain:
                outcome = take.take_over(given, take.Replies(others="likeliest" if take_over else "certain"))
            else:
                outcome = take.preview(given).outcome
        except take.UnusableListError as error:
            language = language_for(tag)
            said = [
                say_list_problem(
                    one.code,
                    language,
                    shop_id=one.shop_id,
                    compared=one.compared,
                    account_id=one.account_id,
                    asked=one.asked,
                )
                for one in error.problems
            ]
            fail("\n".join(f"{file}: {text}" for text in said))
        return _report(outcome, tag, stored=take_over or accept_certain, as_json=as_json)

    if take_over or accept_certain:
        sys.exit(records("send the list to its POST /v1/mirrors")(run)(clock_is_right=clock_is_right))
    sys.exit(with_database(run)())


def _given(  # noqa: PLR0913 (one parameter per option)
    file: str,
    as_of: str,
    shop: str | None,
    tag: Tag,
    *,
    empty_is_right: bool,
    source: str | None,
    **told: Any,
) -> "GivenLists":
    """The lists of a file, from the options. Exits with status 2 if they cannot be read."""
    from shoplink.flows.file.source import UnreadableError  # noqa: PLC0415 (only with settings in place)
    from shoplink.flows.mirror import read  # noqa: PLC0415 (as above)
    from shoplink.flows.mirror.take import GivenLists  # noqa: PLC0415 (as above)

    reading = reading_of(**told)
    try:
        at = parse_instant(as_of)
    except ValueError:
        fail(
            f"--as-of: found {as_of!r}; allowed: an RFC 3339 instant with its offset: 2026-11-29T18:00:00+08:00"
        )
    try:
        source = source if source is None else read_line(source)
        shop = shop if shop is None else read_id(shop)
    except WrongValueError as error:
        fail(f"--source, --shop: {error}")
    if empty_is_right and shop is None:
        fail("--empty-is-right: allowed with --shop only: whose list is it?")
    try:
        with ExitStack() as opened:
            shops = read.read_list(file, open_input(opened, file), reading, at, shop)
    except OSError as error:
        fail(f"{file}: cannot be read: {error.strerror}")
    except UnreadableError as error:
        fail(str(error))
    except read.UnclearListError as error:
        fail(
            "\n".join(
                f"{file}: line {one.line}: {read.say_input_errors(one.problems, tag)}" for one in error.lines
            )
        )
    if shop is not None:
        shops.setdefault(shop, [])
    return GivenLists(at, shops, reading.by, source, frozenset([shop] if shop and empty_is_right else ()))


def _report(outcome: "Outcome", tag: Tag, *, stored: bool, as_json: bool) -> int:
    """Print what was recorded or would be, and what is left. Returns the exit status."""
    if as_json:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(outcome), "stored": stored}))
    else:
        language = language_for(tag)
        for one in outcome.taken:
            _say(one.difference, "recorded" if stored else "certain", language)
        for one in outcome.likely:
            _say(one.difference, "likely", language)
        for left in outcome.left:
            _say(left.difference, "left", language, left)
    counts = Counter(
        recorded=len(outcome.taken),
        likely=len(outcome.likely),
        left=len(outcome.left),
        shops=len(outcome.shops),
    )
    words = f"{counts['recorded']:,} {'recorded' if stored else 'certain'}"
    words += "" if stored else f", {counts['likely']:,} with a likeliest answer"
    ending = "" if stored else " (nothing was stored)"
    click.echo(f"{counts['shops']:,} shops: {words}, {counts['left']:,} left{ending}", err=True)
    open_questions = outcome.left or outcome.likely
    return _QUESTIONS if open_questions else 0


def _say(difference: "Difference", what: str, language: Language, left: "Question | None" = None) -> None:
    text = say_difference(difference, language)
    space = "" if language.tag == "zh" else " "
    reasons = [say_reason(reason, language) for reason in left.reasons] if left else []
    row = difference.theirs
    who = difference.account_id or (f"@{row.handle}" if row and row.handle else "?")
    said = space.join([text.found, *(one.problem for one in reasons), "" if reasons else text.to_do]).strip()
    click.echo(f"{what}: {difference.shop_id} {who}: {said}")
