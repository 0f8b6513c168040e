"""No cell can end a run: the extremes of every field, and a telephone number in every column, cost their row at most."""

from pathlib import Path

from shoplink.attribution.duckdb_engine import DuckDBEngine
from tests.attribution.extremes import outcomes


def test_no_cell_ends_a_run(tmp_path: Path) -> None:
    engine = DuckDBEngine("1GB", tmp_path, 1)
    found = outcomes(engine, tmp_path)
    engine.close()
    of = {outcome[2]: outcome[1:] for outcome in found if outcome[0] == 1}  # in the major unit and per cent
    assert of["USD-amount-0"] == ("judged", "USD-amount-0", "affiliate", 13_812_345_678)
    assert of["JPY-amount-3"] == ("judged", "JPY-amount-3", "affiliate", 90_071_992_547_410)
    assert of["USD-amount-5"] == ("judged", "USD-amount-5", "affiliate", 90_071_992_547_410)
    assert of["CLF-amount-6"] == ("judged", "CLF-amount-6", "affiliate", 90_071_992_547_410)
    assert of["JPY-amount-4"] == ("rejected", "JPY-amount-4", "amount.too_large,")
    assert of["USD-commission_rate-0"] == ("rejected", "USD-commission_rate-0", "commission_rate.not_rate,")
    assert of["USD-currency-0"] == ("rejected", "USD-currency-0", "currency.unknown,")
