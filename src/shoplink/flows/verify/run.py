"""Verify a database: replay its event log from empty, compare what comes out with the rows, name what differs.

Memory grows with the state, never with the log.
"""

from collections.abc import Iterator

from msgspec import Struct

from shoplink.core import Rulebook, RulebookError, parse_rulebook
from shoplink.flows import clock
from shoplink.flows.verify.compare import compare
from shoplink.flows.verify.difference import Difference, column_differences
from shoplink.flows.verify.ledger import Ledger
from shoplink.rulebooks import packaged
from shoplink.store.read.link import snapshot
from shoplink.store.write.log import event_rows, require_database
from shoplink.store.write.rulebooks import texts


class VerifyCounts(Struct):
    """What a verification went through."""

    events: int = 0
    shops: int = 0
    accounts: int = 0
    links: int = 0
    waivers: int = 0
    activations: int = 0
    members: int = 0
    tickets: int = 0
    products: int = 0
    contents: int = 0
    items: int = 0
    differences: int = 0


def verify(counted: VerifyCounts) -> Iterator[Difference]:
    """Every difference between the log and the rows, as of one moment; `counted` is kept up to date.

    Names each row and each event that cannot have come about through the write path: missing ones, extra
    ones, single columns; gaps in the feed; events that do not follow from the ones before; and whatever
    breaks the invariants 1 to 3 of domain.md section 9, in the past too.
    """
    require_database()
    with snapshot():
        rulebooks = dict(packaged())
        yield from _counting(counted, _read_rulebooks(rulebooks))
        ledger = Ledger(rulebooks)
        for row in event_rows():
            counted.events += 1
            yield from _counting(counted, ledger.take(row))
        yield from _counting(counted, compare(ledger, clock.now(), counted))


def _counting(counted: VerifyCounts, differences: Iterator[Difference]) -> Iterator[Difference]:
    for difference in differences:
        counted.differences += 1
        yield difference


def _read_rulebooks(rulebooks: dict[str, Rulebook]) -> Iterator[Difference]:
    """Add the operator's rulebooks; what is wrong with their texts."""
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
