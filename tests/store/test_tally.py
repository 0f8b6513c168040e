from collections import Counter
from datetime import timedelta

import pytest

from shoplink.flows import clock
from shoplink.flows.tick import tick
from shoplink.store.database.sql import execute, query
from shoplink.store.read import tally


@pytest.fixture
def world(demo_world: str) -> str:
    for table in ("tally", "tallied"):
        query(f"DELETE FROM {table} RETURNING 1")
    return demo_world


def _sums(measure: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for count in tally.counts(measure, 0, by_day=False):
        found[count.name] = found.get(count.name, 0) + count.count
    return found


@pytest.mark.usefixtures("world")
def test_events_are_tallied_once_however_often_it_is_done() -> None:
    expected = dict(query("SELECT type, count(*) FROM event WHERE link_id IS NOT NULL GROUP BY type"))
    assert expected["link.invited"] > 10

    tally.bring_up_to_date(clock.now())
    tally.bring_up_to_date(clock.now())

    assert _sums("event") == expected


@pytest.mark.usefixtures("world")
def test_a_tally_done_in_small_parts_counts_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tally.bring_up_to_date(clock.now())
    at_once = {measure: _sums(measure) for measure in ("event", "cohort", "confirm_hours", "refusal", "live")}
    for table in ("tally", "tallied"):
        query(f"DELETE FROM {table} RETURNING 1")
    monkeypatch.setattr(tally, "_AT_ONCE", 7)

    assert tally.bring_up_to_date(clock.now()) == 7
    assert tally.as_of() is None, "it is not complete yet"
    while tally.bring_up_to_date(clock.now()):
        pass

    assert tally.as_of() is not None
    assert at_once == {measure: _sums(measure) for measure in at_once}


@pytest.mark.usefixtures("world")
def test_refusals_of_the_past_are_counted_by_reason_and_stay_when_they_are_forgotten() -> None:
    tally.bring_up_to_date(clock.now())
    refused = _sums("refusal")
    assert refused["shop.role_not_available"] == 3

    query("DELETE FROM refusal RETURNING 1")
    tally.bring_up_to_date(clock.now() + timedelta(days=3))

    assert _sums("refusal") == refused


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("about", [r"\u0000", r"\\u0000", r"\\\u0000 \\"])
def test_a_refusal_that_holds_nul_is_counted_as_any_other(about: str) -> None:
    """Such refusals were stored before `about` excluded NUL, and PostgreSQL cannot read JSON that contains it."""
    tally.bring_up_to_date(clock.now())
    refused = _sums("refusal")
    execute("UPDATE refusal SET data = replace(data, '\"command\":{', %s)", f'"command":{{"about":"{about}",')
    assert {(about in data) for (data,) in query("SELECT data FROM refusal")} == {True}

    tally.bring_up_to_date(clock.now())

    assert _sums("refusal") == refused


@pytest.mark.usefixtures("world")
def test_live_links_are_counted_as_they_stand_by_status_and_role() -> None:
    tick()
    expected = dict(
        query(
            "SELECT status || '.' || role, count(*) FROM link WHERE status IN ('invited', 'in_review', 'linked')"
            " GROUP BY 1"
        )
    )
    assert _sums("live") == expected
    assert expected["linked.official"] > 1


@pytest.mark.usefixtures("world")
def test_the_timer_tallies_at_most_once_a_minute() -> None:
    now = clock.now() + timedelta(hours=1)
    tick(now)
    assert tally.as_of() == now
    tick(now + timedelta(seconds=59))
    assert tally.as_of() == now
    tick(now + timedelta(seconds=60))
    assert tally.as_of() == now + timedelta(seconds=60)


@pytest.mark.usefixtures("world")
def test_the_time_to_confirm_falls_into_the_first_bound_that_holds_it() -> None:
    tally.bring_up_to_date(clock.now())
    expected: Counter[str] = Counter()
    for (micros,) in query("SELECT accepted_at - invited_at FROM link WHERE accepted_at IS NOT NULL"):
        hours = micros / 3_600_000_000
        expected[next((str(bound) for bound in tally.CONFIRM_HOURS if hours <= bound), "more")] += 1
    assert _sums("confirm_hours") == expected
    assert len(expected) > 2
