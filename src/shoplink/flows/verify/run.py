"""Verify a database: replay its event log from empty, and report every difference between the result and the rows.

Memory use grows with the state, not with the length of the log.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from shoplink.core import Rulebook, RulebookError, parse_rulebook
from shoplink.flows import clock
from shoplink.flows.verify.compare import compare
from shoplink.flows.verify.counts import VerifyCounts
from shoplink.flows.verify.difference import Difference, column_differences
from shoplink.flows.verify.ledger import Ledger
from shoplink.rulebooks import packaged
from shoplink.store.read.link import snapshot
from shoplink.store.write.log import event_rows, require_database
from shoplink.store.write.rulebooks import texts


def verify(counts: VerifyCounts, now: Callable[[], datetime] = clock.now) -> Iterator[Difference]:
    """Every difference between the log and the rows, on one snapshot; `counts` is kept up to date.

    Reports missing and extra rows, wrong columns, gaps in the feed, events that cannot follow those before them, and
    violations of the invariants 1 to 3 of domain.md section 9, past ones included.
    """
    require_database()
    with snapshot():
        rulebooks = dict(packaged())
        yield from _counting(counts, _read_rulebooks(rulebooks))
        ledger = Ledger(rulebooks)
        for row in event_rows():
            counts.events += 1
            yield from _counting(counts, ledger.take(row))
        yield from _counting(counts, compare(ledger, now(), counts))


def _counting(counts: VerifyCounts, differences: Iterator[Difference]) -> Iterator[Difference]:
    for difference in differences:
        counts.differences += 1
        yield difference


def _read_rulebooks(rulebooks: dict[str, Rulebook]) -> Iterator[Difference]:
    """Add the operator's rulebooks; yields what is wrong with their texts."""
    for name, digest, text in texts():
        try:
            rulebook = parse_rulebook(text, name)
        except RulebookError as error:
            yield Difference("rulebook", name, f"its text is none: {error}", "text")
            continue
        yield from column_differences(
            "rulebook",
            name,
            {"name": rulebook.name, "digest": rulebook.digest},
            {"name": name, "digest": digest},
            "its text says",
        )
        rulebooks.setdefault(name, rulebook)
