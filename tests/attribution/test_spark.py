"""A real local Spark with several partitions judges as DuckDB and the naive judge do."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from shoplink.attribution import judgement
from shoplink.attribution.duckdb_engine import DuckDBEngine
from shoplink.attribution.spark_engine import SparkEngine
from tests.attribution import messy_cells
from tests.attribution.cells import SETTINGS
from tests.attribution.engine_runs import judgements, open_files, plan_of, read_result, rejected_ids
from tests.attribution.naive import Order, judge
from tests.attribution.random_orders import DAY, START, links_of, orders_of, write_links, write_orders
from tests.attribution.test_messy_cells import misread as misread_cells
from tests.attribution.test_reading import misread

ORDERS = int(os.environ.get("SHOPLINK_TEST_ORDERS", "120000")) // 6

# py4j leaves it to the garbage collector to close its sockets.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkEngine]:
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("no Java on this machine: apt-get install openjdk-17-jre-headless")
    engine = SparkEngine(
        "local[2]", "1GB", {"spark.sql.shuffle.partitions": "5", "spark.sql.autoBroadcastJoinThreshold": "-1"}
    )
    yield engine
    engine.close()


@pytest.mark.parametrize("each", [1, 30])
def test_spark_says_of_every_order_what_duckdb_and_the_naive_judge_say(
    spark: SparkEngine, tmp_path: Path, each: int
) -> None:
    links = links_of(max(ORDERS // (20 * each), 20), each, seed=each + 50)
    orders = orders_of(ORDERS // 2, links, seed=each + 51)
    judged, not_judged = judge(orders, links)
    path = write_links(links, tmp_path / "links.parquet")
    files = write_orders(orders, tmp_path / "orders", files=4)
    assert judgements(spark, files, path, plan_of(spark, path), tmp_path) == sorted(judged)
    assert rejected_ids(spark, files, path, plan_of(spark, path), tmp_path) == sorted(not_judged)
    random.Random(3).shuffle(orders)
    again = write_orders(orders, tmp_path / "again", files=7, rows_in_group=999)
    assert judgements(spark, again, path, plan_of(spark, path), tmp_path) == sorted(judged)
    duck = DuckDBEngine("1GB", tmp_path, None)
    assert judgements(duck, files, path, plan_of(duck, path, 7), tmp_path) == sorted(judged)
    duck.close()


def test_spark_reads_every_cell_as_it_is_meant(spark: SparkEngine, tmp_path: Path) -> None:
    for number, (settings, cells) in enumerate(SETTINGS.items()):
        folder = tmp_path / str(number)  # Spark keeps what it has read of a file
        folder.mkdir()
        assert misread(spark, settings, cells, folder) == []


@pytest.mark.parametrize("number", [2])
def test_spark_reads_random_cells_as_the_second_reader_does(
    spark: SparkEngine, tmp_path: Path, number: int
) -> None:
    assert misread_cells(spark, messy_cells.SETTINGS[number], tmp_path, seed=number + 100) == []


def test_spark_brings_an_earlier_result_up_to_date_as_duckdb_does(spark: SparkEngine, tmp_path: Path) -> None:
    links = links_of(100, 5, seed=70)
    orders = orders_of(5_000, links, seed=71)
    files = write_orders(orders, tmp_path / "orders", files=3)
    since = START + 200 * DAY
    then = [link for link in links if link.changed_at < since]
    duck = DuckDBEngine("1GB", tmp_path, None)
    first = open_files(duck, files, tmp_path)
    then_path = write_links(then, tmp_path / "then.parquet")
    then_links = duck.links(then_path)
    earlier = judgement.attribute_rows(first.rows, first.fields, then_links, plan_of(duck, then_path))
    duck.write(earlier, tmp_path / "judged.parquet", "parquet", lambda _: None)
    now = write_links(links, tmp_path / "now.parquet")
    results = []
    for engine in (duck, spark):
        source = open_files(engine, [str(tmp_path / "judged.parquet")], tmp_path)
        out = tmp_path / f"{type(engine).__name__}.parquet"
        plan = plan_of(engine, now)
        again = judgement.attribute_rows_since(source.rows, source.fields, engine.links(now), plan, since)
        engine.write(again, out, "parquet", lambda _: None)
        results.append(read_result(out))
    duck.close()
    assert results[0] == results[1]
    assert len(results[0]) > 4_000


def test_spark_takes_no_column_from_the_name_of_a_folder_and_no_name_for_a_pattern(
    spark: SparkEngine, tmp_path: Path
) -> None:
    for name in ("shop_id=S9", "e[1]", "e1"):
        write_orders([Order(name, "S1", "A1", START, 1, "GBP", 1)], tmp_path / name)
    for name in ("shop_id=S9", "e[1]"):
        source = open_files(spark, [str(tmp_path / name / "orders-0.parquet")], tmp_path)
        assert [(row["order_id"], row["shop_id"]) for row in spark.rows(source.rows)] == [(name, "S1")]
    (tmp_path / "e1" / "orders-0.parquet").unlink()
    (tmp_path / "e1").rmdir()
    source = open_files(spark, [str(tmp_path)], tmp_path)
    assert {row["shop_id"] for row in spark.rows(source.rows)} == {"S1"}
