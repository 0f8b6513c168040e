"""Charts of measured numbers: bars as SVG, the same bytes for the same numbers, for light and dark colour schemes.

`draw(Chart("decisions", "Decisions a second", "1/s", [Bar("core", 225_925, tone="ours"), …]))` writes
docs/images/benchmarks/decisions.svg. A table of `report` names its chart, and the page shows it above the table.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

FOLDER = Path(__file__).parents[1] / "docs" / "images" / "benchmarks"

Tone = Literal["ours", "other", "missed"]

_PAPER, _INK, _RULE = "#fefefe", "#1f2328", "#d1d9e0"
_TONES: dict[Tone, str] = {"ours": "#0969da", "other": "#8c959f", "missed": "#bc4c00"}
_IN_THE_DARK = {
    _PAPER: "#0d1117",
    _INK: "#e6edf3",
    _RULE: "#3d444d",
    "#0969da": "#4493f8",
    "#8c959f": "#6e7681",
    "#bc4c00": "#db6d28",
}
_INCHES_WIDE, _INCHES_A_BAR, _INCHES_AROUND = 8.6, 0.3, 1.0


class Bar(NamedTuple):
    """One number; if it was measured several times, with the least and the greatest value."""

    label: str
    value: float
    least: float | None = None
    greatest: float | None = None
    tone: Tone = "other"


class Chart(NamedTuple):
    """Bars from top to bottom. `line` is the value to compare them with, drawn across all bars.

    With `log` one step of the axis is a factor.
    """

    name: str
    title: str
    unit: str
    bars: Sequence[Bar]
    line: float | None = None
    log: bool = False


def draw(chart: Chart, folder: Path = FOLDER) -> Path:
    """Write a chart as SVG; returns the file."""
    with mpl.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": "shoplink", "font.family": "sans-serif", "font.size": 9}
    ):
        figure = _figure(chart)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{chart.name}.svg"
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Title": chart.title})
    file.write_text(_following_the_reader(file.read_text(encoding="utf-8")), encoding="utf-8")
    return file


def _figure(chart: Chart) -> Figure:
    figure = Figure(
        figsize=(_INCHES_WIDE, _INCHES_A_BAR * len(chart.bars) + _INCHES_AROUND),
        facecolor=_PAPER,
        layout="constrained",
    )
    axes = figure.add_subplot(facecolor=_PAPER)
    places = range(len(chart.bars))
    bars = axes.barh(
        places, [bar.value for bar in chart.bars], height=0.62, color=[_TONES[bar.tone] for bar in chart.bars]
    )
    for place, bar in zip(places, chart.bars, strict=True):
        if bar.least is not None and bar.greatest is not None:
            axes.plot([bar.least, bar.greatest], [place, place], color=_INK, linewidth=1)
        axes.annotate(
            f"{bar.value:,.0f}" if bar.value >= 100 else f"{bar.value:.2f}",
            (max(bar.value, bar.greatest or 0), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=_INK,
        )
    axes.set_yticks(places, [bar.label for bar in chart.bars])
    axes.invert_yaxis()
    if chart.log:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.margins(x=0.12)
    if chart.line is not None:
        axes.axvline(chart.line, color=_INK, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_title(chart.title, color=_INK, loc="left", fontsize=11, x=0)
    axes.set_xlabel(chart.unit, color=_INK)
    axes.grid(visible=True, axis="x", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_INK, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    assert len(bars) == len(chart.bars)
    return figure


def _following_the_reader(svg: str) -> str:
    """The same drawing, with other colours in a dark colour scheme."""
    dark = "".join(
        f'[style*="{what}: {light}"]{{{what}:{dark}!important}}'
        for light, dark in _IN_THE_DARK.items()
        for what in ("fill", "stroke")
    )
    return svg.replace("</style>", f"@media (prefers-color-scheme:dark){{{dark}}}</style>", 1)
