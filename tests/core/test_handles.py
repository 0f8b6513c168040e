"""Who had a handle when, by the log of all changes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shoplink.core.commission.handles import HandleSpan, HandleUse, handle_spans, holders
from tests.attribution.naive import Named, had

START = datetime(2026, 1, 1, tzinfo=UTC)

_LINE = st.tuples(st.sampled_from("ABC"), st.sampled_from(("mia", "ben")), st.integers(0, 8))


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def uses_of(log: list[Named], handle: str) -> list[HandleUse]:
    """The uses of a handle that a log leads to, account by account."""
    uses: list[HandleUse] = []
    for account in sorted({line.account_id for line in log}):
        lines = [line for line in log if line.account_id == account]
        changes = [
            line for number, line in enumerate(lines) if not number or lines[number - 1].handle != line.handle
        ]
        for number, line in enumerate(changes):
            until = at(changes[number + 1].at) if number + 1 < len(changes) else None
            if line.handle == handle:
                uses.append(HandleUse(account, at(line.at), until, is_first=not number))
    return uses


@given(st.lists(_LINE, max_size=9, unique_by=lambda line: (line[0], line[2])))
def test_at_every_instant_it_is_who_the_log_says_or_whose_first_handle_it_will_be(
    lines: list[tuple[str, str, int]],
) -> None:
    log = [Named(*line) for line in sorted(lines, key=lambda line: line[2])]
    spans = handle_spans(uses_of(log, "mia"))
    for hour in range(-1, 10):
        assert sorted(holders(spans, at(hour))) == sorted(had(tuple(log), "mia", hour)), hour
    bounds = [
        bound for span in spans for bound in (span.since or datetime.min.replace(tzinfo=UTC), span.until)
    ]
    assert None not in bounds[:-1]
    assert all(span.since is None or span.until is None or span.since < span.until for span in spans)


def test_a_first_handle_reaches_back_to_the_end_of_who_had_it_before() -> None:
    assert handle_spans(
        [HandleUse("A", at(1), at(3), is_first=True), HandleUse("B", at(5), is_first=True)]
    ) == [
        HandleSpan(None, at(3), ("A",)),
        HandleSpan(at(3), None, ("B",)),
    ]


def test_a_later_handle_reaches_back_nowhere_and_two_at_a_time_are_both_named() -> None:
    uses = [HandleUse("A", at(4)), HandleUse("B", at(6), at(8), is_first=True)]
    assert handle_spans(uses) == [
        HandleSpan(at(4), at(6), ("A",)),
        HandleSpan(at(6), at(8), ("A", "B")),
        HandleSpan(at(8), None, ("A",)),
    ]


def test_a_period_without_a_beginning_is_always() -> None:
    assert handle_spans([HandleUse("A", None)]) == [HandleSpan(None, None, ("A",))]
    assert handle_spans([HandleUse("A", None, at(1)), HandleUse("B", at(1))]) == [
        HandleSpan(None, at(1), ("A",)),
        HandleSpan(at(1), None, ("B",)),
    ]
    assert handle_spans([]) == []
    assert handle_spans([HandleUse("A", at(1), at(1))]) == []
