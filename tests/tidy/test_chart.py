"""The charts of the benchmarks."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.chart import Bar, Chart, draw

CHART = Chart(
    "speeds", "Decisions a second", "1/s", [Bar("core", 225_925, 190_000, 240_000, "ours"), Bar("other", 0.5)]
)


def test_a_chart_of_the_same_numbers_is_the_same_file(tmp_path: Path) -> None:
    first, second = (draw(CHART, tmp_path / name).read_bytes() for name in ("first", "second"))
    assert first == second


@pytest.mark.parametrize("log", [False, True])
def test_a_chart_says_its_numbers_and_its_names_as_text(tmp_path: Path, log: bool) -> None:  # noqa: FBT001 (a case)
    drawing = ET.parse(draw(CHART._replace(log=log, line=1), tmp_path))  # noqa: S314 (our own file)
    said = {"".join(text.itertext()).strip() for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert {"core", "other", "225,925", "0.50", "Decisions a second", "1/s"} <= said


def test_every_colour_of_a_chart_has_another_for_the_dark(tmp_path: Path) -> None:
    text = draw(CHART, tmp_path).read_text(encoding="utf-8")
    style, _, drawing = text.partition("</style>")
    colours = {
        drawing[at : at + 7] for at in range(len(drawing)) if drawing[at] == "#" and drawing[at - 1] == " "
    }
    assert colours
    assert all(f": {colour}" in style for colour in colours)
